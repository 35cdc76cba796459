import { item, send } from '../../dossiers/given.ts'
import { forEachDatabase } from '../../database.ts'
import { givenClient } from '../../client.ts'

const at = (day: string, time = '09:00:00') => `2021-${day}T${time}+07:00`

/** A dossier of H56-380, in the field business-registration, received and due on these days of 2021. */
const given = (code: string, received: string, due: string | null, others: object = {}) => item({
  code: `000.17.22.H56-21-${code}`, received_at: at(received), due_at: due === null ? null : at(due, '17:00:00'),
  updated_at: at(received), ...others
})
const ended = (day: string) => ({ status: 10, finished_at: at(day), updated_at: at(day, '10:00:00') })

forEachDatabase('counted from records', async (t, { db, get, put, post }) => {
  await send(db, [
    given('1', '06-10', '06-25', ended('06-20')),
    given('2', '06-20', '07-01', { ...ended('07-01'), channel: 'online' }),
    given('3', '06-20', '07-01', { ...ended('07-05'), channel: 'postal' }),
    given('4', '07-10', '07-20'),
    given('5', '07-10', '12-20', { unit: 'H56-14755', procedure: '1.001193' }),
    given('6', '07-10', null, { status: 1, unit: 'H56-381' })
  ])
  const records = async (query: string) => (await get(`/v1/on-time?basis=records&${query}`)).body.items

  t.test('a period has what was received, what ended and what is open, whenever that was received', async t => {
    t.match(await records('period=2021-Q3&unknown=true'), [{
      level: null, channel: null, scope: 'own', basis: 'records', method: 'resolved',
      received_online: 1, received_direct: 3, received_postal: 1, carried_over: 1, received: 5,
      resolved_early: 1, resolved_on_time: 1, resolved_in_time: 2, resolved_overdue: 1, resolved: 3,
      pending_in_time: 1, pending_overdue: 1, pending: 2, due: 4, due_in_time: 2, received_unknown: 0,
      numerator: 2, denominator: 3, on_time_percent: 66.67, units_reported: 2, units_expected: 606
    }])
  })

  t.test('each method takes its own share', async t => {
    t.match(await records('period=2021-Q3&method=handled'), [{ numerator: 3, denominator: 5, on_time_percent: 60 }])
    t.match(await records('period=2021-Q3&method=received'), [{ numerator: 2, denominator: 5, on_time_percent: 40 }])
    t.match(await records('period=2021-Q3&method=due'), [{ numerator: 2, denominator: 4, on_time_percent: 50 }])
  })

  t.test('groups come out where there is something', async t => {
    t.match(await records('period=2021-Q3&group_by=level'), [
      { level: 'commune', received: 1, denominator: 0, on_time_percent: null, units_reported: 1, units_expected: 559 },
      { level: 'district', received: 4, on_time_percent: 66.67, units_reported: 1, units_expected: 27 }
    ])
    t.match(await records('period=2021-Q3&group_by=unit&sort=-received'), [
      { unit: 'H56-380', received: 4, units_expected: 1 }, { unit: 'H56-14755', received: 1 }
    ])
    t.match(await records('period=2021-Q3&group_by=field'), [
      { field: 'business-registration', received: 4, units_reported: 2 }, { field: 'civil-status', received: 1 }
    ])
    t.match(await records('period=2021-Q3&group_by=channel'), [
      { channel: 'direct', resolved: 1, resolved_in_time: 1 }, { channel: 'online', resolved: 1 },
      { channel: 'postal', resolved: 1, resolved_in_time: 0 }
    ])
    t.match(await records('period=2021-Q3&group_by=procedure,level'), [
      { procedure: '1.001193', level: 'commune', units_reported: 1 }, { procedure: '1.001612', level: 'district' }
    ])
    t.same(await records('period=2020&group_by=level'), [])
    t.match(await records('period=2020'), [
      { scope: 'own', received: 0, denominator: 0, on_time_percent: null, units_reported: 0 }
    ])
  })

  t.test('only what is asked for is counted', async t => {
    t.match(await records('period=2021-Q3&unit=H56-14755'), [{ received: 1, units_reported: 1, units_expected: 1 }])
    t.match(await records('period=2021-Q3&unit=H56-380&group_by=unit'), [{ unit: 'H56-14755' }, { unit: 'H56-380' }])
    t.match(await records('period=2021-Q3&level=commune'), [{ received: 1, units_reported: 1, units_expected: 559 }])
    t.match(await records('period=2021-Q3&field=civil-status'), [{ received: 1 }])
    t.match(await records('period=2021-Q3&channel=online,postal'), [{ received: 2, resolved: 2 }])
    t.match(await records('period=2021-Q3&procedure=1.001612&unit=H56-380'), [{ received: 4 }])
    t.match(await records('period=2021-Q3&unit=H56-380&level=district'), [{ received: 4, units_expected: 1 }])
    await put('/v1/sources/one-stop', { name: 'One stop', precedence: 100, synthetic: false })
    await put('/v1/sources/silent', { name: 'Silent', precedence: 100, synthetic: false })
    t.match(await records('period=2021-Q3&source=one-stop'), [{ received: 5, units_reported: 2 }])
    t.match(await records('period=2021-Q3&source=silent'), [{ received: 0, units_reported: 0 }])
  })

  t.test('periods in a row are one, and told apart each stands for itself', async t => {
    const two = 'period=cal-2021-M07,cal-2021-M06'
    t.match(await records(two), [{ period: null, carried_over: 0, received: 5, resolved: 3, pending: 2, due: 4 }])
    t.match(await records(`${two}&group_by=period`), [
      { period: 'cal-2021-M06', carried_over: 0, received: 3, resolved: 1, pending: 2, units_reported: 1 },
      { period: 'cal-2021-M07', carried_over: 2, received: 4, resolved: 2, pending: 2, units_reported: 2 }
    ])
    t.match(await records(`${two}&group_by=field,period&field=civil-status`), [
      { period: 'cal-2021-M07', field: 'civil-status', received: 1 }
    ])
    t.match(await get('/v1/on-time?basis=records&period=cal-2021-M07,cal-2021-M05'), {
      status: 400, body: { errors: [{ pointer: '/query/period', code: 'gap_between_periods' }] }
    })
  })

  t.test('any days may be asked for', async t => {
    t.match(await records('from=2021-07-01&to=2021-07-01'), [{
      carried_over: 2, received: 2, resolved_in_time: 1, resolved: 1, pending: 1, pending_overdue: 1,
      due: 2, due_in_time: 1
    }])
    t.match(await records('from=2021-07-02&to=2021-07-05&group_by=unit'), [
      { unit: 'H56-380', carried_over: 1, resolved_overdue: 1, pending: 0, units_reported: 1 }
    ])
  })

  t.test('days that are over stay what they were when a dossier goes on', async t => {
    const days = async () => (await records('from=2021-06-01&to=2021-07-19&group_by=level,channel'))
    const before = await days()
    await send(db, [given('4', '07-10', '07-20', ended('08-03'))])
    t.same(await days(), before)
    t.match(await records('period=2021-Q3'), [{ resolved: 4, resolved_overdue: 2 }])
    await send(db, [given('4', '07-10', '07-20', { updated_at: at('08-04') })])
  })

  t.test('what only records know is not asked of reports', async t => {
    const refusal = async (query: string) => {
      const { status, body } = await get(`/v1/on-time?${query}`)
      return [status, ...body.errors.map(({ pointer, code }: { pointer: string, code: string }) => `${pointer} ${code}`)]
    }
    t.same(await refusal('period=2021-Q3&channel=online&procedure=1.001612&method=due&group_by=level,channel'), [
      400, '/query/procedure needs_records', '/query/channel needs_records', '/query/method needs_records',
      '/query/group_by needs_records'
    ])
    t.same(await refusal('from=2021-07-01&to=2021-07-02'), [400, '/query/from needs_records', '/query/to needs_records'])
    t.same(await refusal('group_by=level'), [400, '/query/period missing'])
    t.same(await refusal('basis=records'), [400, '/query/period missing'])
    t.same(await refusal('basis=records&from=2021-07-01'), [400, '/query/to missing'])
    t.same(await refusal('basis=records&to=2021-07-01'), [400, '/query/from missing'])
    t.same(await refusal('basis=records&period=2021-Q3&from=2021-07-01'), [400, '/query/from period_or_days'])
    t.same(await refusal('basis=records&from=2021-07-02&to=2021-07-01'), [400, '/query/to out_of_range'])
    t.same(await refusal('basis=records&from=1899-12-31&to=9999-12-31'), [
      400, '/query/from out_of_range', '/query/to out_of_range'
    ])
    t.same(await refusal('basis=records&from=2021-07-01&to=2021-07-02&group_by=period'), [
      400, '/query/group_by period_or_days'
    ])
    t.same(await refusal('basis=records&period=2021-Q9,2021-Q3&group_by=period&procedure=none&unit=H57'), [
      400, '/query/period unknown_period', '/query/procedure unknown_procedure', '/query/unit unknown_unit'
    ])
  })

  t.test('what is reported has no due dates, and is another basis', async t => {
    t.match((await get('/v1/on-time?period=2021-Q3&group_by=level')).body.items[0], {
      basis: 'reported', channel: null, due: null, due_in_time: null
    })
  })

  t.test('who reaches one unit counts what is below it', async t => {
    const { headers } = await givenClient({ put, post }, 'district', { scopes: ['read'], unit: 'H56-381' })
    t.match((await get('/v1/on-time?basis=records&period=2021-Q3', headers)).body.items, [{ received: 0, units_reported: 0 }])
    t.match((await get('/v1/on-time?basis=records&period=2021-Q3&unit=H56-380', headers)).status, 400)
  })

  t.test('pages and tables are as for what is reported', async t => {
    const first = await get('/v1/on-time?basis=records&period=2021-Q3&group_by=unit&limit=1')
    const { items, next_cursor: cursor } = first.body
    t.match(items, [{ unit: 'H56-14755' }])
    t.match(await records(`period=2021-Q3&group_by=unit&limit=1&cursor=${cursor}`), [{ unit: 'H56-380' }])
    t.match((await get('/v1/on-time?basis=records&period=2021-Q3&group_by=unit&format=csv')).text, /H56-14755.*\r\n.*H56-380/)
  })
})
