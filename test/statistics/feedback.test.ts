import { givenClient } from '../client.ts'
import { forEachDatabase, type Answer } from '../database.ts'

const STATISTICS = '/v1/feedback-statistics'
const OF_UNIT = { unit: 'H56-380', source: 'one-stop' }

const codesOf = ({ body }: Answer): string[][] => (
  body.errors.map(({ pointer, code }: Record<string, string>) => [pointer, code]))

forEachDatabase('feedback of the province\'s report of the first half of 2021', async (t, { get }) => {
  const onTime = async (query: string) => (await get(`${STATISTICS}/on-time?period=2021-H1&${query}`)).body.items

  t.test('was resolved in time, all 86 of it, and 6 are pending', async t => {
    t.same(await onTime('unit=H56'), [{
      level: null, level_name: null, unit: null, unit_name: null, period: null, scope: 'total',
      received_in_period: null, carried_over: null, received: 92, resolved_in_time: 86, resolved_overdue: 0,
      resolved: 86, pending_in_time: 6, pending_overdue: 0, pending: 6, numerator: 86, denominator: 86,
      on_time_percent: 100,
      method: 'resolved', estimated: false, units_reported: 1, units_expected: 1, sources_used: ['bao-cao-2021'],
      sources_left_out: [], hierarchy: 'as_reported', as_of: '2021-06-15T00:00:00+07:00', provisional: false
    }])
    t.match(await onTime('unit=H56&method=received&unknown=true'), [
      { on_time_percent: 93.48, received_in_period_unknown: 1, received_unknown: 0 }
    ])
    t.match(await onTime('unit=H56&method=handled'), [{ numerator: 92, denominator: 92, on_time_percent: 100 }])
  })

  t.test('belongs to no level, and not to another period', async t => {
    t.same(await onTime('group_by=level'), [])
    t.match(await onTime('group_by=unit,period'), [{ unit: 'H56', unit_name: 'Tỉnh Thanh Hóa', period: '2021-H1', resolved: 86 }])
    t.match((await get(`${STATISTICS}/on-time?period=2021-Q3`)).body.items, [{ scope: null, resolved: null, on_time_percent: null }])
  })

  t.test('is listed and counted as a table', async t => {
    t.match((await get(`${STATISTICS}?format=csv`)).text, 'H56,2021-H1,bao-cao-2021,total,')
    t.match((await get(`${STATISTICS}?unit=H56&scope=total&source=bao-cao-2021&level=province&period=2021-H1`)).body.items, [{ resolved: 86 }])
    t.equal((await get(`${STATISTICS}/on-time?period=2021-H1&format=xlsx`)).status, 200)
    const [header] = (await get(`${STATISTICS}/on-time?period=2021-H1&format=csv`)).text.split('\r\n')
    t.notMatch(header, /unknown|procedure|basis|due_in_time|transferred/)
  })

  t.test('is explained by the row that it is the sum of, and by nothing that only dossiers have', async t => {
    const explained = (await get(`${STATISTICS}/on-time/explain?period=2021-H1&unit=H56`)).body
    t.match(explained, {
      from: '2020-12-15', to: '2021-06-14', numerator: 86, on_time_percent: 100, rows_of: 'reports', rows: [{
        key: { period: '2021-H1', unit: 'H56', scope: 'total', source: 'bao-cao-2021' }, values: { resolved: 86, pending: 6 }, share: 1
      }]
    })
    t.same(['basis', 'by', 'dossiers_url', 'field', 'due'].filter(name => name in explained), [])
    t.match((await get(`${STATISTICS}/on-time/explain?period=2199-Q1`)).body.errors, [{ code: 'unknown_period' }])
    const { body } = await get(`${STATISTICS}/on-time/explain?period=cal-2050`)
    t.match(body, { scope: null, numerator: null, rows: { length: 0 }, provisional: true }, 'which has not begun')
  })
})

forEachDatabase('posting feedback statistics', async (t, { get, post, put, delete: remove }) => {
  const row = (more: object = {}) => (
    { ...OF_UNIT, period: '2021-Q4', received_in_period: 40, carried_over: 3, resolved_in_time: 36, resolved_overdue: 1, ...more })
  const stored = async () => (await get(`${STATISTICS}?source=one-stop`)).body.items

  t.test('fills in what follows, and the same again changes nothing', async t => {
    t.match((await post(`${STATISTICS}?dry_run=true`, { items: [row()] })).body, {
      created: 1, rows: [{ outcome: 'created', after: { received: 43, resolved: 37, pending: 6 } }]
    })
    t.same(await stored(), [])
    const headers = { 'idempotency-key': 'feedback-1' }
    const first = await post(STATISTICS, { items: [row()] }, headers)
    t.match(first.body, { received: 1, created: 1, warnings: [], displacements: [] })
    t.same((await post(STATISTICS, { items: [row()] }, headers)).body, first.body)
    t.match((await post(STATISTICS, { items: [row({ pending: 6 })] })).body, { unchanged: 1 })
    t.match(await stored(), [{ unit: 'H56-380', scope: 'own', received: 43, resolved: 37, pending: 6, pending_overdue: null }])
    t.notOk('field' in (await stored())[0])
  })

  t.test('refuses each row at fault by name and pointer', async t => {
    t.same(codesOf(await post(STATISTICS, { items: [
      row({ unit: 'H56-381', received: 1 }), row({ unit: 'H56-382', field: 'land' }), row({ unit: 'H56-999' }),
      row({ unit: 'H56-383', received_online: 1 }), row({ unit: 'H56' }), row({ unit: 'H56-384' }), row({ unit: 'H56-384' }), null
    ] })), [
      ['/items/0/received', 'received_identity'], ['/items/0/received', 'balance_identity'], ['/items/1/field', 'unknown_property'],
      ['/items/2/unit', 'unknown_unit'], ['/items/3/received_online', 'unknown_property'], ['/items/4/scope', 'no_own_desk'],
      ['/items/5', 'duplicate_key'], ['/items/6', 'duplicate_key'], ['/items/7', 'invalid_type']
    ])
  })

  t.test('is audited, and shows among the changes', async t => {
    const { items } = (await get('/v1/changes?resource=feedback-statistics')).body
    t.match(items.at(-1), {
      resource: 'feedback-statistics', action: 'created', unit: 'H56-380',
      key: { unit: 'H56-380', period: '2021-Q4', source: 'one-stop', scope: 'own' }
    })
    t.notOk('field' in items.at(-1).key)
  })

  t.test('warns of what does not continue, and lists it', async t => {
    t.match((await post(STATISTICS, { items: [row({ period: '2022-Q1', carried_over: 7 })] })).body.warnings, [
      { pointer: '/items/0/carried_over', code: 'carried_over_differs', detail: 'carried_over of 2022-Q1 (7) is not pending of 2021-Q4 (6)' }
    ])
    t.same((await get(`${STATISTICS}/continuity?period=2022-Q1`)).body.items, [{
      period: '2022-Q1', unit: 'H56-380', scope: 'own', source: 'one-stop', carried_over: 7, period_before: '2021-Q4',
      pending_before: 6, difference: 1
    }])
    const both = `${STATISTICS}/on-time?period=2021-Q4,2022-Q1&unit=H56-380`
    t.match((await get(both)).body.items, [
      { received_in_period: 80, carried_over: 3, resolved: 74, on_time_percent: null }
    ], 'periods that contradict each other have no percentage')
    await post(STATISTICS, { items: [row({ period: '2022-Q1', carried_over: 6 })] })
    t.match((await get(both)).body.items, [{ received: 83, carried_over: 3, pending: 9, on_time_percent: 97.3 }])
    t.match((await get(both.replace('on-time', 'on-time/explain'))).body, {
      rows_of: 'report_rows', rows: [{ key: { period: '2021-Q4', unit: 'H56-380' } }, { key: { period: '2022-Q1' } }]
    })
  })

  t.test('of two sources counts that of the higher precedence, at once when that changes', async t => {
    const other = { source: 'other', resolved_in_time: 30 }
    t.match((await post(STATISTICS, { items: [row(other)] })).body.displacements, [
      { unit: 'H56-380', period: '2021-Q4', source: 'one-stop', fields: [], counted_source: 'other' }
    ])
    const onTime = async () => (await get(`${STATISTICS}/on-time?period=2021-Q4&group_by=level`)).body.items
    t.match(await onTime(), [{ level: 'district', resolved_in_time: 30, sources_used: ['other'], sources_left_out: ['one-stop'] }])
    await put('/v1/sources/other', { name: 'Other', precedence: 1, synthetic: false })
    t.match(await onTime(), [{ resolved_in_time: 36, sources_used: ['one-stop'], sources_left_out: ['other'] }])
    t.match((await remove(`${STATISTICS}?unit=H56-380&period=2021-Q4&source=other`)).body, { deleted: 1 })
    t.match(await onTime(), [{ sources_left_out: [] }])
  })

  t.test('does not bring back what was deleted since', async t => {
    const old = row({ period: '2021-Q3', reported_at: '2021-09-20T08:00:00+07:00' })
    await post(STATISTICS, { items: [old] })
    await remove(`${STATISTICS}?unit=H56-380&period=2021-Q3&source=one-stop`)
    t.match((await post(STATISTICS, { items: [old] })).body, { stale: 1, created: 0 })
  })

  t.test('leaves dossiers as they are', async t => {
    t.match((await get('/v1/on-time?period=2021-Q4&unit=H56-380')).body.items, [{ received: null, units_reported: 0 }])
  })

  t.test('keeps a unit to its days, and a period to its own', async t => {
    await post('/v1/periods', { items: [{
      code: 'odd-week', calendar: 'weeks', kind: 'week', year: 2021, starts_on: '2021-11-01', ends_on: '2021-11-07'
    }] })
    await post(STATISTICS, { items: [row({ period: 'odd-week', carried_over: null })] })
    t.same(codesOf(await post('/v1/periods', { items: [{
      code: 'odd-week', calendar: 'weeks', kind: 'week', year: 2021, starts_on: '2021-11-01', ends_on: '2021-11-08'
    }] })), [['/items/0', 'period_has_figures']])
    const unit = {
      code: 'H56-NEW', name: 'Sở Mới', kind: 'department', level: 'province', parent: 'H56', reports_dossiers: true,
      valid_from: '2020-01-01'
    }
    await post('/v1/units', { items: [unit] })
    await post(STATISTICS, { items: [row({ unit: unit.code })] })
    t.same(codesOf(await post('/v1/units', { items: [{ ...unit, valid_from: '2021-12-20' }] })), [['/items/0', 'unit_has_figures']])
  })

  t.test('is about as many units as a key reaches', async t => {
    const { headers } = await givenClient({ put, post }, 'district', {
      scopes: ['read', 'write:statistics'], unit: 'H56-381', source: 'one-stop'
    })
    t.same((await get(STATISTICS, headers)).body.items, [])
    t.same(codesOf(await post(STATISTICS, { items: [row()] }, headers)), [['/items/0/unit', 'forbidden_unit']])
    t.match((await get(`${STATISTICS}/on-time?period=2021-Q4`, headers)).body.items, [{ resolved: null }])
  })
})
