import { buildApp } from '../../../src/app.ts'
import { forEachDatabase } from '../../database.ts'
import { item, send } from '../../dossiers/given.ts'

const at = (day: string, time = '09:00') => `2021-${day}T${time}:00+07:00`
const given = (code: string, received: string, due: string | null, others: object = {}) => item({
  code, received_at: at(received), due_at: due === null ? null : at(due, '17:00'), updated_at: at(received), ...others
})
const ended = (day: string, time?: string) => ({ status: 10, finished_at: at(day, time), updated_at: at(day, time) })

const MORNING = at('06-09', '10:00')
/** Each runs on 9 June; the first is counted from other tables than the last. */
const RUNNING = ['period=2021-Q2', 'period=cal-2021-M06', 'from=2021-05-20&to=2021-12-31', 'from=2021-05-20&to=2021-06-09']
const FILTERS = ['', '&level=district', '&unit=H56-380', '&field=business-registration', '&procedure=1.001612', '&source=one-stop']

forEachDatabase('a span that is not over', async (t, { db, post, put }) => {
  let now = MORNING
  const app = await buildApp({ db, now: () => Date.parse(now), http: { maxEventLoopDelay: 0 } })
  t.teardown(() => app.close())
  const get = async (path: string) => (await app.inject(`/v1/${path}`)).json()
  const figures = async (query: string) => (await get(`on-time?basis=records&${query}`)).items[0]
  const month = 'period=cal-2021-M06'

  await put('/v1/sources/one-stop', { name: 'Một cửa', precedence: 100, synthetic: false })
  await send(db, [
    given('in-time', '06-01', '06-08', ended('06-07')), given('next-week', '06-02', '06-16'),
    given('today', '06-02', '06-09'), given('no-due-date', '06-02', null)
  ])

  t.test('counts nothing as late that has not happened, from whatever table', async t => {
    for (const span of RUNNING) {
      for (const filter of FILTERS) {
        t.match(await figures(`${span}${filter}&method=handled`), {
          numerator: 4, denominator: 4, on_time_percent: 100, pending_in_time: 3, pending_overdue: 0, due: 1,
          as_of: MORNING, provisional: true
        }, `${span}${filter}`)
        t.match(await figures(`${span}${filter}&method=due`), { numerator: 1, denominator: 1, on_time_percent: 100 })
      }
    }
    t.match(await figures('from=2021-06-01&to=2021-06-08&method=handled'), {
      numerator: 4, as_of: '2021-06-09T00:00:00+07:00', provisional: false
    })
  })

  t.test('is explained as it is counted', async t => {
    const { numerator, denominator, as_of, provisional, from, to, rows } = await get(
      'on-time/explain?basis=records&from=2021-06-01&to=2021-06-30&method=due')
    t.match({ numerator, denominator, as_of, provisional, from, to }, {
      numerator: 1, denominator: 1, as_of: MORNING, provisional: true, from: '2021-06-01', to: '2021-06-30'
    })
    const sum = (name: string) => (
      rows.reduce((sum: number, { values }: { values: Record<string, number> }) => sum + values[name]!, 0))
    t.same(['received_direct', 'became_overdue', 'due', 'due_in_time'].map(sum), [4, 0, 1, 1])
    const dossiers = async (method: string) => (await get(`on-time/explain/dossiers?${month}&method=${method}`)).items
      .map(({ code, in_time, counted_on }: Record<string, unknown>) => [code, in_time, counted_on])
    t.same(await dossiers('due'), [['in-time', true, '2021-06-08']])
    t.same(await dossiers('handled'), [
      ['in-time', true, '2021-06-07'], ['next-week', true, '2021-06-09'], ['no-due-date', true, '2021-06-09'],
      ['today', true, '2021-06-09']
    ])
  })

  t.test('is the same in the form, the series and the reconciliation', async t => {
    const form = await get('forms/ii-06a/H56/2021-Q2?basis=records')
    t.match(form, { as_of: MORNING, provisional: true, grand_total: { pending_in_time: 3, pending_overdue: 0 } })
    t.match((await get('units/H56-380/on-time-series?from=2021-05&to=2021-12&basis=records&method=handled')).items, [
      { period: '2021-M05', numerator: null, as_of: '2021-05-15T00:00:00+07:00', provisional: false },
      { period: '2021-M06', numerator: 4, denominator: 4, as_of: MORNING, provisional: true }
    ])
    const { items } = await get('reconciliation?unit=H56-380&period=2021-Q2')
    t.match(items.find(({ measure }: Record<string, string>) => measure === 'pending_overdue'), {
      from_records: 0, as_of: MORNING, provisional: true
    })
  })

  t.test('stands beside spans that are over and without those that have not begun', async t => {
    const periods = 'period=cal-2021-M05,cal-2021-M06,cal-2021-M07&group_by=period'
    for (const filter of FILTERS) {
      t.match((await get(`on-time?basis=records&${periods}${filter}`)).items, [
        { period: 'cal-2021-M06', provisional: true, pending_in_time: 3 }
      ])
    }
    now = at('07-01')
    t.match((await get(`on-time?basis=records&${periods}&unit=H56-380`)).items, [
      { period: 'cal-2021-M06', provisional: false, pending_overdue: 2, due: 3, as_of: '2021-07-01T00:00:00+07:00' },
      { period: 'cal-2021-M07', provisional: true, carried_over: 3, pending_overdue: 2, due: 0, as_of: now }
    ])
    now = MORNING
  })

  t.test('has no rows before it begins', async t => {
    for (const basis of ['reported', 'records']) {
      for (const group of ['', '&group_by=level', '&group_by=period']) {
        t.same(await get(`on-time?basis=${basis}&period=cal-2021-M07${group}`), { items: [], next_cursor: null })
      }
      t.match(await get(`on-time/explain?basis=${basis}&period=cal-2021-M07`), {
        scope: null, numerator: null, units_reported: 0, rows: { length: 0 }, as_of: MORNING, provisional: true
      })
      t.match(await get(`forms/ii-06a/H56/2021-Q3?basis=${basis}`), {
        sections: { length: 0 }, grand_total: { received: null }, provisional: true
      })
    }
    t.same((await get('on-time/explain/dossiers?period=cal-2021-M07')).items, [])
    t.same((await get('reconciliation?unit=H56-380&period=2021-Q3')).items, [])
  })

  t.test('is provisional where units report it, too', async t => {
    const row = { unit: 'H56-380', source: 'a', received: 5 }
    await post('/v1/dossier-statistics', { items: ['2021-Q1', '2021-Q2'].map(period => ({ ...row, period })) })
    t.match((await get('on-time?period=2021-Q1,2021-Q2,2021-Q3&group_by=period')).items, [
      { period: '2021-Q1', received: 5, as_of: '2021-03-15T00:00:00+07:00', provisional: false },
      { period: '2021-Q2', received: 5, as_of: MORNING, provisional: true }
    ])
  })

  t.test('changes at midnight without a commit, also where the answer is cached', async t => {
    const asked = [month, `${month}&group_by=level`, `${month}&unit=H56-380`]
    const overdue = async () => Promise.all(asked.map(async query => (await figures(query)).pending_overdue))
    t.same(await overdue(), [0, 0, 0])
    now = at('06-09', '23:59')
    t.same(await overdue(), [0, 0, 0], 'a due date is missed when its day is over')
    now = at('06-10', '00:00')
    t.same(await overdue(), [1, 1, 1])
    now = MORNING
  })

  t.test('leaves out what is dated after today, and what ended today is no longer overdue', async t => {
    await send(db, [
      given('tomorrow', '06-10', '06-20'), given('was-overdue', '05-25', '06-03', ended('06-09', '08:00')),
      given('set-today', '06-09', '06-01')
    ])
    for (const span of RUNNING) {
      for (const filter of FILTERS) {
        t.match(await figures(`${span}${filter}&method=due`), {
          received_direct: span === month ? 5 : 6, resolved_overdue: 1, pending: 4, pending_overdue: 0, numerator: 1
        }, `${span}${filter}`)
      }
    }
  })
})
