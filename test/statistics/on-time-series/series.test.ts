import { parse } from 'csv-parse/sync'
import { OnTimeSeriesRow } from '../../../src/statistics/on-time-series/schema.ts'
import { MEASURES } from '../../../src/form-ii06a/measures.ts'
import { forEachDatabase } from '../../database.ts'
import { item, send } from '../../dossiers/given.ts'

const NOTHING = Object.fromEntries(['scope', ...MEASURES, 'numerator', 'denominator', 'on_time_percent'].map(name => [name, null]))

forEachDatabase('the months of a unit, as reported', async (t, { get, post }) => {
  const seriesOf = async (unit: string, query: string): Promise<OnTimeSeriesRow[]> => (
    (await get(`/v1/units/${unit}/on-time-series?${query}`)).body.items)
  const of = (unit: string, period: string, inTime: number, overdue: number, more: object = {}) => ({
    unit, period, source: 'a', received_online: 0, received_direct: inTime + overdue + 1, carried_over: 0,
    resolved_in_time: inTime, resolved_overdue: overdue, pending_overdue: 0, ...more
  })
  await post('/v1/dossier-statistics', {
    items: [
      of('H56-380', '2022-M01', 6, 1), of('H56-14755', '2022-M01', 3, 0), of('H56-380', '2022-M03', 0, 0),
      of('H56-381', '2022-M01', 1, 9), of('H56-380', 'cal-2022-M02', 4, 4),
      { unit: 'H56-380', period: '2022-M02', source: 'a', scope: 'total', received: 7, resolved_in_time: 5, resolved_overdue: 0 }
    ]
  })
  const rows = await seriesOf('H56-380', 'from=2022-01&to=2022-04&unknown=true')

  t.test('come one by one in order, each with its days', async t => {
    t.same(rows.map(({ period, starts_on, ends_on }) => [period, starts_on, ends_on]), [
      ['2022-M01', '2021-12-15', '2022-01-14'], ['2022-M02', '2022-01-15', '2022-02-14'],
      ['2022-M03', '2022-02-15', '2022-03-14'], ['2022-M04', '2022-03-15', '2022-04-14']
    ])
    t.match(rows[0], { unit: 'H56-380', basis: 'reported', method: 'resolved' })
    t.same(await seriesOf('gso:380', 'from=2022-01&to=2022-04&unknown=true'), rows, 'under any name of the unit')
  })

  t.test('add up the unit and all below it, and divide once', async t => {
    t.match(rows[0], {
      scope: 'own', received: 12, resolved: 10, pending: 2, numerator: 9, denominator: 10, on_time_percent: 90,
      resolved_early: null, resolved_early_unknown: 2, units_reported: 2, units_expected: 35
    })
  })

  t.test('take the total of the unit where no desk has reported', async t => {
    t.match(rows[1], { scope: 'total', received: 7, numerator: 5, on_time_percent: 100, units_reported: 1, units_expected: 1 })
  })

  t.test('have no percentage where nothing was resolved, and nothing at all where nothing was reported', async t => {
    t.match(rows[2], { scope: 'own', received: 1, resolved: 0, numerator: 0, denominator: 0, on_time_percent: null })
    t.match(rows[3], { ...NOTHING, received_unknown: 0, units_reported: 0, units_expected: 35 })
  })

  t.test('are those of the calendar asked for, by the method asked for', async t => {
    t.match(await seriesOf('H56-380', 'from=2022-02&to=2022-02&calendar=calendar&method=received'), [{
      period: 'cal-2022-M02', starts_on: '2022-02-01', ends_on: '2022-02-28', method: 'received',
      numerator: 4, denominator: 9, on_time_percent: 44.44
    }])
  })

  t.test('say what on-time percentages say', async t => {
    const months = '2022-M01,2022-M02,2022-M03'
    const { body } = await get(`/v1/on-time?period=${months}&group_by=period&unit=H56-380&method=handled`)
    const series = await seriesOf('H56-380', 'from=2022-01&to=2022-03&method=handled')
    t.match(series, body.items.map(({ period, numerator, denominator, on_time_percent }: OnTimeSeriesRow) => (
      { period, numerator, denominator, on_time_percent })))
  })

  t.test('begin and end with the unit', async t => {
    const periods = async (unit: string, query: string) => (await seriesOf(unit, query)).map(({ period }) => period)
    t.same(await periods('H56-380', 'from=2025-06&to=2025-12'), ['2025-M06', '2025-M07'], 'a part of the last month')
    t.same(await periods('H56-380', 'from=2026-01&to=2026-12'), [])
    t.same((await periods('H56', 'from=2025-06&to=2025-12')).length, 7, 'but not with what is below it')
    t.match((await seriesOf('H56', 'from=2025-07&to=2025-08')).map(({ units_expected }) => units_expected), [606, 20])
  })

  t.test('are a table for people, too', async t => {
    const { text } = await get('/v1/units/H56-380/on-time-series?from=2022-01&to=2022-04&unknown=true&format=csv')
    const table = parse<Record<string, string>>(text, { columns: true, bom: true })
    t.same(Object.keys(table[0]!), Object.keys(OnTimeSeriesRow.properties))
    t.match(table.map(({ on_time_percent }) => on_time_percent), ['90', '100', '', ''])
  })

  t.test('are at most ten years, in order, and of years that the catalogue has', async t => {
    const errors = async (query: string) => (await get(`/v1/units/H56-380/on-time-series?${query}`)).body.errors
    t.match(await errors('from=2022-02&to=2022-01'), [{ pointer: '/query/to', code: 'out_of_range', detail: '2022-01 is before 2022-02' }])
    t.match(await errors('from=2015-01&to=2025-01'), [{ pointer: '/query/to', code: 'too_many' }])
    t.match(await errors('from=2014-12&to=2015-01'), [
      { pointer: '/query/from', code: 'unknown_period', detail: 'there is no month 2014-12 in the calendar reform' }
    ])
    t.match(await errors('from=2050-12&to=2051-01&calendar=calendar'), [{ pointer: '/query/to', code: 'unknown_period' }])
    t.match(await errors('from=2022-13&to=2022'), [{ code: 'malformed' }, { code: 'malformed' }])
    t.match(await get('/v1/units/H57/on-time-series?from=2022-01&to=2022-01'), { status: 404, body: { code: 'not_found' } })
  })

  t.test('do not know what fell due', async t => {
    t.match(await get('/v1/units/H56-380/on-time-series?from=2022-01&to=2022-01&method=due'), {
      status: 400, body: { errors: [{ pointer: '/query/method', code: 'needs_records' }] }
    })
  })
})

forEachDatabase('the months of a unit, by its records', async (t, { get, db }) => {
  const seriesOf = async (unit: string, query: string): Promise<OnTimeSeriesRow[]> => (
    (await get(`/v1/units/${unit}/on-time-series?basis=records&${query}`)).body.items)
  const january = { received_at: '2022-01-10T08:00:00+07:00', due_at: '2022-01-20T17:00:00+07:00', status: 10 }
  await send(db, [
    item({ ...january, code: 'a', finished_at: '2022-01-12T08:00:00+07:00' }),
    item({ ...january, code: 'b', finished_at: '2022-01-20T17:00:00+07:00' }),
    item({ ...january, code: 'c', finished_at: '2022-02-01T08:00:00+07:00', unit: 'H56-14755' }),
    item({ ...january, code: 'd', finished_at: '2022-01-21T08:00:00+07:00', unit: 'H56-381' })
  ])

  t.test('carry over what was left open', async t => {
    const rows = await seriesOf('H56-380', 'from=2022-01&to=2022-03')
    t.match(rows, [
      { received: 3, carried_over: 0, resolved: 1, pending: 2, pending_overdue: 0, numerator: 1, on_time_percent: 100 },
      { received: 2, carried_over: 2, resolved: 2, pending: 0, numerator: 1, denominator: 2, on_time_percent: 50 },
      { received: 0, resolved: 0, pending: 0, numerator: 0, denominator: 0, on_time_percent: null }
    ])
    t.match(rows[2], { scope: 'own', basis: 'records', units_reported: 2, units_expected: 35 }, 'zero, as it sends records')
  })

  t.test('say what on-time percentages say', async t => {
    for (const method of ['resolved', 'handled', 'received', 'due']) {
      const query = `basis=records&period=2022-M01,2022-M02&group_by=period&unit=H56&method=${method}`
      const { items } = (await get(`/v1/on-time?${query}`)).body
      t.match(await seriesOf('H56', `from=2022-01&to=2022-02&method=${method}`), items.map((row: OnTimeSeriesRow) => {
        const { period, numerator, denominator, on_time_percent, received, pending, due } = row
        return { period, numerator, denominator, on_time_percent, received, pending, due }
      }), method)
    }
  })

  t.test('can be divided by what fell due, and by every other method', async t => {
    t.match(await seriesOf('H56', 'from=2022-02&to=2022-02&method=due'), [
      { method: 'due', numerator: 2, denominator: 4, on_time_percent: 50, received: 3 }
    ], 'of four due on 20 January, one ended before the month, one just in time, and two too late')
    t.match(await seriesOf('H56-380', 'from=2022-01&to=2022-01&method=handled'), [{ numerator: 3, denominator: 3, on_time_percent: 100 }])
    t.match(await seriesOf('H56-380', 'from=2022-01&to=2022-01&method=received'), [{ numerator: 1, denominator: 3, on_time_percent: 33.33 }])
    t.match(await seriesOf('H56-380', 'from=2022-01&to=2022-02&calendar=calendar&method=resolved'), [
      { period: 'cal-2022-M01', numerator: 2, denominator: 2 }, { period: 'cal-2022-M02', numerator: 0, denominator: 1, on_time_percent: 0 }
    ])
  })

  t.test('are unknown before the first record and where there are none, and there are none before they begin', async t => {
    t.match(await seriesOf('H56-380', 'from=2021-12&to=2021-12'), [{ ...NOTHING, units_reported: 0, units_expected: 35 }])
    t.match(await seriesOf('H56-382', 'from=2022-01&to=2022-01'), [{ ...NOTHING, units_reported: 0 }])
    t.same(await seriesOf('H56', 'from=2027-12&to=2027-12'), [])
  })
})
