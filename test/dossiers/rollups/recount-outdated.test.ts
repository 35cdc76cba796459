import { sql } from 'kysely'
import { recountOutdated } from '../../../src/dossiers/rollups/recount-outdated.ts'
import { forEachDatabase } from '../../database.ts'
import { item, send } from '../given.ts'

forEachDatabase('rollups that were counted by older rules', async (t, { db, address, get }) => {
  const url = 'connectionString' in address ? address.connectionString : undefined
  // A connection that closes while the database of the test is dropped is lost as well, after all that is tried here.
  const lost: Error[] = []
  const recount = () => recountOutdated(db, { url }, error => { lost.push(error) })
  const pending = async () => (await get('/v1/on-time?basis=records&period=cal-2021-M06&method=handled')).body.items[0]
  await recount()
  await send(db, [item({ status: 5 }), item({ code: 'b' })])
  // So an older version left them: what waits was overdue too.
  for (const table of ['unit', 'unit_quarter', 'level', 'channel', 'day']) {
    await sql`update ${sql.table(`dossier_sums_by_${table}`)} set became_overdue = 2 where became_overdue = 1`.execute(db)
  }
  await sql`update rollup_rules set version = 1`.execute(db)

  t.test('are counted again when the service starts', async t => {
    t.match(await pending(), { pending_in_time: 0, pending_overdue: 2 })
    t.match(await recount(), { length: 5 })
    t.match(await pending(), { pending_in_time: 1, pending_overdue: 1, on_time_percent: 50 })
  })

  t.test('are counted again once', async t => {
    t.equal(await recount(), null)
    await sql`update rollup_rules set version = 1`.execute(db)
    t.same((await Promise.all([recount(), recount()])).filter(deviations => deviations !== null), [[]])
    t.same(lost, [])
  })
})
