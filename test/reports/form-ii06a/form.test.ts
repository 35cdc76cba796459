import { parse } from 'csv-parse/sync'
import { FORM_MEASURES } from '../../../src/form-ii06a/columns.ts'
import { DossierFormRow, type DossierForm } from '../../../src/reports/form-ii06a/schema.ts'
import { DEPARTMENTS } from '../../../src/seed/catalogue/departments.ts'
import { forEachDatabase, type Service } from '../../database.ts'
import { item, send } from '../../dossiers/given.ts'

function formsOf ({ get }: Service) {
  return async (unit: string, period: string, query = ''): Promise<DossierForm> => (
    (await get(`/v1/forms/ii-06a/${unit}/${period}${query}`)).body)
}

const rowOf = ({ sections }: DossierForm, unit: string) => (
  sections.flatMap(({ rows }) => rows).find(row => row.unit === unit)!)
const sectionOf = ({ sections }: DossierForm, level: string) => sections.find(({ code }) => code === level)!
const NOTHING = Object.fromEntries(FORM_MEASURES.map(measure => [measure, null]))
const NOBODY = { ...NOTHING, scope: null, units_reported: 0 }
const NONE = Object.fromEntries(FORM_MEASURES.map(measure => [measure, 0]))

forEachDatabase('form II.06a of the province', async (t, service) => {
  const form = formsOf(service)
  const filled = await form('H56', '2021-Q3', '?unknown=true')

  t.test('has a line for each department, district and commune, and sums after each section', async t => {
    t.match(filled, { unit: 'H56', period: '2021-Q3', basis: 'reported', title: /^Tình hình, kết quả/ })
    t.match(filled.sections.map(({ code, name, rows, total }) => [code, name, rows.length, total.name]), [
      ['province', 'Cấp tỉnh', Object.keys(DEPARTMENTS).length, 'Cộng cấp tỉnh'],
      ['district', 'Cấp huyện', 27, 'Cộng cấp huyện'], ['commune', 'Cấp xã', 559, 'Cộng cấp xã']
    ])
    t.match(filled.grand_total, { kind: 'grand_total', name: 'Tổng cộng', scope: 'own', units_reported: 606, units_expected: 606 })
    t.notOk(rowOf(filled, 'H56'), 'the province itself has no desk')
    t.match(rowOf(filled, 'H56-380'), { row_number: 1, section: 'district', kind: 'unit', name: 'Thành phố Thanh Hóa' })
    for (const { rows, code } of filled.sections) {
      t.same(rows.map(row => row.row_number), rows.map((_, i) => i + 1), code)
      t.same(rows.map(({ unit }) => unit), rows.map(({ unit }) => unit).sort(), `${code} in the order of the catalogue`)
    }
  })

  t.test('adds up to what on-time percentages are of', async t => {
    const levels = (await service.get('/v1/on-time?period=2021-Q3&group_by=level')).body.items
    for (const { level, ...row } of levels) {
      const { total } = sectionOf(filled, level)
      t.same(FORM_MEASURES.map(measure => total[measure]), FORM_MEASURES.map(measure => row[measure]), level)
    }
    const [whole] = (await service.get('/v1/on-time?period=2021-Q3')).body.items
    t.same(FORM_MEASURES.map(measure => filled.grand_total[measure]), FORM_MEASURES.map(measure => whole[measure]))
  })

  t.test('has the measures in the order of the paper', async t => {
    t.same(Object.keys(filled.grand_total), Object.keys(DossierFormRow.properties))
    t.same(Object.keys(filled.grand_total).slice(6, 17), [
      'received', 'received_online', 'received_direct', 'carried_over', 'resolved', 'resolved_early', 'resolved_on_time',
      'resolved_overdue', 'pending', 'pending_in_time', 'pending_overdue'
    ])
  })

  t.test('is a table for people, too: the lines alone, sums among them', async t => {
    const { text, headers } = await service.get('/v1/forms/ii-06a/H56/2021-Q3?unknown=true&format=csv')
    t.equal(headers['content-disposition'], 'attachment; filename="forms-ii-06a_H56_2021-Q3.csv"')
    const table = parse<Record<string, string>>(text, { columns: true, bom: true })
    t.same(Object.keys(table[0]!), Object.keys(DossierFormRow.properties))
    t.equal(table.length, 606 + 3 + 1)
    t.match(table[Object.keys(DEPARTMENTS).length], { kind: 'total', name: 'Cộng cấp tỉnh', unit: '', row_number: '' })
    t.match(table.at(-1), { kind: 'grand_total', received: String(filled.grand_total.received), units_reported: '606' })
    const ndjson = await service.get('/v1/forms/ii-06a/H56/2021-Q3?unknown=true', { accept: 'application/x-ndjson' })
    t.same(ndjson.text.trimEnd().split('\n').map(line => JSON.parse(line)), filled.sections
      .flatMap<object>(({ rows, total }) => [...rows, total]).concat(filled.grand_total))
    t.match((await service.get('/v1/forms/ii-06a/H56/2021-Q3?format=xlsx')).headers['content-type'], 'spreadsheetml')
  })

  t.test('takes a consolidated row only where no desk has reported, and only as the grand total', async t => {
    const half = await form('gso:38', '2021-H1', '?unknown=true')
    t.match(half.grand_total, {
      kind: 'grand_total', scope: 'total', units_reported: 1, units_expected: 1,
      received: 3_104_677, received_online: 119_123, received_direct: 2_255_309, carried_over: 730_245,
      resolved: 3_062_315, resolved_early: null, resolved_early_unknown: 1, resolved_in_time: 3_058_715,
      resolved_overdue: 3_600, pending: 42_362
    })
    for (const { total, rows } of half.sections) {
      t.match(total, { ...NOBODY, units_expected: rows.length, received_unknown: 0 }, 'it belongs to no level')
      t.match(rows[0], { ...NOBODY, units_expected: 1 })
    }
    t.match((await form('H56-380', '2021-H1')).grand_total, NOBODY, 'nor to a district')
  })

  t.test('has no section for a level that has come to its end', async t => {
    t.same((await form('H56', '2025-Q3')).sections.map(({ code }) => code), ['province', 'district', 'commune'])
    t.same((await form('H56', '2025-Q4')).sections.map(({ code }) => code), ['province'])
    t.same((await form('H56-380', '2025-Q4')).sections, [])
    t.match((await form('H56-380', '2025-Q4')).grand_total, { ...NOTHING, units_expected: 0 })
  })

  t.test('needs a unit and a period that exist, and a basis that there is', async t => {
    const ask = (path: string) => service.get(`/v1/forms/ii-06a/${path}`)
    t.match(await ask('H57/2021-Q3'), { status: 404, body: { code: 'not_found', detail: 'there is no unit "H57"' } })
    t.match(await ask('H56/2021-Q9'), { status: 404, body: { code: 'not_found', detail: 'there is no period "2021-Q9"' } })
    t.equal((await ask('H57/2021-Q3?format=csv')).status, 404)
    t.match(await ask('H56/2021-Q3?basis=hearsay'), { status: 400, body: { errors: [{ code: 'not_allowed' }] } })
  })
})

forEachDatabase('form II.06a as posted', async (t, service) => {
  const form = formsOf(service)
  const unsplit = (direct: number, overdue: number) => ({
    received_online: 0, received_direct: direct, carried_over: 0,
    resolved_in_time: direct - overdue, resolved_overdue: overdue
  })
  const items = [
    { unit: 'H56', scope: 'total', received: 1_000 },
    { unit: 'H56-380', scope: 'total', received: 500 },
    {
      unit: 'H56-380', field: 'land', received_online: 10, received_direct: 30, carried_over: 5,
      resolved_early: 8, resolved_on_time: 20, resolved_overdue: 2, pending_overdue: 1
    },
    {
      unit: 'H56-380', field: 'justice', received_online: 0, received_direct: 5, carried_over: 0,
      resolved_early: 5, resolved_on_time: 0, resolved_overdue: 0
    },
    { unit: 'H56-381', ...unsplit(10, 1) },
    { unit: 'H56-14755', ...unsplit(20, 0) }
  ]
  await service.post('/v1/dossier-statistics', { items: items.map(item => ({ ...item, period: '2020-Q1', source: 'a' })) })

  t.test('adds up fields within a line, lines within a section, and sections', async t => {
    const filled = await form('H56', '2020-Q1')
    t.match(rowOf(filled, 'H56-380'), {
      scope: 'own', received: 50, received_online: 10, received_direct: 35, carried_over: 5, resolved: 35, resolved_early: 13,
      resolved_on_time: 20, resolved_overdue: 2, pending: 15, pending_in_time: 14, pending_overdue: 1, units_reported: 1
    })
    t.match(sectionOf(filled, 'district').total, {
      received: 60, received_online: 10, received_direct: 45, carried_over: 5, resolved: 45, resolved_in_time: 42,
      resolved_overdue: 3, pending: 15, pending_overdue: 1, units_reported: 2, units_expected: 27
    })
    t.match(filled.grand_total, { scope: 'own', received: 80, resolved: 65, units_reported: 3, units_expected: 606 })
  })

  t.test('says how many rows do not know what a sum cannot be told for', async t => {
    const filled = await form('H56', '2020-Q1', '?unknown=true')
    t.match(rowOf(filled, 'H56-381'), { resolved_early: null, resolved_early_unknown: 1, resolved_in_time: 9 })
    t.match(sectionOf(filled, 'district').total, { resolved_early: null, resolved_early_unknown: 1, resolved_unknown: 0 })
    t.match(filled.grand_total, { resolved_early_unknown: 2, received_postal: null, received_postal_unknown: 4 })
  })

  t.test('leaves units that reported nothing as lines without figures', async t => {
    const filled = await form('H56', '2020-Q1', '?unknown=true')
    t.match(rowOf(filled, 'H56-SNV'), { ...NOBODY, received_unknown: 0, units_expected: 1 })
    t.match(sectionOf(filled, 'province').total, { ...NOBODY, units_expected: 20 })
  })

  t.test('never mixes a consolidated row into desks', async t => {
    t.match((await form('H56-380', '2020-Q1')).grand_total, { scope: 'own', received: 70, units_reported: 2, units_expected: 35 })
    t.match(rowOf(await form('H56', '2020-Q1'), 'H56-380'), { received: 50 })
  })

  t.test('keeps its shape for one desk', async t => {
    const { sections, grand_total } = await form('H56-14755', '2020-Q1')
    t.match(sections, [{ code: 'commune', rows: [{ row_number: 1, unit: 'H56-14755', received: 20 }], total: { received: 20 } }])
    t.match(grand_total, { received: 20, units_reported: 1, units_expected: 1 })
  })
})

forEachDatabase('form II.06a from records', async (t, service) => {
  const form = formsOf(service)
  const july = '2021-07-01T08:00:00+07:00'
  const resolved = { status: 10, received_at: july, due_at: '2021-07-10T17:00:00+07:00' }
  const { outcomes } = await send(service.db, [
    item({ code: 'carried' }),
    item({ ...resolved, code: 'early', channel: 'online', finished_at: '2021-07-02T08:00:00+07:00' }),
    item({ ...resolved, code: 'overdue', finished_at: '2021-07-15T08:00:00+07:00' }),
    item({ code: 'open', channel: 'postal', received_at: july, due_at: '2021-12-01T17:00:00+07:00' }),
    item({
      code: 'commune', unit: 'H56-14755', status: 10, received_at: '2021-09-14T23:00:00+07:00',
      finished_at: '2021-09-16T08:00:00+07:00', due_at: '2021-09-20T17:00:00+07:00'
    })
  ])
  t.same(new Set(outcomes), new Set(['created']))

  t.test('counts what each desk received, resolved and left open', async t => {
    const filled = await form('H56', '2021-Q3', '?basis=records&unknown=true')
    t.equal(filled.basis, 'records')
    t.match(rowOf(filled, 'H56-380'), {
      scope: 'own', received: 4, received_online: 1, received_direct: 2, carried_over: 1, resolved: 2, resolved_early: 1,
      resolved_on_time: 0, resolved_overdue: 1, pending: 2, pending_in_time: 1, pending_overdue: 1, resolved_in_time: 1,
      received_postal: 1, received_postal_unknown: 0, units_reported: 1, units_expected: 1
    })
    t.match(rowOf(filled, 'H56-14755'), { ...NONE, received: 1, received_direct: 1, pending: 1, pending_in_time: 1 })
    t.match(filled.grand_total, { received: 5, resolved: 2, pending: 3, scope: 'own', units_reported: 2, units_expected: 606 })
  })

  t.test('knows nothing of desks that send none, nor of the time before the first', async t => {
    t.match(rowOf(await form('H56', '2021-Q3', '?basis=records'), 'H56-381'), { ...NOBODY })
    t.match((await form('H56-380', '2021-Q1', '?basis=records')).grand_total, { ...NOBODY, units_expected: 35 })
  })

  t.test('is zero for a desk that sends records and had no dossiers', async t => {
    const filled = await form('H56-380', '2022-Q1', '?basis=records')
    t.match(rowOf(filled, 'H56-14755'), { ...NONE, scope: 'own', units_reported: 1 })
    t.match(rowOf(filled, 'H56-380'), { received: 2, carried_over: 2, pending: 2 })
  })

  t.test('keeps a line for what a desk left open when it came to its end', async t => {
    const { sections, grand_total } = await form('H56-380', '2026-Q1', '?basis=records')
    t.same(sections.map(({ code, rows }) => [code, rows.map(({ unit }) => unit)]), [['district', ['H56-380']]])
    t.match(sections[0]?.rows, [{ pending: 2, units_reported: 0, units_expected: 0 }])
    t.match(grand_total, { pending: 2, units_reported: 0, units_expected: 0 })
    const [whole] = (await service.get('/v1/on-time?basis=records&period=2026-Q1&unit=H56-380')).body.items
    t.match(whole, { pending: 2, units_reported: 0, units_expected: 0 }, 'as in the percentage')
  })
})
