import { sql } from 'kysely'
import { connect } from '../../../src/database/connect.ts'
import { onTime } from '../../../src/statistics/on-time/queries.ts'
import type { OnTimeQuery } from '../../../src/statistics/on-time/schema.ts'
import { forEachDatabase } from '../../database.ts'
import { item, send } from '../given.ts'

forEachDatabase('a question that reads a large table', async (t, { db, address }) => {
  if (!('connectionString' in address)) {
    t.pass('the embedded database has no such limits')
    return
  }
  await send(db, [item()])
  const { db: interactive, close } = connect(address, { max: 2, onLost: () => {} })
  t.teardown(close)
  /** As if it were so large that reading it takes longer than a statement usually may. */
  const slowDown = async (table: string) => {
    await sql`alter table ${sql.table(table)} rename to ${sql.id(`large_${table}`)}`.execute(db)
    await sql`
      create view ${sql.table(table)} as
      select large.* from (select pg_sleep(1.8) offset 0) as reading cross join ${sql.table(`large_${table}`)} as large`.execute(db)
  }
  const asked = async (question: OnTimeQuery) => (
    await onTime(interactive, { basis: 'records', ...question }, { limit: 10 }, null, Date.now())).items

  t.test('may take longer than others', async t => {
    await slowDown('dossier_sums_by_desk')
    t.match(await asked({ period: ['cal-2021-M06'], group_by: ['unit', 'field'] }), [{ unit: 'H56-380', pending: 1 }])
    await slowDown('dossiers')
    t.match(await asked({ from: '2021-06-02', to: '2021-06-03', group_by: ['unit', 'channel'] }), [{ unit: 'H56-380', pending: 1 }])
  })
})
