import { sql } from 'kysely'
import type { Db } from '../../../src/database/connect.ts'
import { rebuildRollups } from '../../../src/dossiers/rollups/rebuild.ts'
import { forEachDatabase } from '../../database.ts'
import { item, send } from '../given.ts'

async function standing (db: Db) {
  const { rows: [row] } = await sql<{ logged: number, merged: number }>`
    select (select count(*)::integer from dossier_sums_log where rollup = 'dossier_sums_by_desk') as logged,
      (select coalesce(sum(received_direct), 0)::integer from dossier_sums_by_desk) as merged`.execute(db)
  return row
}

forEachDatabase('what many small posts add to a rollup', async (t, { db, get }) => {
  for (let i = 0; i < 63; i++) await send(db, [item({ code: `dossier ${i}` })])
  const received = async () => (
    (await get('/v1/on-time?basis=records&period=cal-2021-M05&group_by=unit,field')).body.items[0].received_direct)

  t.test('counts at once, and stays in the log while that is short', async t => {
    t.same(await standing(db), { logged: 63, merged: 0 })
    t.equal(await received(), 63)
  })

  t.test('is merged by the transaction that fills the log', async t => {
    await send(db, [item({ code: 'one more' })])
    t.same(await standing(db), { logged: 0, merged: 64 })
    t.equal(await received(), 64)
    await send(db, [item({ code: 'and another' })])
    t.same(await standing(db), { logged: 1, merged: 64 })
    t.equal(await received(), 65)
    t.same(await rebuildRollups(db), [])
  })
})
