import { sql } from 'kysely'
import { communesOfToday, eventSets } from '../../../src/seed/reform/event-sets.ts'
import type { Db } from '../../../src/database/connect.ts'
import { rebuildRollups } from '../../../src/dossiers/rollups/rebuild.ts'
import type { DossierItem } from '../../../src/dossiers/schema.ts'
import { forEachDatabase } from '../../database.ts'
import { item, send } from '../../dossiers/given.ts'

/** Of 60 units: a dossier that ended before the reform, one after it, and one that is open. Districts end theirs. */
async function dossiersAcross (db: Db): Promise<DossierItem[]> {
  const { rows } = await sql<{ id: string, level: string }>`
    select id, level from (
      select id, level, row_number() over (partition by level order by id) as n from units where reports_dossiers
    ) as numbered where n <= 20 order by id`.execute(db)
  return rows.flatMap(({ id: unit, level }) => {
    const given = (code: string, received: string, ended: string | null) => item({
      code: `${unit}-${code}`, unit, received_at: `${received}T08:00:00+07:00`, due_at: '2025-09-05T08:00:00+07:00',
      ...ended === null ? {} : { status: 10, finished_at: `${ended}T08:00:00+07:00` }, updated_at: '2025-08-07T08:00:00+07:00'
    })
    const isDistrict = level === 'district'
    return [
      given('before', '2024-11-04', '2025-05-06'), given('after', '2024-11-04', isDistrict ? '2025-06-06' : '2025-08-06'),
      given('open', '2024-12-20', isDistrict ? '2025-06-20' : null)
    ]
  })
}

/** What each unit of 2021 reports of the last quarter of 2024. */
function reported (units: readonly { code: string, reports_dossiers: boolean }[]) {
  return units.filter(({ reports_dossiers: reports }) => reports).map(({ code: unit }, i) => {
    const [direct, late] = [10 + i % 7, i % 3]
    const [resolved, received] = [6 + late, 2 + direct]
    return {
      unit, period: '2024-Q4', source: 'one-stop', field: 'land', carried_over: 0, received_direct: direct, received_online: 2, received,
      resolved_early: 1, resolved_on_time: 5, resolved_overdue: late, resolved, pending: received - resolved,
      pending_in_time: received - resolved, pending_overdue: 0
    }
  })
}

const [firstStep, departments, secondStep] = eventSets(communesOfToday())

forEachDatabase('the reform of Thanh Hóa', async (t, { get, post, db }) => {
  const units = async (query: string) => (await get(`/v1/units?limit=10000&${query}`)).body.items
  const before = await units('as_of=2021-06-01')
  await send(db, await dossiersAcross(db))
  t.match(await post('/v1/dossier-statistics', { items: reported(before) }), { status: 200 })
  const PERIODS = ['2024', '2025', '2025-H1', '2025-Q3', '2026-Q1', 'cal-2025-M06', 'cal-2025-M07']
  /** What the whole province counts, without what moved within it, which says nothing of a whole. */
  const totals = async (hierarchy: string) => Object.fromEntries(await Promise.all([
    ...PERIODS.map(period => `basis=records&period=${period}`),
    ...['resolved', 'handled'].map(method => `period=2024-Q4&method=${method}`)
  ].map(async question => {
    const { body: { items } } = await get(`/v1/on-time?${question}&hierarchy=${hierarchy}`)
    const figures = ({ hierarchy: _, units_expected: __, units_reported: ___, ...row }: Record<string, unknown>) => row
    return [question, items.map(figures)]
  })))
  const wholeBefore = await totals('as_reported')

  t.test('joins a district and twelve communes to others on 2025-01-01', async t => {
    const { status, body } = await post('/v1/unit-changes', firstStep)
    t.equal(status, 200, JSON.stringify(body))
    t.match(body, { created: 0, ended: 13 })
    t.equal((await units('level=district&as_of=2025-01-01')).length, 26)
    t.equal((await units('level=commune&as_of=2025-01-01')).length, 547)
    t.equal((await units('level=commune&as_of=2024-12-31')).length, 559)
  })

  t.test('makes 15 departments of 20 on 2025-03-01', async t => {
    const { status, body } = await post('/v1/unit-changes', departments)
    t.equal(status, 200, JSON.stringify(body))
    t.match(body, { created: 2, ended: 7, changed: 0 })
    t.equal((await units('level=province&as_of=2025-03-01')).length, 1 + 15)
    t.match((await get('/v1/units/H56-SKHDT/lineage')).body.successions, [{ successor: 'H56-STC', document_number: '45/2025/NĐ-CP' }])
  })

  t.test('makes 166 communes of 547 on 2025-07-01, in one request', async t => {
    const started = performance.now()
    const { status, body } = await post('/v1/unit-changes', secondStep)
    const milliseconds = performance.now() - started
    t.equal(status, 200, JSON.stringify(body))
    t.match(body, { created: 166, ended: 547 + 26 })
    t.comment(`in ${Math.round(milliseconds)} ms; the goal is 5 000 ms on PostgreSQL`)
    const { rows: [{ count }] } = await sql<{ count: number }>`select count(*) as count from unit_successions`.execute(db) as { rows: [{ count: number }] }
    t.equal(count, 558 + 7 + 1, 'of communes, of departments, of the district that went into the city')
  })

  t.test('leaves 147 xã and 19 phường, and no district', async t => {
    const now = await units('level=commune&as_of=2025-07-01')
    t.equal(now.filter(({ kind }: { kind: string }) => kind === 'commune').length, 147)
    t.equal(now.filter(({ kind }: { kind: string }) => kind === 'ward').length, 19)
    t.ok(now.every(({ parent, id, code }: Record<string, string>) => parent === 'H56' && id === `${code}@2025-07-01`))
    t.same(await units('level=district&as_of=2025-07-01'), [])
    t.same((await units('as_of=2021-06-01')).map(({ valid_to: _, ...unit }: { valid_to: string }) => unit), before.map(({ valid_to: _, ...unit }: { valid_to: string }) => unit), 'what was before stays')
  })

  t.test('uses codes again, so that a code means a unit of a day', async t => {
    t.match((await get('/v1/units/H56-14758?as_of=2025-06-30')).body, { id: 'H56-14758', name: 'Phường Đông Thọ', others: [{ id: 'H56-14758@2025-07-01' }] })
    t.match((await get('/v1/units/H56-14758?as_of=2025-07-01')).body, { id: 'H56-14758@2025-07-01', name: 'Phường Hàm Rồng', others: [{ id: 'H56-14758' }] })
    t.match((await get('/v1/units/H56-14758@2025-06-30')).body, { name: 'Phường Đông Thọ' })
    t.match((await get('/v1/units/gso:14758@2025-07-01')).body, { name: 'Phường Hàm Rồng' })
    t.equal((await get('/v1/units/H56-380@2025-07-01')).status, 404, 'on a day on which no unit has the code')
  })

  t.test('is told by the lineage of each unit', async t => {
    const { body } = await get('/v1/units/H56-14758/lineage?as_of=2021-06-01')
    t.equal(body.unit, 'H56-14758')
    t.same(body.successions.map(({ successor, share }: Record<string, unknown>) => [successor, share]),
      [['H56-14758@2025-07-01', 0.5], ['H56-14797@2025-07-01', 0.5]])
    t.match(body.successions[0], { document_number: '1686/NQ-UBTVQH15', effective_on: '2025-07-01' })
    t.equal((await get('/v1/units/H56-14758/lineage')).body.successions.length, 5)
  })

  t.test('leaves the totals of the province as they were, by the units of any day', async t => {
    for (const hierarchy of ['as_reported', 'current', 'as_of:2021-06-01', 'as_of:2025-03-01', 'as_of:2025-07-01']) {
      t.same(await totals(hierarchy), wholeBefore, hierarchy)
    }
    const ended = wholeBefore['basis=records&period=2025'][0]
    t.match(ended, { carried_over: 120, received_direct: 60, resolved: 140, pending: 40 }, 'each dossier once')
    t.same(await rebuildRollups(db), [])
  })

  t.test('ends the series of the districts, and two tiers and three can be asked for together', async t => {
    const question = '/v1/on-time?basis=records&group_by=level,period&period=2024,2026-Q1'
    const { items } = (await get(question)).body as { items: Record<string, number | string>[] }
    t.same(items.map(({ level, period }) => `${level} ${period}`), [
      'commune 2024', 'commune 2026-Q1', 'district 2024', 'province 2024', 'province 2026-Q1'
    ])
    t.same(items.map(({ units_expected: expected }) => expected), [559, 166, 27, 20, 15])
  })

  t.test('moves a dossier of a day to the unit that there was', async t => {
    const dossier = {
      code: '000.17.22.H56-250620-0001', procedure: '1.001612', channel: 'direct', status: 4,
      received_at: '2025-06-20T08:00:00+07:00', updated_at: '2025-08-20T08:00:00+07:00'
    }
    const unitOf = async (unit: string, changed = {}) => {
      const { body } = await post('/v1/dossiers?source=one-stop', { items: [{ ...dossier, ...changed, unit, code: `d-${unit.replace('@', '-')}` }] })
      return body.errors.length > 0 ? body.errors[0] : (await get(`/v1/dossiers/d-${unit.replace('@', '-')}`)).body.unit
    }
    t.equal(await unitOf('H56-14755'), 'H56-14758@2025-07-01', 'one that ended, which passes what is open')
    t.equal(await unitOf('H56-14758@2025-07-01'), 'H56-14758@2025-07-01', 'the part of a unit that was split, as it is named')
    const late = { received_at: '2025-07-02T08:00:00+07:00' }
    t.match(await unitOf('H56-14755', late), { code: 'unit_not_valid', successors: ['H56-14758@2025-07-01'] })
    t.equal(await unitOf('H56-14758', late), 'H56-14758@2025-07-01')
    const { body } = await post('/v1/dossier-statistics', { items: [{ unit: 'H56-14755', period: '2025-Q4', source: 'one-stop', received: 1 }] })
    t.match(body.errors, [{ pointer: '/items/0/unit', code: 'unit_not_valid', successors: ['H56-14758@2025-07-01'] }])
  })
})
