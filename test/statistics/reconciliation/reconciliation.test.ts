import { parse } from 'csv-parse/sync'
import { readSheet } from 'read-excel-file/node'
import { ReconciliationRow, type NamedReconciliationRow } from '../../../src/statistics/reconciliation/schema.ts'
import { forEachDatabase } from '../../database.ts'
import { item, send } from '../../dossiers/given.ts'

const PERIOD = '2020-Q1'
const received = { received_at: '2020-01-06T08:00:00+07:00', updated_at: '2020-01-06T08:00:00+07:00' }
const resolved = { ...received, status: 10, due_at: '2020-01-20T17:00:00+07:00' }

forEachDatabase('what a unit reported beside what its records say', async (t, service) => {
  const { get, post, put, db } = service
  const rowsOf = async (query: string): Promise<NamedReconciliationRow[]> => (
    (await get(`/v1/reconciliation?period=${PERIOD}&${query}`)).body.items)
  const measure = (rows: NamedReconciliationRow[], name: string) => rows.find(row => row.measure === name)

  await send(db, [
    item({ ...resolved, code: 'early', channel: 'online', finished_at: '2020-01-10T08:00:00+07:00' }),
    item({ ...resolved, code: 'late', finished_at: '2020-02-01T08:00:00+07:00' }),
    item({ ...received, code: 'open', due_at: '2020-02-01T17:00:00+07:00' }),
    item({ ...resolved, code: 'below', unit: 'H56-14755', finished_at: '2020-01-20T08:00:00+07:00' })
  ])
  const reported = {
    unit: 'H56-380', period: PERIOD, received_online: 1, received_direct: 3, carried_over: 0, resolved_in_time: 2, resolved_overdue: 1
  }
  const items = [
    { ...reported, source: 'a' },
    { unit: 'H56-380', period: PERIOD, source: 'a', scope: 'total', received: 5, resolved: 3 },
    { unit: 'H56-381', period: PERIOD, source: 'a', received: 9 }
  ]
  await post('/v1/dossier-statistics', { items })
  const rows = await rowsOf('unit=H56-380')

  t.test('goes measure by measure in the order of the form', async t => {
    t.same(rows.map(({ column, measure }) => [column, measure]), [
      [3, 'received'], [4, 'received_online'], [5, 'received_direct'], [6, 'carried_over'],
      [7, 'resolved'], [8, 'resolved_early'], [9, 'resolved_on_time'], [10, 'resolved_overdue'],
      [11, 'pending'], [12, 'pending_in_time'], [13, 'pending_overdue'], [null, 'resolved_in_time'], [null, 'received_postal'],
      [null, 'transferred_in'], [null, 'transferred_out']
    ])
    t.match(rows[0], { unit: 'H56-380', period: PERIOD, scope: 'own', source: 'a', units_recorded: 1, units_expected: 1 })
  })

  t.test('has the name of the unit beside its code, in each format', async t => {
    const { name } = (await get('/v1/units/H56-380')).body
    t.ok(rows.every(({ unit_name }) => unit_name === name))
    for (const format of ['csv', 'ndjson']) {
      t.match((await get(`/v1/reconciliation?period=${PERIOD}&unit=H56-380&format=${format}`)).text, name, format)
    }
    const { rawPayload } = await service.app.inject(`/v1/reconciliation?period=${PERIOD}&unit=H56-380&format=xlsx`)
    const [head, first] = await readSheet(rawPayload)
    t.same(head, Object.keys(ReconciliationRow.properties))
    t.same(first!.slice(0, 2), ['H56-380', name])
  })

  t.test('tells how many more were reported than there are records', async t => {
    t.match(measure(rows, 'received'), { reported: 4, from_records: 3, difference: 1, agrees: false })
    t.match(measure(rows, 'received_online'), { reported: 1, from_records: 1, difference: 0, agrees: true })
    t.match(measure(rows, 'resolved_in_time'), { reported: 2, from_records: 1, difference: 1 })
    t.match(measure(rows, 'resolved_overdue'), { reported: 1, from_records: 1, difference: 0 })
    t.match(measure(rows, 'pending'), { reported: 1, from_records: 1, agrees: true })
  })

  t.test('tells no difference where the report does not know', async t => {
    t.match(measure(rows, 'resolved_early'), { reported: null, from_records: 1, difference: null, agrees: null, source: 'a' })
    t.match(measure(rows, 'pending_overdue'), { reported: null, from_records: 1, difference: null, agrees: null })
  })

  t.test('knows nothing of records where a unit sends none, though it reported', async t => {
    const others = await rowsOf('unit=H56-381')
    t.match(measure(others, 'received'), { reported: 9, from_records: null, difference: null, agrees: null, units_recorded: 0 })
    t.match(measure(await rowsOf('unit=H56-381&scope=total'), 'received'), { reported: null, from_records: null, units_expected: 8 })
  })

  t.test('tells what records have of a unit that reported nothing', async t => {
    const commune = await rowsOf('unit=H56-14755')
    t.match(measure(commune, 'received'), { reported: null, source: null, from_records: 1, difference: null, agrees: null })
    t.ok(commune.every(({ source, reported }) => source === null && reported === null))
  })

  t.test('holds zero against a report of a time in which a unit that sends records had no dossiers', async t => {
    await post('/v1/dossier-statistics', { items: [{ unit: 'H56-14755', period: '2020-Q3', source: 'a', received: 2 }] })
    const { body } = await get('/v1/reconciliation?period=2020-Q3&unit=H56-14755')
    t.match(body.items[0], { measure: 'received', reported: 2, from_records: 0, difference: 2, agrees: false })
  })

  t.test('compares a total with the records of the unit and of all below it', async t => {
    const total = await rowsOf('unit=H56-380&scope=total')
    t.match(measure(total, 'received'), {
      scope: 'total', reported: 5, from_records: 4, difference: 1, units_recorded: 2, units_expected: 35
    })
    t.match(measure(total, 'resolved'), { reported: 3, from_records: 3, agrees: true })
    t.match(measure(total, 'received_online'), { reported: null, from_records: 1 })
  })

  t.test('compares the source that counts, or the one asked for', async t => {
    await put('/v1/sources/b', { name: 'B', precedence: 200, synthetic: false })
    await post('/v1/dossier-statistics', { items: [{ ...reported, received_direct: 2, source: 'b' }] })
    t.match(measure(await rowsOf('unit=H56-380'), 'received'), { source: 'b', reported: 3, difference: 0, agrees: true })
    t.match(measure(await rowsOf('unit=H56-380&source=a'), 'received'), { source: 'a', reported: 4, difference: 1 })
    t.match(measure(await rowsOf('unit=H56-380&source=sample'), 'received'), { source: null, reported: null, from_records: 3 })
  })

  t.test('can be had for what differs alone', async t => {
    const differing = await rowsOf('unit=H56-380&source=a&differing=true')
    t.same(differing.map(({ measure }) => measure), ['received', 'received_direct', 'resolved', 'resolved_in_time'])
  })

  t.test('counts records by the rules of others where it is asked to, and names them', async t => {
    const reasons = (rows: NamedReconciliationRow[]) => [rows[0]!.rules, rows[0]!.rules_version, measure(rows, 'pending_overdue')!.from_records]
    t.same(reasons(rows), ['default', 1, 1])
    await send(db, [item({
      ...received, code: 'asked', status: 5, due_at: '2020-02-01T17:00:00+07:00', supplements: [
        { requested_at: '2020-01-08T08:00:00+07:00', completed_at: '2020-01-09T08:00:00+07:00', old_due_at: null, new_due_at: null },
        { requested_at: '2020-01-10T08:00:00+07:00', completed_at: null, old_due_at: null, new_due_at: null }
      ]
    })])
    t.same(reasons(await rowsOf('unit=H56-380')), ['default', 1, 1])
    t.same(reasons(await rowsOf('unit=H56-380&rules=portal-766')), ['portal-766', 1, 2])
    await send(db, [{ code: 'asked', unit: 'H56-380', deleted: true, updated_at: '2020-01-12T08:00:00+07:00' }])
  })

  t.test('is a table for people, too', async t => {
    const { text } = await get(`/v1/reconciliation?period=${PERIOD}&unit=H56-380&source=a&format=csv`)
    const table = parse<Record<string, string>>(text, { columns: true, bom: true })
    t.same(Object.keys(table[0]!), Object.keys(ReconciliationRow.properties))
    t.match(table[0], { column: '3', reported: '4', from_records: '3', difference: '1', agrees: 'false' })
    t.match(table[5], { measure: 'resolved_early', reported: '', difference: '', agrees: '' })
  })

  t.test('needs codes that there are, and names all that there are not', async t => {
    t.match(await get('/v1/reconciliation?period=2020-Q9&unit=H57&source=nobody'), {
      status: 400,
      body: { errors: [{ code: 'unknown_period' }, { code: 'unknown_source' }, { pointer: '/query/unit', code: 'unknown_unit' }] }
    })
    t.match(await get('/v1/reconciliation'), {
      status: 400, body: { errors: [{ pointer: '/query/unit', code: 'missing' }, { pointer: '/query/period', code: 'missing' }] }
    })
  })
})
