import { parse } from 'csv-parse/sync'
import { FORMS } from '../../../src/form-ii06a/forms.ts'
import type { FilledForm, FormRow } from '../../../src/reports/forms/schema.ts'
import { forEachDatabase } from '../../database.ts'
import { item, send } from '../../dossiers/given.ts'

const at = (day: string, time = '09:00:00') => `2021-${day}T${time}+07:00`
const given = (code: string, said: object = {}) => item({
  code, received_at: at('07-01'), due_at: at('07-10'), updated_at: at('07-01'), channel: 'online', ...said
})

forEachDatabase('a form', async (t, { db, get, post }) => {
  const form = async (code: string, query = '', unit = 'H56', period = '2021-Q3'): Promise<FilledForm> => (
    (await get(`/v1/forms/${code}/${unit}/${period}${query}`)).body)
  const rowsOf = ({ sections, grand_total }: FilledForm): FormRow[] => (
    [...sections.flatMap(({ rows, total }) => [...rows, total]), grand_total])

  t.test('has its head: number, period, reporting and receiving unit', async t => {
    t.match(await form('ii-06a-fields', '', 'H56-380'), {
      form: 'ii-06a-fields', number: 'II.06a/VPCP/KSTT', circular: 'Thông tư số 01/2020/TT-VPCP',
      unit: 'H56-380', unit_name: 'Thành phố Thanh Hóa', receiving_unit: 'H56', receiving_unit_name: 'Tỉnh Thanh Hóa',
      period: '2021-Q3', starts_on: '2021-06-15', ends_on: '2021-09-14', basis: 'reported', hierarchy: 'as_reported'
    })
    t.match(await form('07a-btp'), { number: '07a/BTP', circular: null, receiving_unit: null, receiving_unit_name: null })
  })

  t.test('has fields within levels, with the totals that on-time percentages are of', async t => {
    const filled = await form('ii-06a-fields')
    t.same(filled.sections.map(({ code, name, total }) => [code, name, total.name]), [
      ['province', 'Cấp tỉnh', 'Cộng cấp tỉnh'], ['district', 'Cấp huyện', 'Cộng cấp huyện'], ['commune', 'Cấp xã', 'Cộng cấp xã']
    ])
    t.same(filled.columns.map(({ number }) => number), [3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13])
    const fields = (await get('/v1/on-time?period=2021-Q3&group_by=level,field')).body.items
    for (const { code, rows, total } of filled.sections) {
      t.same(rows.map(row => [row.code, row.name, row.received, row.pending_overdue]), fields
        .filter((row: { level: string }) => row.level === code)
        .map((row: Record<string, unknown>) => [row['field'], row['field_name'], row['received'], row['pending_overdue']]))
      t.same(rows.map(row => row.row_number), rows.map((_, i) => i + 1))
      const { items: [level] } = (await get(`/v1/on-time?period=2021-Q3&level=${code}`)).body
      for (const name of ['received', 'resolved', 'units_reported', 'units_expected'] as const) t.equal(total[name], level[name])
    }
    const [whole] = (await get('/v1/on-time?period=2021-Q3')).body.items
    t.match(filled.grand_total, { received: whole.received, pending: whole.pending, received_online_full: null, kind: 'grand_total' })
  })

  t.test('by procedure, and by field of all levels', async t => {
    await send(db, [given('1'), given('2', { procedure: '1.001193', unit: 'H56-14755' }), given('3', { unit: 'H56-14755' })])
    t.match((await form('ii-06b', '?basis=records')).sections, [
      { code: 'district', rows: [{ code: '1.001612', received: 1 }], total: { received: 1 } },
      { code: 'commune', rows: [{ code: '1.001193', name: String }, { code: '1.001612', received: 1 }], total: { received: 2 } }
    ])
    const { sections, grand_total } = await form('ii-07a', '?basis=records')
    t.match(sections, [{
      code: null, rows: [{ code: 'business-registration', section: null, received: 2 }, { code: 'civil-status', received: 1 }],
      total: { kind: 'total', received: 3 }
    }])
    t.equal(sections.length, 1)
    t.match(grand_total, { received: 3, resolved_withdrawn: 0, pending_awaiting_supplement: 0 })
  })

  t.test('has rows of one scope, which its total is of', async t => {
    const given = { period: '2022-Q1', source: 'bao-cao-2021' }
    const { status } = await post('/v1/dossier-statistics', { items: [
      { ...given, unit: 'H56', scope: 'total', field: 'land', received: 10 },
      { ...given, unit: 'H56', scope: 'total', field: 'construction', received: 5 },
      { ...given, unit: 'H56-SNV', scope: 'own', field: 'land', received: 2 }
    ] })
    t.equal(status, 200)
    t.match(await form('ii-07a', '', 'H56', '2022-Q1'), {
      sections: [{ rows: [{ code: 'land', received: 2 }], total: { received: 2 } }], grand_total: { received: 2 }
    })
    t.equal((await form('ii-07a', '', 'H56', '2022-Q1')).sections[0]!.rows.length, 1)
  })

  t.test('07a/BTP counts what sources say more, and leaves empty what they do not say', async t => {
    await send(db, [
      given('4', { unit: 'H56-SNV', status: 10, finished_at: at('07-20'), online_service: 'full', apology: false, fee_due: 0 }),
      given('5', { unit: 'H56-SNV', online_service: 'partial', apology_at: at('07-09') }),
      given('6', { unit: 'H56-SNV', online_service: 'full', status: 8, cancelled: true, finished_at: at('07-02') })
    ])
    const { sections: [province] } = await form('07a-btp', '?basis=records')
    t.match(province, { code: 'province', rows: [{
      code: 'H56-SNV', received: 3, received_online_full: 2, received_online_partial: 1, received_online_other: 0, resolved: 1,
      resolved_overdue_without_apology: 1, pending: 1, pending_overdue_with_apology: 1, resolved_paid: 0, cancelled: 1,
      received_non_territorial: null, receipts_issued: null, resolved_early: null, units_reported: 1, units_expected: 1
    }] })
    t.match((await form('07a-btp-fields', '?basis=records')).sections[0], { rows: [{ code: 'business-registration', received_online_full: 2 }] })
    t.match((await form('07a-btp', '?basis=records')).grand_total, { received: 6, received_online_full: null, cancelled: 1 })
  })

  t.test('names what was cancelled beside its columns, and what awaits a supplement where it has a column', async t => {
    t.match(await form('ii-06a-fields', '?basis=records'), {
      sections: [
        {
          rows: [{ received: 3, resolved: 1, pending: 1, cancelled: null, neither_resolved_nor_pending: 1 }],
          total: { neither_resolved_nor_pending: 1 }
        },
        { total: { neither_resolved_nor_pending: 0 } }, { total: { neither_resolved_nor_pending: 0 } }
      ],
      grand_total: { neither_resolved_nor_pending: 1 }
    })
    t.equal((await form('ii-06a', '?basis=records')).grand_total.neither_resolved_nor_pending, 1)
    const { text } = await get('/v1/forms/ii-06a/H56/2021-Q3?basis=records&format=csv')
    const table = parse<Record<string, string>>(text, { columns: true, bom: true })
    t.match(table.find(({ unit }) => unit === 'H56-SNV'), { neither_resolved_nor_pending: '1' })
    await send(db, [
      given('7', { unit: 'H56-STC', status: 5, updated_at: at('08-01') }),
      given('8', { unit: 'H56-STC', supplements: [{ requested_at: at('09-14'), completed_at: at('09-15') }] })
    ])
    const ofUnit = async (period: string) => (await form('ii-07a', '?basis=records', 'H56-STC', period)).grand_total
    t.match(await ofUnit('2021-Q3'), { pending: 2, pending_in_time: 2, pending_awaiting_supplement: 2 })
    t.match(await ofUnit('2021-Q4'), { pending: 2, pending_awaiting_supplement: 1 })
    t.match(await form('ii-07a', '', 'H56', '2022-Q1'), { grand_total: { received: 2, pending_awaiting_supplement: null, neither_resolved_nor_pending: null } })
    await send(db, ['7', '8'].map(code => ({ code, unit: 'H56-STC', updated_at: at('12-01'), deleted: true })))
  })

  t.test('counts at the units of another day where it is asked to', async t => {
    t.match(await form('07a-btp', '?basis=records&hierarchy=current'), {
      hierarchy: 'current', grand_total: { received: 6, estimated: false }
    })
  })

  t.test('counts by the rules of others where it is asked to, and names them', async t => {
    const asked = { requested_at: at('07-05'), completed_at: null, old_due_at: null, new_due_at: null }
    await send(db, [given('9', { unit: 'H56-SVHTTDL', status: 5, supplements: [asked] })])
    const [byDefault, byPortal] = [await form('ii-07a', '?basis=records', 'H56-SVHTTDL'), await form('ii-07a', '?basis=records&rules=portal-766', 'H56-SVHTTDL')]
    t.match(byDefault, { rules: 'default', rules_version: 1, grand_total: { received: 1, pending_in_time: 1, resolved: 0 } })
    t.match(byPortal, { rules: 'portal-766', rules_version: 1, grand_total: { received: 1, pending: 0, resolved: 1 } })
    t.match((await form('07a-btp', '?basis=records&rules=portal-766', 'H56-SVHTTDL')).grand_total, { received: 1, resolved: 1 })
    const ofUnits = (await get('/v1/forms/ii-06a/H56-SVHTTDL/2021-Q3?basis=records&rules=portal-766')).body
    t.match(ofUnits, { rules: 'portal-766', rules_version: 1, grand_total: { received: 1, resolved: 1 } })
    t.match(await form('07a-btp'), { rules: null, rules_version: null })
    for (const path of ['07a-btp/H56/2050', 'ii-06a/H56/2021-Q3']) {
      t.match(await get(`/v1/forms/${path}?rules=portal-766`), { status: 400, body: { errors: [{ pointer: '/query/rules', code: 'needs_records' }] } })
    }
    t.match(await get('/v1/forms/07a-btp/H56/2021-Q3?basis=records&rules=nobody'), { status: 400, body: { errors: [{ code: 'unknown_rules' }] } })
    await send(db, [{ code: '7', unit: 'H56-SVHTTDL', deleted: true, updated_at: at('07-06') }])
  })

  t.test('is a table of its own columns', async t => {
    const named = ['row_number', 'section', 'kind', 'code', 'name']
    for (const { form: code, columns } of FORMS) {
      const { text, status } = await get(`/v1/forms/${code}/H56/2021-Q3?basis=records&format=csv`)
      t.equal(status, 200)
      const table = parse<Record<string, string>>(text, { columns: true, bom: true })
      t.same(Object.keys(table[0]!), [
        ...named, ...columns.map(({ name }) => name), 'neither_resolved_nor_pending', 'estimated', 'units_reported', 'units_expected'
      ])
      t.equal(table.length, rowsOf(await form(code, '?basis=records')).length)
    }
  })

  t.test('of a period that has not begun has no rows, and of what there is not no form', async t => {
    t.match(await form('07a-btp', '', 'H56', '2050'), { sections: [], grand_total: { received: null, kind: 'grand_total' }, provisional: true })
    t.match(await get('/v1/forms/ii-09/H56/2021-Q3'), { status: 404, body: { code: 'not_found', detail: /form/ } })
    t.match(await get('/v1/forms/07a-btp/H57/2021-Q3'), { status: 404 })
    t.match(await get('/v1/forms/07a-btp/H56/2021-Q9'), { status: 404 })
    t.match(await get('/v1/forms/07a-btp/H56/2021-Q3?hierarchy=as_of:2021-02-30'), { status: 400 })
  })
})
