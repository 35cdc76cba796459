import { sql } from 'kysely'
import t from 'tap'
import { connect, type Db } from '../../../src/database/connect.ts'
import { main } from '../../../src/evaluation/snapshots/cli.ts'
import { configureCopy } from '../../copies.ts'
import { launch, runHere } from '../../process.ts'

t.test('the command takes the snapshot of today, tells what stays as it was, and ends with 1 if one fails', async t => {
  const { address, settings } = await configureCopy(t)
  const within = async (work: (db: Db) => Promise<unknown>) => {
    const connection = connect(address, { max: 1, onLost: () => {} })
    await work(connection.db)
    await connection.close()
  }
  t.same(await launch(settings, { script: 'src/evaluation/snapshots/cli.ts', isCounted: true }).ended, {
    code: 0, errors: '', log: 'H56: nothing is written\n'
  })
  await within(db => sql`
    insert into evaluation_inputs (province_code, unit, period, criterion, source, inputs, numerator, denominator)
    select 'H56', 'H56', code, 'PROGRESS_ON_TIME', 'one-stop', '{}', 9, 10 from periods where calendar = 'calendar'`.execute(db))
  t.match(await runHere(main, settings), { code: 0, errors: '', log: /^H56: \d+ units on \d{4}-\d\d-\d\d\n$/ })
  await within(db => sql`update evaluation_inputs set numerator = null`.execute(db))
  t.match(await runHere(main, settings), {
    code: 0, errors: '', log: /^(H56 in cal-\S+ stays as it was on \S+: more of it was known\n){3,}H56: \d+ units on \S+\n$/
  })
  await within(db => sql.raw(`
    create function refuse() returns trigger language plpgsql as $$ begin raise exception 'the server is gone'; end $$;
    create trigger refuse before insert on evaluation_snapshots for each row execute function refuse()`).execute(db))
  t.same(await runHere(main, settings), { code: 1, errors: 'H56: the server is gone\n', log: '' })
})
