import { forEachDatabase } from '../../database.ts'
import { amountOf, at, GOLDEN, local, milliseconds, pausesOf, type Golden } from '../golden.ts'

/** As it is posted. */
function itemOf (golden: Golden) {
  const { days, hours } = amountOf(golden.term)
  const extension = amountOf(golden.extension)
  return {
    received_at: at(golden.received_at), working_days: days, working_hours: hours,
    extension_working_days: extension.days, extension_working_hours: extension.hours,
    cut_off: golden.cut_off || undefined, count_from: golden.count_from || undefined,
    pauses: pausesOf(golden).map(({ kind, from, to }) => ({ kind, from: at(from), to: to === null ? null : at(to) }))
  }
}

/** As it is asked. */
function queryOf (golden: Golden): string {
  const { pauses, ...item } = itemOf(golden)
  const query = new URLSearchParams(JSON.parse(JSON.stringify(item)) as Record<string, string>)
  for (const { kind, from, to } of pauses) query.append('pauses', `${kind}:${from}/${to ?? ''}`)
  return `${query}`
}

const RECEIVED = 'received_at=2025-03-03T10:00:00%2B07:00'

forEachDatabase('due dates that were worked out by hand', async (t, { get, post }) => {
  t.test('are answered one by one, with their steps', async t => {
    for (const golden of GOLDEN) {
      const { status, body } = await get(`/v1/due-date?${queryOf(golden)}`)
      t.equal(status, 200, JSON.stringify(body))
      t.equal(body.due_at, golden.due_at === '' ? null : at(golden.due_at).replace('+', '.000+'), golden.why)
      t.equal(local(Date.parse(body.steps[0].from)), golden.received_at, golden.why)
    }
  })

  t.test('are answered all at once', async t => {
    const { status, body } = await post('/v1/due-dates', { items: GOLDEN.map(itemOf) })
    t.equal(status, 200)
    const dues = (body.items as { due_at: string | null }[]).map(({ due_at: due }) => due)
    t.same(dues.map(due => local(due === null ? null : Date.parse(due))), GOLDEN.map(golden => golden.due_at))
  })
})

forEachDatabase('a due date', async (t, { get, post }) => {
  const faultsOf = async (query: string) => {
    const { status, body } = await get(`/v1/due-date?${query}`)
    t.equal(status, 400, query)
    return body.errors.map(({ pointer, code }: Record<string, string>) => `${pointer} ${code}`)
  }

  t.test('is shown step by step', async t => {
    t.same((await get(`/v1/due-date?working_days=1&received_at=2026-02-13T15:00:00+07:00`)).body, {
      due_at: '2026-02-23T15:00:00.000+07:00', received_at: '2026-02-13T15:00:00.000+07:00', calendar: 'vn', working_hours: 8,
      steps: [
        ['2026-02-13T15:00', '2026-02-13T17:00', 120, 'working', 'Ngày làm việc'],
        ['2026-02-14T00:00', '2026-02-16T00:00', 0, 'day_off', 'Nghỉ hằng tuần'],
        ['2026-02-16T00:00', '2026-02-17T00:00', 0, 'day_off', 'Tết Bính Ngọ (29 tháng Chạp)'],
        ['2026-02-17T00:00', '2026-02-18T00:00', 0, 'day_off', 'Tết Bính Ngọ (mùng 1)'],
        ['2026-02-18T00:00', '2026-02-19T00:00', 0, 'day_off', 'Tết Bính Ngọ (mùng 2)'],
        ['2026-02-19T00:00', '2026-02-20T00:00', 0, 'day_off', 'Tết Bính Ngọ (mùng 3)'],
        ['2026-02-20T00:00', '2026-02-21T00:00', 0, 'day_off', 'Tết Bính Ngọ (mùng 4)'],
        ['2026-02-21T00:00', '2026-02-23T00:00', 0, 'day_off', 'Nghỉ hằng tuần'],
        ['2026-02-23T07:00', '2026-02-23T15:00', 360, 'working', 'Ngày làm việc']
      ].map(([from, to, counted, kind, why]) => ({ from: `${from}:00.000+07:00`, to: `${to}:00.000+07:00`, counted, kind, why }))
    })
  })

  t.test('follows from the term of a procedure', async t => {
    t.match((await get(`/v1/due-date?procedure=1.001612&${RECEIVED}`)).body, { due_at: '2025-03-06T10:00:00.000+07:00', working_hours: 24 })
    t.match((await post('/v1/due-dates', { items: [{ procedure: '1.002809', received_at: at('2025-03-03 10:00') }] })).body, {
      items: [{ due_at: '2025-03-10T10:00:00.000+07:00' }]
    })
    t.match((await get('/v1/due-date?procedure=1.001612&received_at=2020-12-28T10:00:00Z')).body, { working_hours: 24 },
      'before it was in force it has the term of its first version')
    t.same(await faultsOf(`procedure=1.001193&${RECEIVED}`), ['/query/procedure term_unknown'])
    t.same(await faultsOf(`procedure=none&${RECEIVED}`), ['/query/procedure unknown_procedure'])
  })

  t.test('follows from the term that the procedure had when it was received', async t => {
    const { status } = await post('/v1/procedure-decisions', {
      effective_on: '2024-06-03', document: { number: '1/QĐ-UBND', date: '2024-05-20', issuer: 'Chủ tịch UBND tỉnh' },
      amended: [{ code: '1.001612', statutory_working_days: 1 }]
    })
    t.equal(status, 200)
    const hoursFrom = async (day: string) => (
      (await get(`/v1/due-date?procedure=1.001612&received_at=${day}T03:00:00Z`)).body.working_hours)
    t.same([await hoursFrom('2024-06-02'), await hoursFrom('2024-06-03')], [24, 8])
  })

  t.test('has one term', async t => {
    t.same(await faultsOf(RECEIVED), ['/query/working_days missing'])
    t.same(await faultsOf(`procedure=1.001612&working_days=1&working_hours=1&${RECEIVED}`),
      ['/query/working_days several_terms', '/query/working_hours several_terms'])
    t.same(await faultsOf(`working_days=-1&${RECEIVED}`), ['/query/working_days out_of_range'])
    t.same(await faultsOf('working_days=1'), ['/query/received_at missing'])
    t.same(await faultsOf('working_days=1&received_at=2025-03-03'), ['/query/received_at malformed'])
    t.same(await faultsOf(`working_days=1&cut_off=15h&${RECEIVED}`), ['/query/cut_off malformed'])
  })

  t.test('has pauses of their own time, after reception and to their end', async t => {
    t.equal((await get(`/v1/due-date?working_days=1&received_at=2025-03-03T10:00:00+07:00&pauses=2025-03-03T11:00:00+07:00/2025-03-03T14:00:00+07:00`))
      .body.due_at, '2025-03-04T11:00:00.000+07:00', 'a plus that is not encoded, and a kind that is left out')
    const pauses = (...pauses: string[]) => faultsOf(`working_days=1&${RECEIVED}&${pauses.map(pause => `pauses=${pause}`).join('&')}`)
    const [A, B, C] = ['2025-03-03T10:30:00Z', '2025-03-04T10:00:00Z', '2025-03-05T10:00:00Z']
    t.same(await pauses('2025-03-03'), ['/query/pauses/0 malformed'])
    t.same(await pauses(`other:${A}/tomorrow`), ['/query/pauses/0 malformed'])
    t.same(await pauses(`${A}/${B}`, `lunch/${B}`), ['/query/pauses/1 malformed'])
    t.same(await pauses('a/%0A'), ['/query/pauses/0 malformed', '/query/pauses/0 malformed'], 'its end is a line feed')
    t.same(await pauses(`holiday:${A}/${B}`), ['/query/pauses/0 malformed'])
    t.same(await pauses(`${B}/${A}`), ['/query/pauses/0/to out_of_range'])
    t.same(await pauses(`2025-03-01T10:00:00Z/${A}`), ['/query/pauses/0/from out_of_range'])
    t.same(await pauses(`${B}/`, `${A}/${C}`), ['/query/pauses/0 pauses_overlap'])
    t.same(await pauses(`${A}/`, `${A}/`), ['/query/pauses/1 pauses_overlap'])
    t.equal((await get(`/v1/due-date?working_days=9&${RECEIVED}&pauses=${B}/${C},${A}/${B}`)).status, 200, 'in any order, one after the other')
  })

  t.test('needs a calendar that has its years', async t => {
    t.same(await faultsOf(`working_days=1&calendar=none&${RECEIVED}`), ['/query/calendar unknown_calendar'])
    const { body } = await get('/v1/due-date?working_days=20&received_at=2026-12-20T10:00:00Z')
    t.match(body, { status: 400, errors: [{
      pointer: '/query/received_at', code: 'calendar_year_missing', detail: 'this due date needs the year 2027; the calendar vn has 2020 to 2026'
    }] })
    const HOURS = {
      valid_from: '2027-01-01', morning_from: '08:00', morning_to: '12:00', afternoon_from: '13:00', afternoon_to: '17:00', source: 'x'
    }
    const days = [{ date: '2027-01-01', kind: 'holiday', name: 'Tết Dương lịch', source: 'x' }]
    await post('/v1/calendars', { items: [
      { code: 'own', name: 'Lịch riêng', weekend: [7], office_hours: [HOURS], years: [{ year: 2027, days }] }
    ] })
    const { body: { due_at: due } } = await get('/v1/due-date?working_days=1&calendar=own&received_at=2027-01-01T10:00:00Z')
    t.equal(due, '2027-01-02T17:00:00.000+07:00', 'it works on Saturdays')
  })

  t.test('is refused among others with its place', async t => {
    const item = { working_days: 1, received_at: at('2025-03-03 10:00') }
    const refused = async (...items: unknown[]) => {
      const { status, body } = await post('/v1/due-dates', { items })
      t.match({ status, body }, { status: 422, body: { code: 'invalid_rows' } })
      return body.errors.map(({ pointer, code }: Record<string, string>) => `${pointer} ${code}`)
    }
    t.same(await refused(item, { ...item, received_at: 'now' }, 7), ['/items/1/received_at malformed', '/items/2 invalid_type'])
    t.same(await refused(item, { ...item, calendar: 'none' }, { ...item, procedure: '1.001612' }),
      ['/items/1/calendar unknown_calendar', '/items/2/working_days several_terms'])
    t.same(await refused({ ...item, pauses: [{ from: at('2025-03-03 09:00') }] }, { ...item, received_at: at('2019-03-03 10:00') }),
      ['/items/0/pauses/0/from out_of_range', '/items/1/received_at calendar_year_missing'])
    t.match(await post('/v1/due-dates', { items: Array(10_001).fill(item) }), { status: 413, body: { code: 'too_many_items' } })
    t.match(await post('/v1/due-dates', [item]), { status: 400 })
    t.same((await post('/v1/due-dates', { items: [] })).body, { items: [] })
    t.equal(milliseconds('2025-03-03 10:00'), Date.parse(item.received_at))
  })
})
