import { sql } from 'kysely'
import { vietnam } from '../../../src/seed/calendars/vn.ts'
import { nameOfDay, parseDay } from '../../../src/time/business-day.ts'
import { addCalendar } from '../../../src/working-time/calendars/store.ts'
import { forEachDatabase, type Service } from '../../database.ts'
import { VIETNAM } from '../golden.ts'

const HOURS = {
  valid_from: '2020-01-01', morning_from: '07:00', morning_to: '11:30', afternoon_from: '13:30', afternoon_to: '17:00', source: 'x'
}
const NEW_YEAR = { date: '2026-01-01', kind: 'holiday' as const, name: 'Tết Dương lịch', source: 'x' }
/** A year with no day off but its first. */
const yearOf = (year: number) => ({ year, days: [{ ...NEW_YEAR, date: `${year}-01-01` }] })
const CALENDAR = { code: 'own', name: 'Lịch riêng', weekend: [6, 7], office_hours: [HOURS], years: [{ year: 2026, days: [NEW_YEAR] }] }

async function faultsOf (post: Service['post'], ...items: unknown[]) {
  const { body } = await post('/v1/calendars', { items })
  return body.errors.map(({ pointer, code }: Record<string, string>) => `${pointer} ${code}`).sort()
}

forEachDatabase('the calendar of Vietnam', async (t, { get, db }) => {
  t.test('has the holidays of 2020 to 2026 with their sources', async t => {
    const { body } = await get('/v1/calendars/vn')
    t.same(body, vietnam())
    t.same(body.years.map(({ year }: { year: number }) => year), [2020, 2021, 2022, 2023, 2024, 2025, 2026])
    t.match((await get('/v1/calendars')).body.items, [
      { code: 'vn', province: null, weekend: [6, 7], first_year: 2020, last_year: 2026 }
    ])
    t.match(await get('/v1/calendars/none'), { status: 404, body: { code: 'not_found' } })
  })

  t.test('shows every day of a year', async t => {
    const { items } = (await get('/v1/calendars/vn/days?year=2026')).body
    t.equal(items.length, 365)
    t.same(items[1], {
      day: '2026-01-02', weekday: 5, is_working: false, working_days: items[0].working_days, kind: 'swapped_day_off',
      name: 'Nghỉ hoán đổi, làm bù ngày 10/01/2026', source: 'Công văn 12729/VPCP-KGVX ngày 25/12/2025'
    })
    t.match(items[9], { day: '2026-01-10', weekday: 6, is_working: true, kind: 'compensatory_working_day' })
    t.match(items[4], { day: '2026-01-05', is_working: true, kind: null, name: null, source: null })
    t.equal(items.filter((day: { is_working: boolean }) => day.is_working).length, 249)
    t.equal((await get('/v1/calendars/vn/days?limit=10000')).body.items.length, 2_557)
    t.match(await get('/v1/calendars/vn/days?year=2027'), {
      status: 400, body: { errors: [{ pointer: '/query/year', code: 'calendar_year_missing' }] }
    })
    t.match(await get('/v1/calendars/none/days'), { status: 404 })
    t.match((await get('/v1/calendars/vn/days?year=2026&format=csv')).text, /2026-02-17,2,false,\d+,holiday,Tết Bính Ngọ \(mùng 1\)/)
  })

  t.test('counts working days in SQL as the rule does', async t => {
    const { rows } = await sql<{ day: string, working_days: number, is_working: boolean }>`
      select day, working_days, is_working from working_calendar_days where working_calendar = 'vn' order by day`.execute(db)
    t.same(rows, Array.from({ length: VIETNAM.last - VIETNAM.first + 1 }, (_, i) => VIETNAM.first + i).map(day => (
      { day: nameOfDay(day), working_days: VIETNAM.workingDaysTo(day), is_working: VIETNAM.isWorking(day) })))
    const { rows: [found] } = await sql<{ days: number }>`
      select b.working_days - a.working_days as days from working_calendar_days a join working_calendar_days b using (working_calendar)
      where working_calendar = 'vn' and a.day = '2026-02-13' and b.day = '2026-02-24'`.execute(db)
    t.equal(found!.days, 2, 'after the last day before Tết, up to the second after it')
    t.equal(VIETNAM.workingDaysTo(parseDay('2026-12-31')) - VIETNAM.workingDaysTo(parseDay('2025-12-31')), 249)
  })
})

forEachDatabase('a calendar that is posted', async (t, { get, post, put, db }) => {
  t.test('is created, unchanged and updated, and its changes are listed', async t => {
    t.match((await post('/v1/calendars?dry_run=true', { items: [CALENDAR] })).body, { created: 1, rows: [{ after: CALENDAR }] })
    t.match(await get('/v1/calendars/own'), { status: 404 })
    t.match((await post('/v1/calendars', { items: [CALENDAR] })).body, { created: 1 })
    t.match((await post('/v1/calendars', { items: [CALENDAR] })).body, { unchanged: 1 })
    const holiday = { ...NEW_YEAR, date: '2026-03-02', name: 'Ngày riêng' }
    const changed = { ...CALENDAR, years: [{ year: 2026, days: [holiday, NEW_YEAR] }] }
    t.match((await post('/v1/calendars', { items: [changed] })).body, { updated: 1 })
    t.same((await get('/v1/calendars/own')).body.years, [{ year: 2026, days: [NEW_YEAR, holiday] }], 'in the order of days')
    const { items } = (await get('/v1/calendars/own/days?year=2026')).body
    t.match(items.find(({ day }: { day: string }) => day === '2026-03-02'), { is_working: false, name: 'Ngày riêng' })
    t.match((await get('/v1/changes?resource=calendars')).body.items.at(-1), { action: 'updated', key: { code: 'own' } })
  })

  t.test('gets further years beside those that it has', async t => {
    const { years: _, ...others } = CALENDAR
    await post('/v1/calendars', { items: [{ ...others, years: [yearOf(2027)] }] })
    t.match((await get('/v1/calendars')).body.items.find(({ code }: { code: string }) => code === 'own'), { first_year: 2026, last_year: 2027 })
    t.match((await post('/v1/calendars', { items: [{ ...others, name: 'Tên khác' }] })).body, { updated: 1 })
    t.same((await get('/v1/calendars/own')).body.years.length, 2)
    t.same(await faultsOf(post, { ...others, years: [yearOf(2029)] }), ['/items/0/years calendar_year_missing'])
    t.same(await faultsOf(post, { ...others, code: 'empty' }), ['/items/0/years missing'])
  })

  t.test('is that of one province', async t => {
    t.match((await post('/v1/calendars', { items: [{ ...CALENDAR, province: 'H56' }] })).body, { updated: 1 })
    t.same(await faultsOf(post, { ...CALENDAR, code: 'b', province: 'H56' }), ['/items/0/province province_taken'])
    const handedOver = (to: string, from: string) => ({ items: [
      { ...CALENDAR, code: to, province: 'H56' }, { ...CALENDAR, code: from, province: null }
    ] })
    const ofProvince = async () => (await get('/v1/calendars')).body.items
      .flatMap(({ code, province }: { code: string, province: string | null }) => province === 'H56' ? [code] : [])
    t.match(await post('/v1/calendars', handedOver('next', 'own')), { status: 200, body: { created: 1, updated: 1 } })
    t.same(await ofProvince(), ['next'], 'handed over in one batch')
    t.match(await post('/v1/calendars', handedOver('own', 'next')), { status: 200, body: { updated: 2 } })
    t.same(await ofProvince(), ['own'])
    t.same(await faultsOf(post, { ...CALENDAR, code: 'b', province: 'H56-380' }), ['/items/0/province unknown_unit'])
    t.same(await faultsOf(post, { ...CALENDAR, code: 'b' }, { ...CALENDAR, code: 'b' }), ['/items/0 duplicate_key', '/items/1 duplicate_key'])
  })

  t.test('has working days of 8 hours, in order, and from its first day on', async t => {
    const withHours = (...hours: object[]) => faultsOf(post, { ...CALENDAR, office_hours: hours })
    t.same(await withHours({ ...HOURS, morning_from: '07:30' }), ['/items/0/office_hours/0 not_eight_hours'])
    t.same(await withHours({ ...HOURS, afternoon_from: '11:00' }), ['/items/0/office_hours/0/afternoon_from out_of_range'])
    t.same(await withHours({ ...HOURS, morning_to: '07:00' }), ['/items/0/office_hours/0/morning_to out_of_range'])
    t.same(await withHours({ ...HOURS, morning_to: '7:00' }), ['/items/0/office_hours/0/morning_to malformed'])
    t.same(await withHours(HOURS, HOURS), ['/items/0/office_hours/1/valid_from duplicate_key'])
    t.same(await withHours({ ...HOURS, valid_from: '2026-01-02' }), ['/items/0/office_hours missing'])
    t.same(await withHours({ ...HOURS, morning_to: '12:00', afternoon_from: '12:00', afternoon_to: '15:00' }), [], 'without a break')
  })

  t.test('names days of its years, each once', async t => {
    const withDays = (...days: object[]) => faultsOf(post, { ...CALENDAR, years: [{ year: 2026, days }] })
    t.same(await withDays({ ...NEW_YEAR, date: '2025-01-01' }), ['/items/0/years/0/days/0/date out_of_range'])
    t.same(await withDays(NEW_YEAR, NEW_YEAR), ['/items/0/years/0/days/1/date duplicate_key'])
    t.same(await withDays({ ...NEW_YEAR, kind: 'compensatory_working_day' }), ['/items/0/years/0/days/0/date not_a_day_off'])
    t.same(await withDays(), ['/items/0/years/0/days missing'], 'no year is without holidays')
    t.same(await withDays({ ...NEW_YEAR, kind: 'other' }), ['/items/0/years/0/days/0/kind not_allowed'])
    t.same(await faultsOf(post, { ...CALENDAR, years: [...CALENDAR.years, yearOf(2026)] }), ['/items/0/years/1/year duplicate_key'])
  })

  t.test('is not one province\'s to change', async t => {
    await put('/v1/clients/bound', { name: 'bound', scopes: ['write:catalogue'], unit: 'H56' })
    const { body: { key } } = await post('/v1/clients/bound/keys', undefined)
    t.match(await post('/v1/calendars', { items: [CALENDAR] }, { authorization: `Bearer ${key}` }), {
      status: 403, body: { code: 'forbidden_rows', errors: [{ code: 'forbidden_unit' }] }
    })
  })

  t.test('that a database lacks is added at its start', async t => {
    await addCalendar(db, { ...vietnam(), code: 'fresh' })
    t.same((await get('/v1/calendars/fresh')).body, { ...vietnam(), code: 'fresh' })
  })

  t.test('that a later version of the service has more years of gets those it lacks', async t => {
    const { years, ...others } = vietnam()
    const later = { ...others, name: 'Tên mới', years: [...years, yearOf(2027)] }
    await addCalendar(db, later)
    await addCalendar(db, later)
    const { body } = await get('/v1/calendars/vn')
    t.equal(body.years.at(-1).year, 2027)
    t.equal(body.name, vietnam().name, 'what is there stays')
    t.equal((await get('/v1/calendars/vn/days?year=2027')).body.items.length, 365)
  })
})
