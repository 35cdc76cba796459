import { item, send } from '../../dossiers/given.ts'
import { forEachDatabase } from '../../database.ts'
import { givenClient } from '../../client.ts'

const at = (day: string) => `2021-${day}T09:00:00+07:00`

/** A dossier of H56-380 whose processing ended on a day of 2021. */
const ended = (code: string, received: string, end: string, others: object = {}) => item({
  code, received_at: at(received), due_at: null, status: 10, finished_at: at(end), updated_at: at(end), ...others
})

forEachDatabase('how long dossiers took', async (t, { db, get, put, post }) => {
  const { body: { items: [procedure] } } = await get('/v1/procedures?q=kinh doanh&limit=1')
  await post('/v1/procedures', { items: [{ ...procedure, code: 'timed', statutory_working_days: 3 }] })
  await post('/v1/procedures', { items: [{ ...procedure, code: 'untimed', statutory_working_days: null }] })
  const timed = { procedure: 'timed' }
  await send(db, [
    // A Monday to the Friday after; the holiday of the 30th, a weekend, 2021-05-03 in lieu.
    ended('a', '04-26', '04-26', timed), ended('b', '04-26', '04-29', timed), ended('c', '04-29', '05-04', timed),
    ended('d', '04-26', '05-05', { ...timed, supplements: [{ requested_at: at('04-27'), completed_at: at('04-29') }] }),
    ended('e', '04-26', '05-05', { procedure: 'untimed', unit: 'H56-381', channel: 'online' }),
    ended('f', '04-01', '05-05', timed),
    ended('withdrawn', '04-26', '05-05', { status: 7 }), ended('later', '04-26', '06-20', timed),
    ended('before-the-calendar', '04-26', '05-05', { procedure: 'untimed', unit: 'H56-381', received_at: '2019-04-26T09:00:00+07:00' })
  ])
  const durations = async (query: string) => (await get(`/v1/on-time/durations?${query}`)).body

  t.test('is measured in working days from reception to the end', async t => {
    t.match((await durations('from=2021-04-01&to=2021-05-31')).items, [{
      unit: null, results: 7, measured: 6, mean_working_days: 5.83, median_working_days: 3, p90_working_days: 21,
      longest_working_days: 21,
      with_target: 4, within_target: 3, within_target_percent: 75, from: '2021-04-01', to: '2021-05-31', calendar: 'vn',
      provisional: false,
      as_of: '2021-06-01T00:00:00+07:00'
    }])
  })

  t.test('is split and filtered like other figures', async t => {
    const { items } = await durations('period=2021-H1&group_by=unit,channel')
    t.match(items, [
      { unit: 'H56-380', unit_name: /\S/, channel: 'direct', results: 5 },
      { unit: 'H56-381', channel: 'direct', results: 1, measured: 0, mean_working_days: null, median_working_days: null, longest_working_days: null },
      { unit: 'H56-381', channel: 'online', results: 1, measured: 1, with_target: 0, within_target_percent: null }
    ])
    t.match((await durations('period=2021-H1&procedure=timed&group_by=procedure')).items, [{ procedure: 'timed', results: 5, within_target_percent: 75 }])
    t.match((await durations('period=2021-H1&unit=H56-381&channel=online')).items, [{ results: 1 }])
    t.match((await durations('period=2021-H1&source=sample')).items, [{ results: 0, measured: 0, p90_working_days: null }])
    const first = await durations('period=2021-H1&group_by=unit&limit=1')
    t.match((await durations(`period=2021-H1&group_by=unit&limit=1&cursor=${first.next_cursor}`)).items, [{ unit: 'H56-381' }])
    t.match((await get('/v1/on-time/durations?period=2021-H1&format=csv')).text, /,7,6,5\.83,3,21,21,/)
    const { headers } = await givenClient({ put, post }, 'of-381', { scopes: ['read'], unit: 'H56-381' })
    t.match((await get('/v1/on-time/durations?period=2021-H1', headers)).body.items, [{ results: 2 }])
  })

  t.test('counts a dossier again that was reopened, where it was when it ended', async t => {
    await send(db, [ended('again', '07-01', '07-05', { procedure: 'untimed' })])
    await send(db, [item({ code: 'again', unit: 'H56-381', procedure: 'untimed', received_at: at('07-01'), due_at: null, status: 4, updated_at: at('07-08') })])
    await send(db, [ended('again', '07-01', '07-12', { unit: 'H56-381', procedure: 'untimed' })])
    t.match((await durations('from=2021-07-01&to=2021-07-31&group_by=unit')).items, [
      { unit: 'H56-380', results: 1, longest_working_days: 2 }, { unit: 'H56-381', results: 1, longest_working_days: 7 }
    ])
    t.match((await durations('from=2021-07-06&to=2021-07-31')).items, [{ results: 1, longest_working_days: 7 }])
  })

  t.test('is asked for days that have begun, and not for more than a year', async t => {
    t.same((await durations('period=2050')).items, [])
    t.match((await durations('from=2020-01-01&to=2021-01-01')).errors, [{ pointer: '/query/to', code: 'out_of_range' }])
    t.match((await durations('period=2020,2021')).errors, [{ pointer: '/query/period', code: 'out_of_range' }])
    t.match((await durations('unit=H56')).errors, [{ pointer: '/query/period', code: 'missing' }])
    t.match((await durations('period=2021-H1&group_by=period')).errors, [{ pointer: '/query/group_by/0', code: 'not_allowed' }])
    t.match((await durations('period=2021-H1&basis=reported')).errors, [{ code: 'unknown_property' }])
  })

  t.test('has as its target the term of the day of reception, whatever a decision says of later days', async t => {
    const decide = (effective_on: string, days: number | null) => post('/v1/procedure-decisions', {
      effective_on, document: { number: `${effective_on}/QĐ`, date: '2021-01-04', issuer: 'Chủ tịch' }, new: [],
      amended: [{ code: 'timed', statutory_working_days: days }], replaced: [], repealed: []
    })
    const shares = async () => (await durations('from=2021-04-01&to=2021-05-31')).items
    t.equal((await decide('2021-04-27', null)).status, 200)
    t.match(await shares(), [{ measured: 6, with_target: 3, within_target: 2, within_target_percent: 66.67 }])
    t.equal((await decide('2099-01-01', 1)).status, 200)
    t.match(await shares(), [{ measured: 6, with_target: 3, within_target: 2, within_target_percent: 66.67 }])
  })

  t.test('has as its target the limit of the case, where a dossier says one', async t => {
    const limited = (code: string, end: string, case_limit: number, case_limit_unit: string) => (
      ended(code, '08-02', end, { ...timed, case_limit, case_limit_unit }))
    await send(db, [
      limited('in-five', '08-09', 5, 'working_days'), limited('in-two', '08-09', 2, 'working_days'),
      limited('in-twelve-hours', '08-03', 12, 'hours'), limited('in-eight-hours', '08-04', 8, 'hours'),
      limited('in-four-hours', '08-03', 4, 'hours'), limited('in-a-month', '08-09', 1, 'months'), limited('in-ten-days', '08-09', 10, 'days')
    ])
    t.match((await durations('from=2021-08-01&to=2021-08-31')).items, [{ measured: 7, with_target: 5, within_target: 3 }])
  })
})
