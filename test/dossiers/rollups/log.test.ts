import { sql } from 'kysely'
import { connect, type Db } from '../../../src/database/connect.ts'
import { inTransaction } from '../../../src/database/transaction.ts'
import { ingestDossiers } from '../../../src/dossiers/ingest/chunk.ts'
import { cellsOfRows } from '../../../src/dossiers/rollups/cells.ts'
import type { RollupTable } from '../../../src/dossiers/rollups/families.ts'
import { logCells, mergeLogs } from '../../../src/dossiers/rollups/log.ts'
import { repackRollups } from '../../../src/dossiers/rollups/packed.ts'
import { rebuildRollups } from '../../../src/dossiers/rollups/rebuild.ts'
import { parseDay } from '../../../src/time/business-day.ts'
import { runOwnWrite } from '../../../src/writes/unit-of-work.ts'
import { forEachDatabase } from '../../database.ts'
import { CONTEXT, forget, item, send } from '../given.ts'

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

  t.test('is merged from time to time, though few post', async t => {
    await mergeLogs(db)
    t.same(await standing(db), { logged: 0, merged: 65 })
    t.equal(await received(), 65)
    t.same(await rebuildRollups(db), [])
  })
})

forEachDatabase('what is merged again and again into the sums of a day', async (t, { db, get }) => {
  const rowsOf = async () => {
    const { rows } = await sql<{ day: string, rows: number }>`
      select day, count(*)::integer as rows from dossier_sums_by_procedure_day group by day order by day`.execute(db)
    return rows.map(({ day, rows }) => `${day} ${rows}`)
  }
  const received = async () => (
    await get('/v1/on-time?basis=records&from=2021-05-30&to=2021-06-02&group_by=procedure')).body.items[0].received_direct
  for (let i = 0; i < 16; i++) {
    // The last moves one of those before to another day.
    const code = `dossier ${i % 15}`
    const day = i === 15 ? '2021-06-01' : '2021-05-31'
    await send(db, [item({ code, received_at: `${day}T08:00:00+07:00`, due_at: null, correction: true })])
    await mergeLogs(db)
    if (i === 14) {
      await repackRollups(db)
      t.same(await rowsOf(), ['2021-05-31 15'])
    }
  }
  await repackRollups(db)

  t.test('is one row again once there are many', async t => {
    t.same(await rowsOf(), ['2021-05-31 1', '2021-06-01 1'])
    t.equal(await received(), 15)
    t.same(await rebuildRollups(db), [])
  })
})

forEachDatabase('what a transaction adds that would fill the log alone', async (t, { db }) => {
  const day = { field: 'land', channel: 'direct', slice: parseDay('2021-05-15') }
  const rows = Array.from({ length: 16_000 }, (_, n) => ({ ...day, unit: `unit ${n}`, received_direct: 1 }))
  const cellsFor = (table: RollupTable) => cellsOfRows(table, rows)
  const add = () => inTransaction(db, trx => logCells(trx, 'H56', 'dossier_sums_by_desk', cellsFor))

  t.test('goes past it', async t => {
    await add()
    await add()
    t.same(await standing(db), { logged: 0, merged: 32_000 })
  })
})

/** So many times what is in the log: as if others had sent the like of it. */
async function repeatLog (db: Db, times: number) {
  await sql`
    insert into dossier_sums_log overriding user value
    select logged.* from dossier_sums_log as logged cross join generate_series(2, ${times})`.execute(db)
}

forEachDatabase('while a full log is merged', async (t, { db, address }) => {
  if (!('connectionString' in address)) {
    t.pass('the embedded database runs one transaction after another')
    return
  }
  t.afterEach(() => forget(db))
  const elsewhere = (code: string) => item({ code, unit: 'H56-14755', procedure: '1.001193' })

  t.test('others add to it, and do not wait', async t => {
    await send(db, [elsewhere('a')])
    await repeatLog(db, 63)
    const merged = Promise.withResolvers<undefined>()
    const ends = Promise.withResolvers<undefined>()
    const filling = runOwnWrite(db, 'tests', 'send', async write => {
      await ingestDossiers(write, [item()], CONTEXT)
      merged.resolve(undefined)
      await ends.promise
      return {}
    })
    await merged.promise
    await send(db, [elsewhere('b')])
    await mergeLogs(db)
    ends.resolve(undefined)
    await filling
    t.same(await standing(db), { logged: 1, merged: 64 })
  })

  t.test('it may take longer than a statement usually may', async t => {
    const { db: interactive, close } = connect(address, { max: 2, onLost: () => {} })
    t.teardown(close)
    await send(db, [item()])
    await repeatLog(db, 63)
    await sql`create function wait() returns trigger language plpgsql as 'begin perform pg_sleep(1.8); return null; end'`.execute(db)
    await sql`create trigger wait before insert on dossier_sums_by_desk for each statement execute function wait()`.execute(db)
    t.teardown(() => sql`drop function wait cascade`.execute(db))
    await send(interactive, [item({ code: 'b' })])
    t.same(await standing(db), { logged: 0, merged: 64 })
  })
})
