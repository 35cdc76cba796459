import { sql } from 'kysely'
import type { Test } from 'tap'
import type { Db } from '../../../src/database/connect.ts'
import { load } from '../../../src/seed/load.ts'
import { loadProvince } from '../../../src/seed/provinces/load.ts'
import { provinceNamed } from '../../../src/seed/provinces/provinces.ts'
import { aliasesOf, unitsOf } from '../../../src/seed/provinces/units.ts'
import { runOwnWrite } from '../../../src/writes/unit-of-work.ts'
import { forEachDatabase, type Answer } from '../../database.ts'

const province = provinceNamed('Thanh Hóa')
const DOCUMENT = { number: '1/NQ-HĐND', date: '2024-12-10', issuer: 'HĐND tỉnh Thanh Hóa' }

/** How many rows each of the tables has that the sample fills. */
async function countsOf (db: Db) {
  const { rows } = await sql<Record<string, number>>`
    select (select count(*) from units) as units, (select count(*) from unit_versions) as versions,
      (select count(*) from unit_changes) as changes, (select count(*) from unit_successions) as successions,
      (select count(*) from unit_aliases) as aliases, (select count(*) from dossier_statistics) as statistics,
      (select count(*) from writes) as writes, (select count(*) from changes) as audit`.execute(db)
  return rows[0]!
}

function measuresOf ({ body }: Answer): Record<string, unknown>[] {
  return body.items.map(({ hierarchy: _, ...row }: Record<string, unknown>) => row)
}

forEachDatabase('a sample database that an earlier version started', async (t, { db, get, post }) => {
  const units = async (query: string) => (await get(`/v1/units?limit=10000&${query}`)).body.items
  const paper = '/v1/on-time?period=2021-H1&unit=H56'
  const levels = '/v1/on-time?period=2021-Q3&group_by=level'
  const before = { paper: await get(paper), levels: await get(levels), units: await units('as_of=2021-06-01') }
  // Processes that start at the same time.
  await Promise.all([load(db, 'true'), load(db, 'true')])
  const after = await countsOf(db)
  t.same(await load(db, 'catalogue'), { reform_left_out: null }, 'who asks for the catalogue gets no more')

  t.test('gains the reform, once', async t => {
    const { body: { items } } = await get('/v1/unit-changes')
    t.same(items.map(({ effective_on: day, document_number: number }: Record<string, string>) => [day, number]), [
      ['2025-01-01', '1238/NQ-UBTVQH15'], ['2025-03-01', '45/2025/NĐ-CP'], ['2025-07-01', '1686/NQ-UBTVQH15']
    ])
    t.equal(after['units'], 607 + 2 + 166)
  })

  t.test('has 166 communes, 15 departments and no district on 2025-07-01', async t => {
    const all = await units('as_of=2025-07-01')
    const count = (level: string) => all.filter((unit: { level: string }) => unit.level === level).length
    t.same([count('commune'), count('district'), count('province')], [166, 0, 1 + 15])
  })

  t.test('has the communes that setting the province up makes, but for the ids', async t => {
    const aliases = new Map(aliasesOf(province, 'H56').map(({ source, external_code: code, unit }) => [unit, `${source}:${code}`]))
    const { rows } = await sql<object>`
      select code, province_code, name, kind, level, parent, reports_dossiers, valid_from::text, valid_to, search_name,
        (select string_agg(source || ':' || external_code, ',') from unit_aliases where unit = id) as alias
      from units where valid_from = '2025-07-01' order by code`.execute(db)
    t.same(rows, unitsOf(province, 'H56').slice(1).map(({ id: _, path: __, reached_by: ___, ...unit }) => (
      { ...unit, alias: aliases.get(unit.code) })).toSorted((a, b) => a.code < b.code ? -1 : 1))
  })

  t.test('keeps the world of 2021: its units, the report of the province, and the synthetic quarter', async t => {
    const lasting = ({ valid_to: _, ...unit }: { valid_to: string }) => unit
    t.same((await units('as_of=2021-06-01')).map(lasting), before.units.map(lasting))
    t.same((await get(paper)).body, before.paper.body)
    t.same((await get(levels)).body, before.levels.body)
    t.match((await get(paper)).body.items, [{ resolved_in_time: 3_058_715, resolved: 3_062_315 }])
  })

  t.test('carries the report of the province to the units of today unchanged', async t => {
    for (const hierarchy of ['current', 'as_of:2025-07-01']) {
      t.same(measuresOf(await get(`${paper}&hierarchy=${hierarchy}`)), measuresOf(before.paper), hierarchy)
    }
  })

  t.test('carries the synthetic quarter of 2021 to communes of today, which have it all', async t => {
    const total = async (query: string) => {
      const { body: { items: [row] } } = await get(`/v1/on-time?period=2021-Q3${query}`)
      return [row.received, row.resolved, row.resolved_in_time, row.pending]
    }
    t.same(await total('&hierarchy=current'), await total(''))
    const question = 'period=2021-Q3&group_by=unit&unit=H56-14758@2025-07-01&hierarchy=current'
    const [row] = measuresOf(await get(`/v1/on-time?${question}`))
    t.match(row, { unit: 'H56-14758@2025-07-01', estimated: true })
    t.ok(Number(row!['resolved']) > 0)
  })

  t.test('has a quarter of 2026 of all units that are expected, synthetic and of the lowest precedence', async t => {
    const { body: { items } } = await get('/v1/on-time?period=2026-Q1&group_by=level')
    const coverage = items.map((row: Record<string, unknown>) => [row['level'], row['units_reported'], row['units_expected']])
    t.same(coverage, [['commune', 166, 166], ['province', 15, 15]])
    t.ok(items.every(({ on_time_percent: percent }: { on_time_percent: number }) => percent > 90 && percent < 100))
    const { body: { items: rows } } = await get('/v1/dossier-statistics?period=2026-Q1&limit=10000')
    t.ok(rows.every(({ source }: { source: string }) => source === 'sample'))
    t.match((await get('/v1/sources')).body.items.find(({ code }: { code: string }) => code === 'sample'), { synthetic: true, precedence: 0 })
  })

  t.test('changes nothing at the next start', async t => {
    await load(db, 'true')
    t.same(await countsOf(db), after)
  })

  t.test('is a province that is set up, whose units of today setting up finds', async t => {
    const added = await runOwnWrite(db, 'tests', 'setup', write => loadProvince(write.trx, province, 'H56'))
    t.same(added, { levels: 0, units: 0, fields: 0, periods: 0, sources: 0, forms: 0, indicators: 0, rules: 0 })
    t.same((await countsOf(db))['aliases'], after['aliases'])
    t.same((await countsOf(db))['units'], after['units'])
  })

  t.test('refuses the reform a second time', async t => {
    const events = [{ type: 'merge', units: ['H56-SKHDT'], into: 'H56-STP' }]
    t.match(await post('/v1/unit-changes', { effective_on: '2025-03-01', document: DOCUMENT, events }), {
      status: 422, body: { errors: [{ pointer: '/events/0/units/0', code: 'changed_later' }] }
    })
  })

  t.test('takes dossiers for communes of today', async t => {
    const items = [{ code: 'x', unit: 'H56-14758', procedure: '1.001193', channel: 'online', status: 4,
      received_at: '2026-02-02T08:00:00+07:00', updated_at: '2026-02-02T08:00:00+07:00' }]
    t.match(await post('/v1/dossiers?source=one-stop', { items }), { status: 200, body: { created: 1 } })
    t.match((await get('/v1/dossiers/x')).body, { unit: 'H56-14758@2025-07-01' })
  })
})

forEachDatabase('a sample database whose units somebody has changed', async (t, { db, post, put, delete: remove }) => {
  const staysAsItIs = async (t: Test, name: string) => {
    const before = await countsOf(db)
    const { reform_left_out: reason } = await load(db, 'true')
    t.same(await countsOf(db), before, name)
    return reason
  }

  t.test('stays as it is', async t => {
    const figures = { unit: 'H56-SKHDT', period: '2025-Q4', source: 'first', field: 'land', received: 1 }
    await post('/v1/dossier-statistics', { items: [figures] })
    const reason = await staysAsItIs(t, 'with figures of a department that the reform ends before')
    t.match(reason, /figures of 2025-Q4 are stored for H56-SKHDT/)
    await remove('/v1/dossier-statistics?unit=H56-SKHDT&period=2025-Q4&source=first&scope=own')

    const named = (name: string) => put('/v1/units/H56-14755', { name, kind: 'ward' }, { 'x-reason': 'A typing error' })
    t.match(await named('Phường Hàm Rông'), { status: 200 })
    await staysAsItIs(t, 'with a commune of another name')
    await named('Phường Hàm Rồng')

    const rename = { type: 'rename', unit: 'H56-STP', name: 'Sở Tư pháp mới' }
    const { body: { id } } = await post('/v1/unit-changes', { effective_on: '2025-01-01', document: DOCUMENT, events: [rename] })
    await staysAsItIs(t, 'with an event set')
    await remove(`/v1/unit-changes/${id}`)
    await staysAsItIs(t, 'with an event set that was taken back')
  })
})

forEachDatabase('a start that a fault ends', async (t, { db }) => {
  const before = await countsOf(db)
  await sql`alter table unit_bearers add constraint none check (share < 0)`.execute(db)
  await t.rejects(load(db, 'true'), /violates check constraint/)
  t.same(await countsOf(db), before, 'leaves nothing half done')
  await sql`alter table unit_bearers drop constraint none`.execute(db)
  await load(db, 'true')
  t.match(await countsOf(db), { changes: 3 }, 'which the next one makes up for')
})
