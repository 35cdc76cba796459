import { setTimeout as pause } from 'node:timers/promises'
import { sql } from 'kysely'
import t from 'tap'
import { connect } from '../../../src/database/connect.ts'
import { main } from '../../../src/dossiers/rollups/cli.ts'
import { rebuildRollups } from '../../../src/dossiers/rollups/rebuild.ts'
import { forEachDatabase } from '../../database.ts'
import { configureCopy } from '../../copies.ts'
import { launch, runHere } from '../../process.ts'
import { item, mergeRollups, send } from '../given.ts'

forEachDatabase('a recount', async (t, { db }) => {
  await send(db, [item(), item({ code: 'b', unit: 'H56-14755', procedure: '1.001193' })])
  await mergeRollups(db)

  t.test('finds nothing where nothing is wrong, and a sum of nothing is not wrong', async t => {
    await sql`insert into dossier_sums_by_day (province_code, level, channel, day) values ('H56', 'district', 'direct', '2020-01-01')`.execute(db)
    t.same(await rebuildRollups(db), [])
  })

  t.test('finds units that have reported nothing, too early or too late', async t => {
    await sql`update dossier_desks set since = '2021-05-01' where unit = 'H56-380'`.execute(db)
    await sql`insert into dossier_desks (province_code, unit, since) values ('H56', 'H56-381', '2021-05-01')`.execute(db)
    t.same(await rebuildRollups(db), [
      { table: 'dossier_desks', province: 'H56', key: { unit: 'H56-380' }, stored: { since: '2021-05-01' }, counted: { since: '2021-05-31' } },
      { table: 'dossier_desks', province: 'H56', key: { unit: 'H56-381' }, stored: { since: '2021-05-01' }, counted: { since: null } }
    ])
    t.same(await rebuildRollups(db), [])
  })

  t.test('tells what is wrong and corrects it', async t => {
    await sql`update dossier_sums_by_desk set received_direct = 5, due = 3 where unit = 'H56-380' and slice = '2021-05-15'`.execute(db)
    await sql`delete from dossier_sums_by_level where level = 'commune' and slice = '2021-05-15'`.execute(db)
    await sql`insert into dossier_sums_by_day (province_code, level, channel, day, resolved_early) values ('H56', 'province', 'online', '2021-06-01', 2)`.execute(db)
    await sql`update dossier_sums_by_procedure_quarter set due = 7 where procedure = '1.001193' and quarter = '2021-04-01'`.execute(db)
    await sql`delete from dossier_desks where unit = 'H56-14755'`.execute(db)
    await sql`update dossier_desks set since = '2021-06-30' where unit = 'H56-380'`.execute(db)
    t.match(await rebuildRollups(db), [
      { table: 'dossier_desks', province: 'H56', key: { unit: 'H56-14755' }, stored: { since: null }, counted: { since: '2021-05-31' } },
      { table: 'dossier_desks', key: { unit: 'H56-380' }, stored: { since: '2021-06-30' }, counted: { since: '2021-05-31' } },
      {
        table: 'dossier_sums_by_desk', province: 'H56',
        key: { unit: 'H56-380', field: 'business-registration', channel: 'direct', slice: '2021-05-15' },
        stored: { received_direct: 5, due: 3 }, counted: { received_direct: 1, due: 0 }
      },
      {
        table: 'dossier_sums_by_procedure_quarter',
        key: { procedure: '1.001193', level: 'commune', field: 'civil-status', quarter: '2021-04-01' },
        stored: { due: 7 }, counted: { due: 1 }
      },
      {
        table: 'dossier_sums_by_level', key: { level: 'commune', field: 'civil-status', slice: '2021-05-15' },
        stored: { received_direct: 0 }, counted: { received_direct: 1 }
      },
      {
        table: 'dossier_sums_by_day', key: { level: 'province', channel: 'online', day: '2021-06-01' },
        stored: { resolved_early: 2 }, counted: { resolved_early: 0 }
      }
    ])
    t.same(await rebuildRollups(db), [])
  })
})

forEachDatabase('a recount beside a chunk that writes what it corrects', async (t, { db, address }) => {
  if (!('connectionString' in address)) {
    t.pass('the embedded database runs one transaction after another')
    return
  }
  await send(db, [item()])
  await mergeRollups(db)
  await sql`update dossier_sums_by_procedure set due = due + 1`.execute(db)
  await sql`update dossier_sums_by_level set due = due + 1`.execute(db)

  t.test('waits for it, and it never waits for the recount', async t => {
    const isWaiting = async () => (await sql`
      select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`.execute(db)).rows.length > 0
    const recounted = await db.transaction().execute(async trx => {
      await sql`update dossier_sums_by_procedure set due = due`.execute(trx)
      const recount = rebuildRollups(db)
      while (!await isWaiting()) await pause(10)
      await sql`update dossier_sums_by_level set due = due`.execute(trx)
      return { recount }
    })
    t.match(await recounted.recount, { length: 4 })
    t.same(await rebuildRollups(db), [])
  })
})

t.test('the command tells each sum that was wrong, and ends with 1 if any was', async t => {
  const { address, settings } = await configureCopy(t)
  const connection = connect(address, { max: 1, onLost: () => {} })
  await send(connection.db, [item()])
  await mergeRollups(connection.db)
  await sql`update dossier_sums_by_desk set received_direct = 5 where slice = '2021-05-15'`.execute(connection.db)
  await connection.close()
  t.same(await launch(settings, { script: 'src/dossiers/rollups/cli.ts', isCounted: true }).ended, {
    code: 1, errors: '',
    log: 'dossier_sums_by_desk H56 H56-380 business-registration direct 2021-05-15 received_direct was 5 and is 1\nall sums are right again\n'
  })
  t.same(await runHere(main, settings), { code: 0, errors: '', log: 'all sums are right\n' })
})
