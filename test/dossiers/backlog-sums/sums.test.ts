import { sql } from 'kysely'
import type { Db } from '../../../src/database/connect.ts'
import { ingestDossiers } from '../../../src/dossiers/ingest/chunk.ts'
import { rebuildRollups } from '../../../src/dossiers/rollups/rebuild.ts'
import { runOwnWrite } from '../../../src/writes/unit-of-work.ts'
import { forEachDatabase } from '../../database.ts'
import { CONTEXT, forget, item, mergeRollups, send } from '../given.ts'

async function merged (db: Db): Promise<string[]> {
  const { rows } = await sql<Record<'unit' | 'kind' | 'day', string> & { dossiers: number }>`
    select * from backlog_sums order by unit, kind, day`.execute(db)
  return rows.map(({ unit, kind, day, dossiers }) => `${unit} ${kind} ${day} ${dossiers}`)
}

async function logged (db: Db): Promise<number> {
  return (await sql`select from backlog_sums_log`.execute(db)).rows.length
}

forEachDatabase('the sums of the backlog', async (t, { db, get }) => {
  t.afterEach(() => forget(db))
  const open = async () => {
    const { items } = (await get('/v1/backlog?group_by=unit')).body as { items: Record<string, string | number>[] }
    return items.map(({ unit, open, oldest_received_on: oldest }) => [unit, open, oldest])
  }

  t.test('are of every unit by the day of reception and by what is due when', async t => {
    const supplements = [{ requested_at: '2021-06-01T08:00:00+07:00', completed_at: '2021-06-20T08:00:00+07:00' }]
    await send(db, [
      item({ code: 'a' }), item({ code: 'b' }), item({ code: 'waits', status: 5 }), item({ code: 'undated', due_at: null }),
      item({ code: 'late', supplements }), item({ code: 'ended', status: 9, finished_at: '2021-06-01T08:00:00+07:00' }),
      item({ code: 'registered', status: 1 })
    ])
    await mergeRollups(db)
    t.same(await merged(db), [
      'H56-380 awaiting 2021-05-31 1', 'H56-380 due 2021-06-10 2', 'H56-380 due 2021-06-20 1', 'H56-380 received 2021-05-31 5',
      'H56-380 undated 2021-05-31 1'
    ])
  })

  t.test('are merged by the transaction that fills the log, and leave nothing of what has ended', async t => {
    for (let i = 0; i < 63; i++) await send(db, [item({ code: `dossier ${i}` })])
    t.same([await logged(db), await merged(db)], [63, []])
    t.same(await open(), [['H56-380', 63, '2021-05-31']])
    await send(db, [item({ code: 'one more', unit: 'H56-381' })])
    t.same([await logged(db), (await merged(db)).length], [0, 4])
    t.same(await open(), [['H56-380', 63, '2021-05-31'], ['H56-381', 1, '2021-05-31']])
    await send(db, [item({ code: 'one more', unit: 'H56-381', status: 9, finished_at: '2021-06-01T08:00:00+07:00', updated_at: '2021-06-01T08:00:00+07:00' })])
    t.same(await open(), [['H56-380', 63, '2021-05-31']], 'which the log says')
    await mergeRollups(db)
    t.same([await logged(db), await merged(db)], [0, ['H56-380 due 2021-06-10 63', 'H56-380 received 2021-05-31 63']])
  })

  t.test('say which dossier is the oldest, though the log takes older ones away', async t => {
    const on = (day: string) => ({ received_at: `${day}T08:00:00+07:00`, updated_at: `${day}T08:05:00+07:00` })
    await send(db, [item({ code: 'a', ...on('2021-05-03') }), item({ code: 'b', ...on('2021-05-03') }), item({ code: 'c', ...on('2021-05-04') })])
    await mergeRollups(db)
    const end = (code: string) => send(db, [item({
      code, ...on('2021-05-03'), status: 9, finished_at: '2021-05-05T08:00:00+07:00', updated_at: '2021-05-05T08:00:00+07:00'
    })])
    await end('a')
    t.same(await open(), [['H56-380', 2, '2021-05-03']])
    await end('b')
    t.same(await open(), [['H56-380', 1, '2021-05-04']])
  })

  t.test('say by months what has been open for longer than the buckets tell apart', async t => {
    const on = (day: string) => ({ received_at: `${day}T08:00:00+07:00`, updated_at: `${day}T08:05:00+07:00`, due_at: null })
    const ended = { status: 9, finished_at: '2021-05-06T08:00:00+07:00', updated_at: '2021-05-06T08:00:00+07:00' }
    await send(db, [item({ code: 'a', ...on('2021-01-04') }), item({ code: 'b', ...on('2021-01-20') }), item({ code: 'c', ...on('2021-05-04') })])
    await mergeRollups(db)
    const months = async () => (await sql<Record<'month' | 'kind', string> & Record<'dossiers' | 'days', number>>`
      select * from backlog_sums_by_month where kind = 'received' order by month`.execute(db)).rows
      .map(({ month, dossiers, days }) => `${month} ${dossiers} ${days}`)
    t.same(await months(), ['2021-01-01 2 22', '2021-05-01 1 3'])
    const first = async () => {
      const { items } = (await get('/v1/backlog')).body as { items: Record<string, string | number>[] }
      return items.map(({ open, age_over_60: old, oldest_received_on: oldest }) => [open, old, oldest])
    }
    const listed = await first()
    const without = (...codes: string[]) => send(db, codes.map(code => (
      item({ code, ...on(code === 'a' ? '2021-01-04' : '2021-01-20'), ...ended }))))
    await without('a')
    const [[open, , oldest]] = await first() as [[number, number, string]]
    t.same([listed[0], open, oldest], [[3, 3, '2021-01-04'], 2, '2021-01-20'], 'the log takes the oldest away')
    await mergeRollups(db)
    t.same([await months(), (await first())[0]![2]], [['2021-01-01 1 19', '2021-05-01 1 3'], '2021-01-20'])
    await without('b')
    await mergeRollups(db)
    t.same([await months(), (await first())[0]![2]], [['2021-01-01 0 0', '2021-05-01 1 3'], '2021-05-04'])
    await sql`update backlog_sums_by_month set days = 7 where month = '2021-05-01'`.execute(db)
    t.same(await rebuildRollups(db), ['received', 'undated'].map(kind => ({
      table: 'backlog_sums_by_month', province: 'H56', key: { unit: 'H56-380', kind, day: '2021-05-01' },
      stored: { dossiers: 1, days: 7 }, counted: { dossiers: 1, days: 3 }
    })))
    t.same(await months(), ['2021-01-01 0 0', '2021-05-01 1 3'])
  })

  t.test('that are wrong are found by a recount, and corrected', async t => {
    await send(db, [item()])
    await mergeRollups(db)
    await sql`update backlog_sums set dossiers = 3 where kind = 'due'`.execute(db)
    await sql`delete from backlog_sums where kind = 'received'`.execute(db)
    await sql`
      insert into backlog_sums (province_code, unit, kind, day, dossiers) values ('H56', 'H56-381', 'undated', '2021-05-31', 1)`.execute(db)
    const wrong = (unit: string, kind: string, day: string, stored: number, counted: number) => (
      { table: 'backlog_sums', province: 'H56', key: { unit, kind, day }, stored: { dossiers: stored }, counted: { dossiers: counted } })
    const found = await rebuildRollups(db)
    t.same(found.filter(({ table }) => table === 'backlog_sums'), [
      wrong('H56-380', 'due', '2021-06-10', 3, 1), wrong('H56-380', 'received', '2021-05-31', 0, 1),
      wrong('H56-381', 'undated', '2021-05-31', 1, 0)
    ])
    t.same(found.slice(3).map(({ table, stored, counted }) => [table, stored['dossiers'], counted['dossiers']]), [
      ['backlog_sums_by_month', 1, 3], ['backlog_sums_by_month', 1, 0], ['backlog_sums_by_month', 0, 1]
    ], 'by month they agree with the days, which they follow')
    t.same(await merged(db), ['H56-380 due 2021-06-10 1', 'H56-380 received 2021-05-31 1'])
    t.same(await rebuildRollups(db), [])
  })
})

forEachDatabase('while the log of the backlog is merged', async (t, { db, address }) => {
  if (!('connectionString' in address)) {
    t.pass('the embedded database runs one transaction after another')
    return
  }

  t.test('others add to it, and do not wait', async t => {
    for (let i = 0; i < 63; i++) await send(db, [item({ code: `dossier ${i}`, unit: 'H56-14755', procedure: '1.001193' })])
    await sql`delete from dossier_sums_log`.execute(db)
    const hasMerged = Promise.withResolvers<undefined>()
    const ends = Promise.withResolvers<undefined>()
    const filling = runOwnWrite(db, 'tests', 'send', async write => {
      await ingestDossiers(write, [item()], CONTEXT)
      hasMerged.resolve(undefined)
      await ends.promise
      return {}
    })
    await hasMerged.promise
    await send(db, [item({ code: 'b', unit: 'H56-14755', procedure: '1.001193' })])
    await mergeRollups(db)
    ends.resolve(undefined)
    await filling
    t.same([await logged(db), (await merged(db)).length], [1, 4])
  })
})
