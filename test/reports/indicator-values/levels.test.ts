import { serviceAt } from '../life/given.ts'
import { givenClient } from '../../client.ts'
import { forEachDatabase } from '../../database.ts'

const COUNT = { name: 'x', value_type: 'count', measure: 'Văn bản' }
const INDICATORS = [
  { ...COUNT, code: 'count' }, { ...COUNT, code: 'of' }, { ...COUNT, code: 'staff', derivation: { op: 'units', rule: 'latest' } },
  { ...COUNT, code: 'percent', value_type: 'percent' }, { ...COUNT, code: 'fraction', value_type: 'fraction' },
  { ...COUNT, code: 'share', value_type: 'percent', derivation: { op: 'units', rule: 'ratio_of_sums', numerator: 'count', denominator: 'of' } },
  { ...COUNT, code: 'choice', value_type: 'choice', choices: [{ value: 0, name: 'Chưa' }, { value: 1, name: 'Xong' }] },
  { ...COUNT, code: 'heading', value_type: 'heading' }, { ...COUNT, code: 'on_time', value_type: 'percent', derivation: { op: 'on_time' } }
].map((indicator, i) => ({ ...indicator, position: i + 1 }))

forEachDatabase('values of units by level', async (t, service) => {
  const { get, post } = service
  await post('/v1/forms', { items: [{ code: 'own', name: 'x', valid_from: '2020-01-01', indicators: INDICATORS }] })
  const values: [string, string, object, string?][] = [
    ['H56', 'count', { number: 1_000 }], ['H56-STC', 'count', { number: 7 }], ['H56-SNV', 'count', { state: 'no_data' }],
    ['H56-380', 'count', { number: 3 }], ['H56-380', 'of', { number: 6 }], ['H56-381', 'count', { number: 1 }],
    ['H56-381', 'of', { number: 0 }], ['H56-382', 'count', { number: 50 }], ['H56-380', 'percent', { number: 12.5 }],
    ['H56-380', 'fraction', { numerator: 1, denominator: 2 }], ['H56-381', 'fraction', { numerator: 2, denominator: 2 }],
    ['H56-380', 'choice', { choice: 1 }], ['H56-381', 'choice', { choice: 1 }], ['H56-382', 'choice', { choice: 0 }],
    ['H56-380', 'staff', { number: 10 }], ['H56-381', 'staff', { number: 20 }, '2020-Q4'], ['H56-381', 'staff', { number: 99 }, '2019-Q4'],
    ['H56-STC', 'of', { number: 0 }], ['H56-380', 'heading', { note: 'x' }]
  ]
  const items = values.map(([unit, indicator, value, period = '2021-H1']) => ({ unit, indicator, period, form: 'own', ...value }))
  t.equal((await post('/v1/indicator-values', { items })).status, 200)
  const rowsOf = async (query: string) => (await get(`/v1/indicator-values?group_by=level&form=own&${query}`)).body.items

  t.test('are the sums of what units report, with how many of how many have', async t => {
    t.match(await rowsOf('period=2021-H1&indicator=count'), [
      { level: 'district', unit: null, state: 'reported', number: 54, printed: '54', units_reported: 3, units_expected: 27, unknown: null },
      { level: 'province', number: 7, units_reported: 1, units_expected: 20 }
    ], 'without the province itself, which reports for all, and what says that there are no data')
    t.same(Object.keys((await rowsOf('period=2021-H1&indicator=count'))[0]), [
      'unit', 'period', 'form', 'indicator', 'state', 'number', 'numerator', 'denominator', 'choice', 'printed', 'note', 'level',
      'units_reported', 'units_submitted', 'units_expected', 'unknown'
    ])
  })

  t.test('say of how many units the report is sent: drafts count, too', async t => {
    const submit = (unit: string) => post(`/v1/reports/${unit}/2021-H1/submit?form=own`, { note: 'x' })
    t.match(await rowsOf('period=2021-H1&indicator=count'), [{ number: 54, units_reported: 3, units_submitted: 0 }, { units_submitted: 0 }])
    for (const unit of ['H56-380', 'H56-382']) t.match(await submit(unit), { status: 200 })
    t.match(await rowsOf('period=2021-H1&indicator=count'), [{ number: 54, units_reported: 3, units_submitted: 2 }, { units_submitted: 0 }])
    t.match(await rowsOf('period=2021-H1&indicator=choice'), [
      { choice: 0, units_reported: 3, units_submitted: 2 }, { choice: 1, units_reported: 3, units_submitted: 2 }
    ], 'whatever the choice')
    t.match(await rowsOf('period=2021-H1&indicator=staff'), [{ number: 30, units_reported: 2, units_submitted: 1 }], 'where the value is from')
    const change = (number: number) => post('/v1/indicator-values', {
      items: [{ unit: 'H56-382', period: '2021-H1', form: 'own', indicator: 'count', number }]
    })
    for (const number of [51, 50]) await change(number)
    t.match(await rowsOf('period=2021-H1&indicator=count'), [{ number: 54, units_submitted: 1 }, {}], 'a value that is written makes a draft of it')
  })

  t.test('count a report as sent again once the time is over for which it was reopened', async t => {
    const reopen = { reason: 'x', until: new Date(Date.now() + 3_600_000).toISOString() }
    t.equal((await post('/v1/reports/H56-380/2021-H1/reopen?form=own', reopen)).status, 200)
    t.match(await rowsOf('period=2021-H1&indicator=count'), [{ units_submitted: 0 }, {}])
    const later = await serviceAt(t, service, () => Date.now() + 2 * 3_600_000)
    const { body } = await later.get('/v1/indicator-values?group_by=level&form=own&period=2021-H1&indicator=count')
    t.match(body.items, [{ units_submitted: 1 }, {}])
  })

  t.test('are ratios of sums where both counts are known, and otherwise unknown', async t => {
    t.match(await rowsOf('period=2021-H1&indicator=share'), [
      { level: 'district', number: 66.67, numerator: 4, denominator: 6, printed: '66,67', units_reported: 2, unknown: null },
      { level: 'province', number: null, numerator: 7, denominator: 0, printed: '', units_reported: 1, unknown: 'denominator_zero' }
    ], 'the one of 382 has no second count')
    t.match(await rowsOf('period=2021-H1&indicator=percent,on_time'), [
      { number: null, numerator: null, printed: '', units_reported: 1, unknown: 'percent_without_counts' }
    ])
    t.match(await rowsOf('period=2021-H1&indicator=fraction'), [{ number: null, numerator: 3, denominator: 4, printed: '3/4', unknown: null }])
  })

  t.test('are the number of units for each choice', async t => {
    t.match(await rowsOf('period=2021-H1&indicator=choice'), [
      { choice: 0, number: 1, printed: '1', units_reported: 3, units_expected: 27 }, { choice: 1, number: 2, units_reported: 3 }
    ])
  })

  t.test('are the last ones of each unit where the form says so', async t => {
    t.match(await rowsOf('period=2021-H1&indicator=staff'), [{ number: 30, units_reported: 2 }])
    t.match(await rowsOf('period=2020-Q4,2021-H1&indicator=staff'), [
      { period: '2020-Q4', number: 119 - 99 + 0, units_reported: 1 }, { period: '2021-H1', number: 30 }
    ])
    t.match(await rowsOf('period=2021-Q4&indicator=staff'), [{ number: 30, units_reported: 2 }])
    t.match(await rowsOf('period=2022-H1&indicator=staff'), [{ number: 10, units_reported: 1 }], 'from at most a year before')
  })

  t.test('are those of the units that are asked for, page by page', async t => {
    t.match(await rowsOf('period=2021-H1&indicator=count&unit=H56-380'), [{ level: 'district', number: 3, units_reported: 1, units_expected: 1 }])
    const page = (await get('/v1/indicator-values?group_by=level&period=2021-H1&form=own&limit=4')).body
    const rest = (await get(`/v1/indicator-values?group_by=level&period=2021-H1&form=own&limit=100&cursor=${page.next_cursor}`)).body
    t.same([...page.items, ...rest.items], await rowsOf('period=2021-H1'))
    t.equal(new Set(rest.items.map(({ indicator }: { indicator: string }) => indicator)).has('heading'), false)
    t.match((await get('/v1/indicator-values?group_by=level&period=2021-H1')).body.items.length, 4 + rest.items.length, 'of all forms')
    const { headers } = await givenClient(service, 'of-district', { scopes: ['read'], unit: 'H56-380' })
    const own = await get('/v1/indicator-values?group_by=level&period=2021-H1&form=own&indicator=count', headers)
    t.match(own.body.items, [{ level: 'district', number: 3, units_expected: 1 }])
  })

  t.test('are a table with the columns of what is asked', async t => {
    const head = async (query: string) => (await get(`/v1/indicator-values?format=csv&period=2021-H1${query}`)).text.split(/\r?\n/)[0]
    t.match(await head('&group_by=level'), /note,level,units_reported,units_submitted,units_expected,unknown$/)
    t.match(await head(''), /printed,note$/)
    t.match(await head('&follow=true&form=own&indicator=count'), /printed,note,series$/)
  })

  t.test('are those of periods that are named, whatever their state', async t => {
    t.match(await get('/v1/indicator-values?group_by=level'), { status: 400, body: { errors: [{ pointer: '/query/period', code: 'missing' }] } })
    t.match(await get('/v1/indicator-values?group_by=level&period=2021-H1&state=no_data'), {
      status: 400, body: { errors: [{ pointer: '/query/state', code: 'not_allowed' }] }
    })
    t.match(await get(`/v1/indicator-values?group_by=level&period=2021-H1&as_known_at=2021-07-01T00:00:00%2B07:00`), {
      status: 400, body: { errors: [{ pointer: '/query/as_known_at', code: 'not_allowed' }] }
    })
    t.match(await get('/v1/indicator-values?group_by=level&period=2021-H1&unit=none'), { status: 400, body: { errors: [{ code: 'unknown_unit' }] } })
  })
})
