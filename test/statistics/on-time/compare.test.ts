import { spansBefore } from '../../../src/catalogue/periods/queries.ts'
import { forEachDatabase, type Answer } from '../../database.ts'
import { forgetReports, item, send } from '../../dossiers/given.ts'

type Row = Record<string, unknown>

const rowsOf = ({ body }: Answer, ...names: string[]) => (body.items as Row[]).map(row => names.map(name => row[name]))
const faultOf = ({ body }: Answer) => `${body.errors[0].pointer} ${body.errors[0].code}`
const COLUMNS = ['compared_period', 'compared_from', 'compared_to', 'compared_percent', 'percent_change']

let n = 0
/** A dossier that ended in time or late in a month. */
const ended = (month: string, isInTime: boolean, given: object = {}) => item({
  code: `000.17.22.H56-21-${n++}`, status: 10, received_at: `${month}-02T08:00:00+07:00`,
  due_at: `${month}-${isInTime ? '20' : '08'}T17:00:00+07:00`, finished_at: `${month}-10T09:00:00+07:00`,
  updated_at: `${month}-10T09:05:00+07:00`, ...given
})

forEachDatabase('on-time percentages beside those of the span before', async (t, { db, get, post }) => {
  await send(db, [
    ended('2020-04', true), ended('2020-04', false), ended('2020-04', false),
    ended('2021-02', true), ended('2021-03', true), ended('2021-03', false),
    ended('2021-04', true), ended('2021-04', true), ended('2021-04', false), ended('2021-04', true, { unit: 'H56-381' }),
    ended('2021-03', true, { unit: 'H56-STC' })
  ])
  const records = '/v1/on-time?basis=records'

  t.test('stand with the difference in percentage points', async t => {
    t.match((await get(`${records}&period=cal-2021-M04&compare=previous&unit=H56-380`)).body.items, [{
      numerator: 2, denominator: 3, on_time_percent: 66.67, compared_period: 'cal-2021-M03', compared_from: '2021-03-01',
      compared_to: '2021-03-31', compared_numerator: 1, compared_denominator: 2, compared_percent: 50, percent_change: 16.67,
      compared_units_reported: 1
    }])
    t.same(rowsOf(await get(`${records}&period=cal-2021-M04&compare=year_ago&unit=H56-380`), ...COLUMNS),
      [['cal-2020-M04', '2020-04-01', '2020-04-30', 33.33, 33.34]])
  })

  t.test('are of the same group, and null where that had nothing', async t => {
    t.same(rowsOf(await get(`${records}&period=cal-2021-M04&compare=previous&group_by=unit`), 'unit', ...COLUMNS), [
      ['H56-380', 'cal-2021-M03', '2021-03-01', '2021-03-31', 50, 16.67],
      ['H56-381', 'cal-2021-M03', '2021-03-01', '2021-03-31', null, null]
    ])
    t.same(rowsOf(await get(`${records}&period=cal-2021-M04&period=cal-2021-M03&compare=previous&group_by=period,unit`), 'period', 'unit', ...COLUMNS), [
      ['cal-2021-M03', 'H56-380', 'cal-2021-M02', '2021-02-01', '2021-02-28', 100, -50],
      ['cal-2021-M03', 'H56-STC', 'cal-2021-M02', '2021-02-01', '2021-02-28', null, null],
      ['cal-2021-M04', 'H56-380', 'cal-2021-M03', '2021-03-01', '2021-03-31', 50, 16.67],
      ['cal-2021-M04', 'H56-381', 'cal-2021-M03', '2021-03-01', '2021-03-31', null, null]
    ])
  })

  t.test('are of as many periods, or days, before', async t => {
    t.same(rowsOf(await get(`${records}&period=cal-2021-M04&period=cal-2021-M03&compare=previous&unit=H56-380`), ...COLUMNS),
      [[null, '2021-01-01', '2021-02-28', 100, -40]])
    t.same(rowsOf(await get(`${records}&from=2021-04-01&to=2021-04-30&compare=previous&unit=H56-380`), ...COLUMNS),
      [[null, '2021-03-02', '2021-03-31', 50, 16.67]])
    t.same(rowsOf(await get(`${records}&from=2021-04-01&to=2099-12-31&compare=year_ago&unit=H56-380`), ...COLUMNS),
      [[null, '2020-04-01', '2098-12-31', 55.56, 11.11]], 'the days of a span that is not over are not cut')
  })

  t.test('can be sorted by, page by page', async t => {
    const asked = `${records}&period=cal-2021-M03&period=cal-2021-M04&compare=previous&group_by=period,unit&sort=-percent_change`
    const first = await get(`${asked}&limit=1`)
    t.same(rowsOf(first, 'period', 'percent_change'), [['cal-2021-M04', 16.67]])
    const next = await get(`${asked}&limit=2&cursor=${first.body.next_cursor}`)
    t.same(rowsOf(next, 'period', 'percent_change'), [['cal-2021-M03', -50], ['cal-2021-M03', null]])
    t.same(rowsOf(await get(`${asked.replace('-percent_change', 'compared_from')}&limit=1`), 'compared_from'), [['2021-02-01']])
    t.match((await get(`${asked}&format=csv`)).text, /,compared_from,compared_to,.*,percent_change,/)
    t.notMatch((await get(`${records}&period=cal-2021-M03&format=csv`)).text, /compared|change/)
  })

  t.test('are null where the calendar has no period before', async t => {
    t.match((await get(`${records}&period=2015&compare=previous`)).body.items, [
      { compared_period: null, compared_from: null, compared_to: null, compared_percent: null, percent_change: null }
    ])
    t.same((await get(`${records}&period=2050&compare=previous`)).body.items, [], 'what has not begun has no rows')
    await post('/v1/periods', {
      items: ['01', '03'].map(month => (
        { code: `own-${month}`, calendar: 'own', kind: 'other', year: 2021, starts_on: `2021-${month}-01`, ends_on: `2021-${month}-20` }))
    })
    t.same(rowsOf(await get(`${records}&period=own-03&compare=previous`), 'compared_period'), [[null]], 'there is a gap between them')
  })

  t.test('of reports are those that were reported then', async t => {
    await forgetReports(db)
    const stocks = { unit: 'H56-381', source: 'one-stop', received_direct: 0, resolved_early: 0, pending_overdue: 0, carried_over: 0 }
    const { status, text } = await post('/v1/dossier-statistics', { items: [
      { ...stocks, period: '2021-M02', received_online: 4, resolved_in_time: 3, resolved_overdue: 1 },
      { ...stocks, period: '2021-M03', received_online: 5, resolved_in_time: 5, resolved_overdue: 0 },
      { ...stocks, unit: 'H56-380', period: '2021-M03', received_online: 5, resolved_in_time: 4, resolved_overdue: 1 }
    ] })
    t.equal(status, 200, text)
    t.same(rowsOf(await get('/v1/on-time?period=2021-M03&compare=previous&group_by=unit&sort=percent_change'), 'unit', ...COLUMNS), [
      ['H56-381', '2021-M02', '2021-01-15', '2021-02-14', 75, 25],
      ['H56-380', '2021-M02', '2021-01-15', '2021-02-14', null, null]
    ])
    t.same(rowsOf(await get('/v1/on-time?period=2021-M03&compare=previous'), 'on_time_percent', 'compared_percent'), [[90, 75]])
  })

  t.test('are not of a consolidated row beside the own rows of one unit', async t => {
    await forgetReports(db)
    const stocks = { pending_overdue: 0, carried_over: 0 }
    const counts = { ...stocks, source: 'one-stop', received_direct: 0, received_online: 10, resolved_early: 0 }
    const late = (overdue: number) => ({ ...counts, resolved_in_time: 10 - overdue, resolved_overdue: overdue })
    const { status, text } = await post('/v1/dossier-statistics', { items: [
      { ...late(5), unit: 'H56-381', scope: 'own', period: '2021-M06' }, { ...late(1), unit: 'H56', scope: 'total', period: '2021-M07' },
      { ...late(2), unit: 'H56', scope: 'total', period: '2021-M08' }
    ] })
    t.equal(status, 200, text)
    const names = ['scope', 'compared_scope', 'on_time_percent', 'compared_numerator', 'compared_percent', 'percent_change']
    t.same(rowsOf(await get('/v1/on-time?period=2021-M07&compare=previous'), ...names), [['total', 'own', 90, 5, null, null]])
    t.same(rowsOf(await get('/v1/on-time?period=2021-M08&compare=previous'), ...names), [['total', 'total', 80, 9, 90, -10]])
    t.same(rowsOf(await get('/v1/on-time?period=2021-M06&compare=previous'), ...names), [['own', null, 50, null, null, null]])
  })

  t.test('are refused where nothing is before, and where rows do not have them', async t => {
    t.equal(faultOf(await get(`${records}&period=2021-M03&sort=percent_change`)), '/query/sort needs_compare')
    t.equal(faultOf(await get(`${records}&period=2021-H1&period=2021-Q3&compare=previous`)), '/query/compare not_allowed')
    t.same(rowsOf(await get(`${records}&period=2021-H1&period=2021-Q3&compare=year_ago`), 'compared_from', 'compared_to'),
      [['2019-12-15', '2020-09-14']])
    t.equal(faultOf(await get(`${records}&period=2021-M03&compare=before`)), '/query/compare not_allowed')
  })

  t.test('are counted as the span before itself is, by each method', async t => {
    for (const method of ['resolved', 'handled', 'received', 'due', 'reception']) {
      const asked = `&method=${method}&unit=H56&rules=portal-766`
      const [[was]] = rowsOf(await get(`${records}&period=cal-2021-M03${asked}`), 'on_time_percent') as [[number]]
      const [row] = (await get(`${records}&period=cal-2021-M04&compare=previous${asked}`)).body.items as Row[]
      t.equal(row!.compared_percent, was, method)
    }
  })

  t.test('have spans before that follow from the calendar alone', async t => {
    const of = async (periods: string[], compare: 'previous' | 'year_ago') => (
      (await spansBefore(db, [{ periods, from: '', to: '' }], compare))[0]?.periods.map(({ code }) => code))
    t.same(await of(['2021-Q1'], 'previous'), ['2020-Q4'])
    t.same(await of(['cal-2021-9M'], 'year_ago'), ['cal-2020-9M'])
    t.same(await of(['2021-M01', '2021-M02'], 'previous'), ['2020-M11', '2020-M12'])
    t.same(await of(['2015-M01', '2015-M02'], 'year_ago'), undefined)
  })
})
