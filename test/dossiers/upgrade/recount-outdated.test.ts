import { sql } from 'kysely'
import { rebuildRollups } from '../../../src/dossiers/rollups/rebuild.ts'
import { isOfDifferences, isOfResults, ROLLUP_TABLES } from '../../../src/dossiers/rollups/families.ts'
import { isPacked } from '../../../src/dossiers/rollups/packed.ts'
import { recountOutdated } from '../../../src/dossiers/upgrade/recount-outdated.ts'
import { forEachDatabase } from '../../database.ts'
import { item, mergeRollups, send, storedDossiers } from '../given.ts'

forEachDatabase('rollups that were counted by older rules', async (t, { db, address, get, post }) => {
  const url = 'connectionString' in address ? address.connectionString : undefined
  // A connection that closes while the database of the test is dropped is lost as well, after all that is tried here.
  const lost: Error[] = []
  const recount = () => recountOutdated(db, { url }, error => { lost.push(error) })
  const pending = async () => (await get('/v1/on-time?basis=records&period=cal-2021-M06&method=handled')).body.items[0]
  await recount()
  await send(db, [item({ status: 5 }), item({ code: 'b' })])
  await mergeRollups(db)
  // So an older version left them: what waits was overdue too.
  const sums = ROLLUP_TABLES.filter(table => !isOfDifferences(table) && !isOfResults(table))
  for (const table of sums) {
    const [as, by] = isPacked(table) ? ['{2}', '{1}'] : ['2', '1']
    await sql`update ${sql.table(table)} set became_overdue = ${sql.lit(as)} where became_overdue = ${sql.lit(by)}`.execute(db)
  }
  await sql`update rollup_rules set version = 1`.execute(db)

  t.test('are counted again when the service starts', async t => {
    t.match(await pending(), { pending_in_time: 0, pending_overdue: 2 })
    t.equal(await recount(), sums.length)
    t.match(await pending(), { pending_in_time: 1, pending_overdue: 1, on_time_percent: 50 })
  })

  t.test('are counted when what their version left behind is passed on', async t => {
    const into = { code: 'H56-99001', name: 'Phường Mới', kind: 'ward', level: 'commune', parent: 'H56-380', reports_dossiers: true }
    const document = { number: '1/NQ', date: '2021-06-01', issuer: 'Quốc hội' }
    const events = [{ type: 'merge', units: ['H56-14755'], into }]
    await send(db, [item({ code: 'left behind', unit: 'H56-14755', procedure: '1.001193' })])
    await sql`delete from dossier_statistics`.execute(db)
    await sql`delete from statistics_sets`.execute(db)
    t.match((await post('/v1/unit-changes', { effective_on: '2021-07-01', document, events })).body, { dossiers_passed: 1 })
    const passed = await storedDossiers(db)
    // So an older version left it, which did not pass it on.
    await sql`update dossiers set unit = 'H56-14755', held_from = null, received_on = null where code = 'left behind'`.execute(db)
    await sql`delete from dossier_states`.execute(db)
    await rebuildRollups(db)
    await sql`update rollup_rules set version = 2`.execute(db)
    t.equal(await recount(), 0)
    t.same(await storedDossiers(db), passed)
    t.match((await get('/v1/dossiers/left%20behind')).body, { unit: 'H56-99001' })
  })

  t.test('are counted again once', async t => {
    t.equal(await recount(), null)
    await sql`update rollup_rules set version = 1`.execute(db)
    t.same((await Promise.all([recount(), recount()])).filter(corrected => corrected !== null), [0])
    t.same(lost, [])
  })
})
