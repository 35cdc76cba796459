import { sql } from 'kysely'
import { backlog } from '../../../src/dossiers/backlog/queries.ts'
import { BACKLOG_KEYS, type BacklogQuery } from '../../../src/dossiers/backlog/schema.ts'
import { dossiers } from '../../../src/dossiers/queries.ts'
import type { ListQuery } from '../../../src/dossiers/schema.ts'
import { givenClient } from '../../client.ts'
import { forEachDatabase } from '../../database.ts'
import { forget, item, send } from '../given.ts'

const on = (day: string, time = '08:00') => `${day}T${time}:00+07:00`
/** A Thursday. From the 30th to 2021-05-03 are days off, and 2021-04-21 was one. */
const TODAY = '2021-04-29'
const NOW = Date.parse(on(TODAY, '10:00'))
const PAGE = { limit: 100 }

/** Received on Monday of the week before. */
const open = (code: string, more: object = {}) => item({
  code, received_at: on('2021-04-19'), due_at: on('2021-05-31'), updated_at: on('2021-04-19'), ...more
})
const maybe = (day: string | null) => day === null ? null : on(day)
const supplement = (requested: string, completed: string | null, due: string | null = null) => (
  { requested_at: on(requested), completed_at: maybe(completed), new_due_at: maybe(due) })

forEachDatabase('the backlog', async (t, service) => {
  const { db, get } = service
  t.afterEach(() => forget(db))
  const counted = async (asked: BacklogQuery = {}, now = NOW) => (await backlog(db, asked, PAGE, null, now)).items
  const one = async (asked: BacklogQuery = {}, now = NOW) => {
    const [row] = await counted(asked, now)
    return Object.fromEntries(Object.entries(row!).filter(([name, value]) => (
      value !== 0 && value !== null && !['as_of', 'calendar', 'mean_age_days', 'oldest_received_on'].includes(name))))
  }
  const listed = async (filters: ListQuery, now = NOW) => (
    (await dossiers(db, filters, PAGE, null, now)).items.map(({ code }) => code))

  t.test('of nothing is one row of nothing', async t => {
    t.match(await counted(), [{
      unit: null, open: 0, overdue: 0, age_to_5: 0, mean_age_days: null, oldest_received_on: null, as_of: TODAY, calendar: 'vn'
    }])
    t.same(await counted({ group_by: ['unit'] }), [])
  })

  t.test('of a province is that of all its units', async t => {
    await send(db, [open('a'), open('b', { unit: 'H56-14755', due_at: on('2021-04-20') }), open('c', { unit: 'H56-SNV', status: 5 })])
    for (const asked of [{ group_by: ['field'] }, { group_by: ['unit'] }, { as_of: '2021-04-28' }] satisfies BacklogQuery[]) {
      const all = await counted(asked)
      t.same(await counted({ ...asked, unit: 'H56' }), all)
      t.equal(all.reduce((sum, { open }) => sum + open, 0), 3)
    }
  })

  t.test('holds what is open and was received', async t => {
    const end = { status: 9, finished_at: on('2021-04-20'), updated_at: on('2021-04-20') }
    await send(db, [
      open('a'), open('b', { status: 2 }), open('c', { status: 6 }), open('ended', end), open('registered', { status: 1 }),
      open('tomorrow', { received_at: on('2021-04-30') })
    ])
    t.same(await one(), { open: 3, due_in_over_10: 3, age_6_to_10: 3 })
    t.match(await counted(), [{ mean_age_days: 10, oldest_received_on: '2021-04-19' }])
  })

  t.test('is split by working days left and late', async t => {
    const due = (day: string, time?: string) => open(day, { due_at: on(day, time) })
    await send(db, [
      due('2021-03-30', '17:00'), due('2021-03-31'), due('2021-04-20'), due('2021-04-21'), due('2021-04-28'), due(TODAY, '09:00'),
      due('2021-05-01'), due('2021-05-04'), due('2021-05-06'), due('2021-05-07'), due('2021-05-17'), due('2021-05-18'),
      open('never', { due_at: null })
    ].map(dossier => ({ ...dossier, received_at: on('2021-03-01') })))
    t.same(await one(), {
      open: 13, without_due_date: 1, overdue: 5, overdue_over_20: 1, overdue_6_to_20: 3, overdue_to_5: 1, due_today: 2,
      due_in_1_to_3: 2, due_in_4_to_10: 2, due_in_over_10: 1, age_21_to_60: 13
    })
    t.same(await listed({ overdue: true }), ['2021-03-30', '2021-03-31', '2021-04-20', '2021-04-21', '2021-04-28'])
    t.same(await listed({ due_within: '0d' }), [TODAY, '2021-05-01'], 'days off do not count')
    t.same(await listed({ due_within: '3d' }), [TODAY, '2021-05-01', '2021-05-04', '2021-05-06'])
    t.equal((await listed({ due_within: '3d', overdue: true })).length, 9)
    t.equal((await listed({ overdue: false })).length, 8)
  })

  t.test('is split by age', async t => {
    const received = (day: string) => open(day, { received_at: on(day), updated_at: on(day), due_at: null })
    await send(db, ['2021-01-20', '2021-02-01', '2021-03-26', '2021-04-08', '2021-04-14', '2021-04-15', '2021-04-20', '2021-04-22', TODAY].map(received))
    t.same(await one(), {
      open: 9, without_due_date: 9, age_to_5: 2, age_6_to_10: 3, age_11_to_20: 1, age_21_to_60: 2, age_over_60: 1
    })
    t.match(await one({}, Date.parse(on('2021-04-28'))), { open: 8, age_to_5: 2, age_6_to_10: 2 })
  })

  t.test('waits for no supplement, and is due when the last one says', async t => {
    await send(db, [
      open('status', { status: 5, due_at: on('2021-04-20') }),
      open('listed', { due_at: on('2021-04-20'), supplements: [supplement('2021-04-19', null)] }),
      open('done', { due_at: on('2021-04-20'), supplements: [supplement('2021-04-19', '2021-04-21', '2021-05-04')] }),
      open('done-late', { due_at: on('2021-04-20'), supplements: [supplement('2021-04-19', '2021-04-21')] }),
      open('done-today', { due_at: on('2021-04-20'), supplements: [supplement('2021-04-19', TODAY)] })
    ])
    t.same(await one(), {
      open: 5, awaiting_supplement: 2, overdue: 1, overdue_6_to_20: 1, due_today: 1, due_in_1_to_3: 1, age_6_to_10: 5
    }, 'a due date that was past when it was set is reached on that day')
    t.same(await listed({ overdue: true }), ['done-late'])
    t.same(await listed({ due_within: '1d' }), ['done', 'done-today'])
    t.same(await listed({ overdue: false }), ['done', 'done-today', 'listed', 'status'])
  })

  t.test('has groups, filters and pages', async t => {
    await send(db, [
      open('a', { channel: 'online' }), open('b', { unit: 'H56-14755' }),
      open('c', { unit: 'H56-381', procedure: '1.001193' })
    ])
    const by = async (asked: BacklogQuery) => (await counted(asked)).map(row => (
      [...BACKLOG_KEYS.map(key => row[key]), row.open].filter(value => value !== null).join(' ')))
    t.same(await by({ group_by: ['unit'] }), ['H56-14755 1', 'H56-380 1', 'H56-381 1'])
    t.same(await by({ group_by: ['level'] }), ['commune 1', 'district 2'])
    t.same(await by({ group_by: ['unit'], level: ['district'] }), ['H56-380 1', 'H56-381 1'])
    t.same(await by({ group_by: ['channel', 'field'] }), [
      'business-registration direct 1', 'civil-status direct 1', 'business-registration online 1'
    ])
    t.same(await by({ group_by: ['procedure'], unit: 'H56-381' }), ['1.001193 1'])
    t.same(await by({ unit: 'H56', level: ['commune'] }), ['1'])
    t.same(await by({ field: ['civil-status'], channel: ['direct'], procedure: ['1.001193'], source: 'one-stop' }), ['1'])
    t.same(await by({ source: 'sample' }), ['0'])
    const first = await backlog(db, { group_by: ['unit'] }, { limit: 2 }, null, NOW)
    t.match((await backlog(db, { group_by: ['unit'] }, { limit: 2, cursor: first.next_cursor! }, null, NOW)).items, [{ unit: 'H56-381' }])
    const { headers } = await givenClient(service, 'of-381', { scopes: ['read'], unit: 'H56-381' })
    t.match((await get(`/v1/backlog?group_by=unit&as_of=${TODAY}`, headers)).body.items, [
      { unit: 'H56-381', unit_name: /\S/, open: 1, due_in_over_10: 1 }
    ])
    t.match((await get(`/v1/backlog?group_by=unit&as_of=${TODAY}&format=csv`)).text, /\r\n,,,,H56-14755,/)
  })

  t.test('of a past day is as it was then', async t => {
    const at = (code: string, day: string, more: object) => open(code, { updated_at: on(day), ...more })
    await send(db, [
      at('ended', '2021-04-28', { status: 9, finished_at: on('2021-04-28'), due_at: on('2021-04-21') }),
      at('waited', '2021-04-28', { due_at: on('2021-04-20'), supplements: [supplement('2021-04-21', '2021-04-23', '2021-05-31')] }),
      at('again', '2021-04-28', { supplements: [
        supplement('2021-04-20', '2021-04-20'), { ...supplement('2021-04-27', null), old_due_at: on('2021-04-22') }
      ] }),
      at('moved', '2021-04-19', {})
    ])
    await send(db, [at('moved', '2021-04-22', { unit: 'H56-381' })])
    t.same(await one({ as_of: '2021-04-18' }), {})
    t.same(await one({ as_of: '2021-04-20' }), { open: 4, overdue: 1, overdue_to_5: 1, due_today: 1, due_in_1_to_3: 1, due_in_over_10: 1, age_to_5: 4 })
    t.match(await one({ as_of: '2021-04-22' }), { open: 4, awaiting_supplement: 1, overdue: 2, due_in_over_10: 1 })
    t.match(await one({ as_of: '2021-04-23' }), { open: 4, overdue: 2, due_in_over_10: 2 })
    t.match(await one({ as_of: '2021-04-28' }), { open: 3, awaiting_supplement: 1, due_in_over_10: 2 })
    const units = async (day: string) => (await counted({ as_of: day, group_by: ['unit'] })).map(({ unit, open }) => [unit, open])
    t.same(await units('2021-04-21'), [['H56-380', 4]])
    t.same(await units('2021-04-22'), [['H56-380', 3], ['H56-381', 1]])
  })

  t.test('has all that is known where the calendar ends soon', async t => {
    // It ends on Thursday 2026-12-31, so nobody knows which working day is the next one after it.
    const due = (code: string, day: string | null) => open(code, { due_at: maybe(day) })
    await send(db, [due('late', '2026-12-01'), due('soon', '2026-12-28'), due('next-year', '2027-02-01'), due('never', null)])
    const ahead = async (day: string) => {
      const [row] = await counted({}, Date.parse(on(day)))
      t.match(row, { open: 4, without_due_date: 1, age_over_60: 4, as_of: day })
      return [row!.overdue, row!.due_today, row!.due_in_1_to_3, row!.due_in_4_to_10, row!.due_in_over_10]
    }
    t.same(await ahead('2026-12-16'), [1, 0, 0, 1, 1])
    t.same(await ahead('2026-12-17'), [1, 0, 0, null, null])
    t.same(await ahead('2026-12-25'), [1, 0, 1, null, null])
    t.same(await ahead('2026-12-28'), [1, 1, null, null, null])
    t.same(await ahead('2026-12-31'), [2, null, null, null, null])
    t.match(await counted({ as_of: '2026-12-31', group_by: ['unit'] }, Date.parse(on('2028-01-01'))), [{ open: 4, due_today: null }])
    await t.rejects(counted({}, Date.parse(on('2027-01-01'))), /vn does not have .* from 2027-01-01/, 'ages need the day itself')
    t.same(await listed({ due_within: '2d' }, Date.parse(on('2026-12-28'))), ['soon'])
    await t.rejects(listed({ due_within: '3d' }, Date.parse(on('2026-12-28'))), /vn does not have .* 3 working days from 2026-12-28/)
  })

  t.test('is refused where a day is to come, or the calendar does not know it', async t => {
    t.match((await get('/v1/backlog?as_of=2199-01-01')).body.errors, [{ pointer: '/query/as_of', code: 'out_of_range' }])
    t.match((await get('/v1/backlog?as_of=2019-12-31')).body.errors, [{ pointer: '/query/as_of', code: 'calendar_year_missing' }])
    t.match((await get('/v1/backlog?as_of=2020-01-15')).body.errors, [{ pointer: '/query/as_of', code: 'calendar_year_missing' }])
    t.match((await get('/v1/dossiers?due_within=999d')).body.errors, [{ pointer: '/query/due_within', code: 'calendar_year_missing' }])
    t.match((await get('/v1/dossiers?due_within=3')).body.errors, [{ pointer: '/query/due_within', code: 'malformed' }])
    t.match((await get('/v1/dossiers?overdue=true')).body.items, [])
  })

  t.test('is counted by the calendar of the province, if it has its own', async t => {
    await db.transaction().execute(async trx => {
      await sql`
        insert into working_calendars (code, name, province, weekend, office_hours, years)
        select 'own', name, 'H56', weekend, office_hours, years from working_calendars where code = 'vn'`.execute(trx)
      await sql`
        insert into working_calendar_days (working_calendar, day, working_days, is_working)
        select 'own', day, (day - date '2020-01-01'), true from working_calendar_days where working_calendar = 'vn'`.execute(trx)
    })
    await send(db, [open('a', { due_at: on('2021-05-02') })])
    t.match(await counted({ unit: 'H56' }), [{ calendar: 'own', due_in_1_to_3: 1 }])
    t.match(await counted(), [{ calendar: 'vn', due_today: 1 }])
    await sql`delete from working_calendar_days where working_calendar = 'own'`.execute(db)
    await sql`delete from working_calendars where code = 'own'`.execute(db)
  })
})
