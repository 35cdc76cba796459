import { sql } from 'kysely'
import { buildApp } from '../../../src/app.ts'
import { forEachDatabase } from '../../database.ts'
import { forget, item, send } from '../../dossiers/given.ts'

const at = (local: string) => `2021-${local.replace(' ', 'T')}+07:00`
const filed = (code: string, submitted: string, received: string, others: object = {}) => item({
  code, channel: 'online', submitted_at: at(submitted), received_at: at(received), due_at: null, updated_at: at(received), ...others
})
/** As it is sent before it is received. */
const waiting = (code: string, submitted: string, others: object = {}) => {
  const { received_at: _, ...sent } = filed(code, submitted, submitted, { status: 1, ...others })
  return sent
}

/** The office works from 07:00 to 11:30 and from 13:30 to 17:00, from Monday to Friday. */
const GOLDEN: [why: string, submitted: string, received: string, inTime: boolean][] = [
  ['exactly 8 hours', '03-01 08:00:00', '03-02 08:00:00', true],
  ['one second more', '03-01 08:00:00', '03-02 08:00:01', false],
  ['a minute before closing', '03-01 16:59:00', '03-02 16:59:00', true],
  ['a minute before closing, and a second late', '03-01 16:59:00', '03-02 16:59:01', false],
  ['at night it counts from the morning on', '03-01 20:00:00', '03-02 17:00:00', true],
  ['time stands still until the office opens', '03-01 20:00:00', '03-03 07:00:00', true],
  ['and goes on then', '03-01 20:00:00', '03-03 07:00:01', false],
  ['after midnight, the same day', '03-02 00:30:00', '03-02 17:00:00', true],
  ['at lunch it counts from the afternoon on', '03-01 12:00:00', '03-02 11:30:00', true],
  ['and stands still at lunch', '03-01 12:00:00', '03-02 13:30:00', true],
  ['and is late after it', '03-01 12:00:00', '03-02 13:30:01', false],
  ['on a Saturday', '03-06 10:00:00', '03-08 17:00:00', true],
  ['a Friday afternoon', '03-05 15:00:00', '03-08 15:00:00', true],
  ['a Friday afternoon, late', '03-05 15:00:00', '03-08 15:00:01', false],
  ['before Tết, seven days off', '02-09 15:00:00', '02-17 15:00:00', true],
  ['before Tết, late', '02-09 15:00:00', '02-17 15:00:01', false],
  ['in the days of Tết', '02-12 09:00:00', '02-17 17:00:00', true],
  ['at once', '03-01 08:00:00', '03-01 08:00:00', true],
  ['months later', '01-04 08:00:00', '03-01 08:00:00', false]
]

const FROM = '/v1/on-time?basis=records&from=2021-02-01&to=2021-03-31'

forEachDatabase('reception', async (t, { db, get, post, put }) => {
  await put('/v1/sources/one-stop', { name: 'Một cửa', precedence: 100, synthetic: false })
  const rowsOf = async (query: string) => (await get(query)).body.items
  const listed = async (query: string) => rowsOf(`${query.replace('/on-time', '/on-time/explain/dossiers').replace('basis=records&', '')}&method=reception`)

  t.test('is in time within 8 working hours from filing, to the second', async t => {
    await send(db, GOLDEN.map(([, submitted, received], i) => filed(`g-${i}`, submitted, received)))
    const dossiers = await listed(`${FROM}`)
    for (const [i, [why, , , inTime]] of GOLDEN.entries()) {
      const found = dossiers.filter(({ code }: { code: string }) => code === `g-${i}`)
      t.match(found, [{ in_time: inTime, in_numerator: inTime, limit_hours: 8 }], why)
    }
    const inTime = GOLDEN.filter(([, , , inTime]) => inTime).length
    t.match(await rowsOf(`${FROM}&method=reception&details=true`), [{
      numerator: inTime, denominator: GOLDEN.length, method: 'reception', reception_in_time: inTime,
      reception_overdue: GOLDEN.length - inTime, reception_pending_in_time: 0, reception_pending_overdue: 0,
      not_received: 0
    }])
    t.match(dossiers.find(({ code }: { code: string }) => code === 'g-3'), {
      waited_hours: 8, submitted_at: '2021-03-01T16:59:00.000+07:00', received_at: '2021-03-02T16:59:01.000+07:00', counted_on: '2021-03-02'
    })
    await forget(db)
  })

  t.test('waits at the end of a span, in time or late, and counts once it comes', async t => {
    const { outcomes } = await send(db, [
      waiting('w', '03-12 08:00:00'), waiting('x', '03-12 07:00:00', { unit: 'H56-381' }), waiting('y', '03-11 20:00:00', { channel: 'direct' }),
      waiting('r', '03-12 08:00:00', { status: 3, refused_at: at('03-13 09:00:00') }), waiting('s', '03-12 08:00:00', { status: 3, updated_at: at('03-15 09:00:00') }),
      waiting('t', '03-12 08:00:00', { status: 3, refused_at: at('03-12 09:00:00'), refused_after_acceptance: true })
    ])
    t.same(outcomes, Array(6).fill('created'))
    const until = (day: string, others = '') => `/v1/on-time?basis=records&from=2021-03-10&to=2021-03-${day}&details=true&method=reception${others}`
    t.match(await rowsOf(until('12')), [{
      numerator: 5, denominator: 5, on_time_percent: 100, received: 0, reception_pending_in_time: 5,
      reception_pending_overdue: 0, not_received: 0
    }], 'those that were refused later waited then')
    t.match(await rowsOf(until('15')), [{ numerator: 0, denominator: 3, reception_pending_overdue: 3, not_received: 2 }])
    t.match(await rowsOf(until('15', '&group_by=unit')), [
      { unit: 'H56-380', denominator: 2, not_received: 2 }, { unit: 'H56-381', denominator: 1, not_received: 0, received: 0 }
    ])
    t.match(await rowsOf(until('15', '&group_by=channel,level')), [
      { channel: 'direct', level: 'district', denominator: 1 }, { channel: 'online', denominator: 2 }
    ])
    t.match(await rowsOf(until('12', '&unit=H56-381')), [{ denominator: 1 }])
    t.match(await rowsOf(until('12', '&online_service=full')), [{ denominator: 0, on_time_percent: null }])
    t.match(await rowsOf('/v1/on-time?basis=records&period=cal-2021-M02,cal-2021-M03&group_by=period&details=true&method=reception'), [
      { period: 'cal-2021-M03', reception_pending_overdue: 3, not_received: 2 }
    ])
    t.match(await listed(until('12').replace('&details=true&method=reception', '')), [
      { code: 'r', is_pending: undefined, received_at: null, waited_hours: 7, counted_on: '2021-03-12', in_time: true, ended_at: null },
      { code: 's' }, { code: 'w' }, { code: 'y', waited_hours: 8 }, { code: 'x', waited_hours: 8, limit_hours: 8 }
    ])

    await send(db, [filed('w', '03-12 08:00:00', '03-16 09:00:00')])
    t.match(await rowsOf(until('15')), [{ denominator: 3, reception_pending_overdue: 3 }], 'it waited then')
    t.match(await rowsOf(until('16')), [{ denominator: 3, reception_pending_overdue: 2, reception_overdue: 1, received: 1 }])
    t.match(await rowsOf('/v1/on-time?basis=records&from=2021-03-17&to=2021-03-18&method=reception'), [{ denominator: 2 }])
    await send(db, [{ code: 'w', unit: 'H56-380', updated_at: at('03-17 09:00:00'), deleted: true }])
    t.match(await rowsOf(until('16')), [{ denominator: 2, reception_pending_overdue: 2 }])

    const form = await get('/v1/forms/07a-btp/H56/cal-2021-M03?basis=records')
    t.match(form.body.grand_total, {
      reception_pending_in_time: 0, reception_pending_overdue: 2, not_received: 2, receipts_issued: null
    })
    t.match((await get('/v1/units/H56-381/on-time-series?from=2021-03&to=2021-04&calendar=calendar&basis=records&method=reception')).body.items, [
      { period: 'cal-2021-M03', numerator: 0, denominator: 1, on_time_percent: 0 }, { denominator: 1 }
    ])
    t.match((await get('/v1/units/H56-381/on-time-series?from=2019-01&to=2021-04&calendar=calendar&basis=records&method=reception')).body, {
      errors: [{ pointer: '/query/to', code: 'out_of_range' }]
    })
    await forget(db)
  })

  t.test('is late today when today is over', async t => {
    let now = at('03-15 16:00:00')
    const app = await buildApp({ db, now: () => Date.parse(now), http: { maxEventLoopDelay: 0 } })
    t.teardown(() => app.close())
    await send(db, [waiting('a', '03-12 07:00:00'), waiting('b', '03-15 08:00:00'), waiting('c', '03-15 18:00:00')])
    const asked = async () => (await app.inject('/v1/on-time?basis=records&period=cal-2021-M03&method=reception')).json().items
    t.match(await asked(), [{ numerator: 3, denominator: 3, provisional: true }])
    now = at('03-16 06:00:00')
    t.match(await asked(), [{ numerator: 2, denominator: 3 }], 'one has waited all of a day and more')
    await forget(db)
  })

  t.test('counts where a dossier was received, and by the units of another day', async t => {
    await send(db, [filed('a', '03-01 08:00:00', '03-01 09:00:00', { unit: 'H56-14758' }), filed('b', '03-01 08:00:00', '03-05 09:00:00', { unit: 'H56-381' })])
    await send(db, [filed('b', '03-01 08:00:00', '03-05 09:00:00', { unit: 'H56-380', updated_at: at('03-09 08:00:00') })])
    t.match(await rowsOf(`${FROM}&method=reception&group_by=unit`), [{ unit: 'H56-14758', numerator: 1 }, { unit: 'H56-380', denominator: 0 }, { unit: 'H56-381', denominator: 1, numerator: 0 }])
    const current = `${FROM}&method=reception&hierarchy=as_of:2025-07-01`
    t.match(await rowsOf(`${current}&group_by=level`), [{ level: 'commune' }, { level: 'district' }])
    const [row] = (await rowsOf(`${current}&unit=H56-14758`)) as { denominator: number }[]
    const parts = (await listed(`${FROM}&hierarchy=as_of:2025-07-01&unit=H56-14758`)) as { share: number }[]
    t.equal(parts.reduce((sum, { share }) => sum + share, 0), row!.denominator)
    await forget(db)
  })

  t.test('counts once of a dossier that was reopened', async t => {
    await send(db, [filed('a', '03-01 08:00:00', '03-01 09:00:00', { status: 10, finished_at: at('03-02 09:00:00'), returned_at: at('03-02 09:00:00'), updated_at: at('03-02 09:00:00') })])
    await send(db, [filed('a', '03-01 08:00:00', '03-10 09:00:00')])
    const until = (to: string) => `/v1/on-time?basis=records&from=2021-03-01&to=2021-03-${to}&details=true&unknown=true`
    for (const to of ['05', '31']) {
      t.match(await rowsOf(until(to)), [{ reception_in_time: 1, reception_overdue: 0, reception_pending_overdue: 0 }])
    }
    await forget(db)
  })

  t.test('is unknown of what was received online without saying when it was filed', async t => {
    const { submitted_at: _, ...unsaid } = filed('u', '03-01 08:00:00', '03-01 09:00:00')
    const asked = `${FROM}&method=reception&details=true&unknown=true`
    await send(db, [unsaid, { ...unsaid, code: 'v', channel: 'direct' }])
    t.match(await rowsOf(asked), [{
      numerator: 0, denominator: 0, reception_in_time: null, reception_in_time_unknown: 1,
      reception_pending_in_time: null, reception_pending_in_time_unknown: 1, not_received: null, not_received_unknown: 1
    }], 'who never says it does not send what waits')
    await send(db, [filed('k', '03-01 08:00:00', '03-01 09:00:00')])
    t.match(await rowsOf(asked), [{
      numerator: 1, denominator: 1, on_time_percent: 100, reception_in_time: null, reception_in_time_unknown: 1,
      reception_pending_in_time: 0, not_received: 0, not_received_unknown: 0
    }])
    await send(db, [{ ...unsaid, code: 'z', status: 1 }])
    t.match(await rowsOf(asked), [
      { denominator: 1, reception_pending_in_time: null, reception_pending_overdue_unknown: 1, not_received: 0 }
    ])
    await forget(db)
  })

  t.test('has the limits of the calendar, 4 hours for interlinked procedures where so ruled', async t => {
    const { body: standard } = await get('/v1/calendars/vn')
    t.match(standard.reception_limits, [{ valid_from: '2020-01-01', working_hours: 8, interlinked_working_hours: null }])
    const own = {
      ...standard, code: 'thanh-hoa', province: 'H56',
      reception_limits: [
        { valid_from: '2021-03-05', working_hours: 8, interlinked_working_hours: 4, source: 'x' },
        { valid_from: '2021-03-01', working_hours: 6, source: 'x' }
      ]
    }
    t.match(await post('/v1/calendars', { items: [{ ...own, reception_limits: [own.reception_limits[0], own.reception_limits[0]] }] }), {
      status: 422, body: { errors: [{ pointer: '/items/0/reception_limits/1/valid_from', code: 'duplicate_key' }] }
    })
    t.match(await post('/v1/calendars', { items: [own] }), { status: 200 })
    const { reception_limits: limits, ...rest } = own
    t.match((await post('/v1/calendars', { items: [rest] })).body, { unchanged: 1 }, 'what is left out stays')
    t.match(await post('/v1/procedures', {
      items: [{ code: '9.999777', name: 'Liên thông', field: 'justice', level: 'district', interlinked: 'cross_level', valid_from: '2016-01-01' }]
    }), { status: 200 })
    const linked = { procedure: '9.999777' }
    await send(db, [
      filed('a', '03-08 08:00:00', '03-08 14:00:00', linked), filed('b', '03-08 08:00:00', '03-08 14:00:01', linked),
      filed('c', '03-08 08:00:00', '03-09 08:00:00'), filed('d', '03-02 08:00:00', '03-02 16:00:00', linked),
      filed('e', '03-02 08:00:00', '03-02 16:00:01'), filed('f', '02-26 08:00:00', '02-26 09:00:00')
    ])
    const found = async (more: string) => (await listed(`${FROM}${more}`))
      .map(({ code, in_time, limit_hours }: { code: string, in_time: boolean, limit_hours: number }) => (
        `${code} ${in_time} ${limit_hours}`))
    for (const more of ['', '&unit=H56']) {
      t.same(await found(more), ['b false 4', 'e false 6', 'a true 4', 'c true 8', 'd true 6'])
    }
    t.match(await rowsOf(`${FROM}&unit=H56&details=true&unknown=true`), [{ reception_in_time: null, reception_in_time_unknown: 1 }], 'no limit is known in February')
    await post('/v1/calendars', { items: [{ ...own, reception_limits: [] }] })
    t.match(await rowsOf(`${FROM}&unit=H56&method=reception`), [{ numerator: 6, denominator: 6 }], 'those of the country')
    await sql`delete from working_calendar_days where working_calendar = 'thanh-hoa'`.execute(db)
    await sql`delete from working_calendars where code = 'thanh-hoa'`.execute(db)
    await forget(db)
  })

  t.test('is counted once where the calendar of the country is that of a province', async t => {
    const { body: standard } = await get('/v1/calendars/vn')
    await send(db, [filed('a', '03-01 08:00:00', '03-01 09:00:00')])
    for (const province of ['H56', null]) {
      t.match(await post('/v1/calendars', { items: [{ ...standard, province }] }), { status: 200 })
      for (const unit of ['', '&unit=H56']) {
        t.match(await rowsOf(`${FROM}&method=reception${unit}`), [{ numerator: 1, denominator: 1 }])
      }
    }
    await forget(db)
  })

  t.test('is explained by its dossiers, which add up to the figure', async t => {
    await send(db, [
      filed('a', '03-01 08:00:00', '03-01 09:00:00'), filed('b', '03-01 08:00:00', '03-09 09:00:00'), waiting('c', '03-31 16:00:00'), waiting('d', '03-02 16:00:00')
    ])
    const { body } = await get(`${FROM.replace('on-time', 'on-time/explain')}&method=reception`)
    t.match(body, { rows_of: 'dossiers', rows: [], numerator: 2, denominator: 4, on_time_percent: 50 })
    const parts = async (part: string) => ((await get(`${body.dossiers_url}&part=${part}`)).body.items as { code: string }[]).map(({ code }) => code)
    t.same(await parts('denominator'), ['b', 'd', 'a', 'c'])
    t.same(await parts('numerator'), ['a', 'c'])
    t.same(await parts('rest'), ['b', 'd'])
    t.match(await get('/v1/on-time/explain/dossiers?from=2021-02-01&to=2021-03-31&method=reception&format=csv'), { status: 200, text: /waited_hours,limit_hours/ })
    await forget(db)
  })

  t.test('needs the years of the calendar, and is measured for a year at most', async t => {
    const faults = async (query: string) => {
      const { status, body } = await get(`/v1/on-time?basis=records&method=reception&${query}`)
      return [status, ...(body.errors ?? []).map(({ pointer, code }: Record<string, string>) => `${pointer} ${code}`)]
    }
    t.same(await faults('from=2019-12-30&to=2020-01-10'), [400, '/query/to calendar_year_missing'])
    t.same(await faults('period=cal-2019-M12'), [400, '/query/period calendar_year_missing'])
    t.same(await faults('from=2020-01-01&to=2020-01-10'), [200])
    t.same(await faults('from=2020-01-06&to=2020-01-10'), [200])
    t.same(await faults('from=2020-02-01&to=2021-02-01'), [400, '/query/to out_of_range'])
    t.match(await get('/v1/on-time?period=2021-Q3&method=reception'), { body: { errors: [{ pointer: '/query/method', code: 'needs_records' }] } })
    t.match(await send(db, [item({ code: 'old', received_at: '2020-01-02T08:00:00+07:00', updated_at: '2020-01-02T08:00:00+07:00', due_at: null })]), { outcomes: ['created'] })
    t.match(await rowsOf('/v1/on-time?basis=records&from=2019-12-31&to=2020-01-31&details=true&unknown=true'), [
      { received: 1, reception_in_time: null, reception_in_time_unknown: 1, not_received: null }
    ], 'of all measures those of reception are unknown')
    const early = (code: string, submitted: string) => item({
      code, submitted_at: submitted, received_at: '2020-01-02T09:00:00+07:00', updated_at: '2020-01-02T09:00:00+07:00', due_at: null
    })
    await send(db, [early('known', '2020-01-02T08:00:00+07:00'), early('before', '2019-12-31T16:00:00+07:00')])
    t.match(await rowsOf('/v1/on-time?basis=records&period=cal-2020-M01&details=true&unknown=true&method=reception'), [
      { numerator: 1, denominator: 1, reception_in_time: null, reception_in_time_unknown: 1 }
    ], 'no limit is known of what was filed before the calendar')
    await forget(db)
  })
})
