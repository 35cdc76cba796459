import { sql } from 'kysely'
import type { DossierItem } from '../../../src/dossiers/schema.ts'
import { dueDateCheck, type CheckedPage } from '../../../src/dossiers/due-date-check/queries.ts'
import type { CheckedDueDate, CheckCounts } from '../../../src/dossiers/due-date-check/schema.ts'
import { forEachDatabase, type Service } from '../../database.ts'
import { item, send } from '../given.ts'
import { at } from '../../working-time/golden.ts'

// Procedure 1.001612 has a term of 3 working days. Monday 2021-06-07 10:00 is due on Thursday 2021-06-10.
const RECEIVED = at('2021-06-07 10:00')
const URL = '/v1/dossiers/due-date-check?period=cal-2021-M06'

function dossier (code: string, due: string | null, given: Partial<DossierItem> = {}): DossierItem {
  return item({ code, received_at: RECEIVED, due_at: due === null ? null : at(due), updated_at: at('2021-06-30 08:00'), ...given })
}

async function given (service: Service) {
  const supplement = { requested_at: at('2021-06-08 10:00'), completed_at: at('2021-06-10 10:00') }
  await send(service.db, [
    dossier('agrees', '2021-06-10 17:00'),
    dossier('early', '2021-06-08 10:00'),
    dossier('late', '2021-06-14 10:00'),
    dossier('on-a-saturday', '2021-06-12 10:00', { received_at: at('2021-06-08 10:00') }),
    dossier('waited', '2021-06-14 10:00', { supplements: [supplement] }),
    dossier('not-moved', '2021-06-10 10:00', { supplements: [supplement] }),
    dossier('moved', '2021-06-10 10:00', { supplements: [{ ...supplement, new_due_at: at('2021-06-14 17:00') }] }),
    dossier('waits', '2021-06-10 10:00', { status: 5 }),
    dossier('has-waited-since', '2021-06-10 10:00', { status: 7, supplements: [{ requested_at: at('2021-06-08 10:00') }] }),
    dossier('without', null),
    dossier('without-term', '2021-06-10 10:00', { procedure: '1.001193' }),
    dossier('never', '2027-06-10 10:00'),
    dossier('refused', '2021-06-10 10:00', { status: 3 }),
    dossier('before', '2021-06-10 10:00', { received_at: at('2021-05-31 10:00') }),
    dossier('elsewhere', '2021-06-11 10:00', { unit: 'H56-381' })
  ])
}

const QUESTION = { period: 'cal-2021-M06' }
const DEVIATING = ['early', 'late', 'not-moved', 'on-a-saturday', 'elsewhere']
const COUNTS = {
  read: 13, agree: 3, differ: 5,
  not_checkable: { no_due_date: 1, term_unknown: 1, supplement_awaited: 2, calendar_year_missing: 1 }
}

const NOTHING: CheckCounts = {
  read: 0, agree: 0, differ: 0,
  not_checkable: { no_due_date: 0, term_unknown: 0, supplement_awaited: 0, calendar_year_missing: 0 }
}

forEachDatabase('due dates of records', async (t, service) => {
  const { get, post, put, db } = service
  await given(service)

  t.test('that are not what the calendar gives are listed, and others counted', async t => {
    const { body } = await get(URL)
    t.same(body.counts, COUNTS)
    t.same(body.items.map(({ code, difference_working_days: days }: CheckedDueDate) => `${code} ${days}`), [
      'early -2', 'late 2', 'not-moved -2', 'on-a-saturday 0', 'elsewhere 1'
    ])
    t.same(body.items[0], {
      code: 'early', unit: 'H56-380', procedure: '1.001612', received_at: '2021-06-07T10:00:00.000+07:00', working_days: 3,
      due_at: '2021-06-08T10:00:00.000+07:00', expected_due_at: '2021-06-10T10:00:00.000+07:00', difference_working_days: -2
    })
    t.equal(body.next_cursor, null)
  })

  t.test('are those of a unit, and within reach', async t => {
    t.match((await get(`${URL}&unit=H56-381`)).body, { counts: { read: 1, differ: 1 }, items: [{ code: 'elsewhere' }] })
    t.match((await get('/v1/dossiers/due-date-check?period=cal-2021-M05')).body, { counts: { read: 1, differ: 1 }, items: [{ code: 'before' }] })
    await put('/v1/clients/bound', { name: 'bound', scopes: ['read'], unit: 'H56-381' })
    const { body: { key } } = await post('/v1/clients/bound/keys', undefined)
    const headers = { authorization: `Bearer ${key}` }
    t.same((await get(URL, headers)).body.items.map(({ code }: CheckedDueDate) => code), ['elsewhere'])
    t.match(await get(`${URL}&unit=H56-380`, headers), { status: 400, body: { errors: [{ pointer: '/query/unit', code: 'unknown_unit' }] } })
  })

  t.test('are had page by page, whose counts add up', async t => {
    const codes: string[] = []
    const total = structuredClone(NOTHING)
    let query: string | null = `${URL}&limit=2`
    while (query !== null) {
      const { body } = await get(query) as { body: CheckedPage }
      codes.push(...body.items.map(({ code }) => code))
      add(total, body.counts)
      query = body.next_cursor === null ? null : `${URL}&limit=2&cursor=${body.next_cursor}`
    }
    t.same(codes, DEVIATING)
    t.same(total, COUNTS)
    t.match((await get(`${URL}&format=csv`)).text.split('\r\n').length, 7, 'a csv has all of them')
    t.match(await get(`${URL}&cursor=x`), { status: 400, body: { errors: [{ code: 'invalid_cursor' }] } })
  })

  t.test('are read in chunks, and a page ends when it has read enough', async t => {
    for (const bounds of [
      { chunk: 2, page: 1_000, unit: 0 }, { chunk: 5, page: 3, unit: 0 }, { chunk: 1, page: 1, unit: 0 },
      { chunk: 1, page: 99, unit: 99 }
    ]) {
      const codes: string[] = []
      const total = structuredClone(NOTHING)
      let pages = 0
      for (let cursor: string | undefined | null; cursor !== null; pages++) {
        const page = await dueDateCheck(db, QUESTION, { limit: 100, cursor }, null, bounds)
        codes.push(...page.items.map(({ code }) => code))
        add(total, page.counts)
        cursor = page.next_cursor
      }
      t.same(codes, DEVIATING)
      t.same(total, COUNTS)
      t.ok(bounds.page === 1_000 ? pages === 1 : pages > 3, `${pages} pages`)
    }
  })

  t.test('follow from the limit of their case, where it differs from that of their procedure', async t => {
    const limited = (code: string, due: string, given: Partial<DossierItem>) => (
      dossier(code, due, { received_at: at('2021-04-05 10:00'), ...given }))
    await send(db, [
      limited('five-days', '2021-04-12 10:00', { case_limit: 5, case_limit_unit: 'working_days' }),
      limited('twelve-hours', '2021-04-06 16:00', { case_limit: 12, case_limit_unit: 'hours' }),
      limited('too-late', '2021-04-12 10:00', { case_limit: 20, case_limit_unit: 'hours' }),
      limited('a-month', '2021-05-05 10:00', { case_limit: 1, case_limit_unit: 'months' }),
      limited('ten-days', '2021-04-15 10:00', { case_limit: 10, case_limit_unit: 'days' })
    ])
    const { body } = await get('/v1/dossiers/due-date-check?period=cal-2021-M04')
    t.match(body.counts, { read: 5, agree: 2, differ: 1, not_checkable: { term_unknown: 2 } })
    t.match(body.items, [{
      code: 'too-late', working_days: 2.5, expected_due_at: '2021-04-07T16:00:00.000+07:00', difference_working_days: 3
    }])
  })

  t.test('are checked by the calendar of their province, or by one that is asked for', async t => {
    const hours = {
      valid_from: '2021-01-01', morning_from: '07:00', morning_to: '11:00', afternoon_from: '13:00', afternoon_to: '17:00',
      source: 'x'
    }
    const days = ['2021-06-09', '2021-06-11'].map(date => ({ date, kind: 'holiday', name: 'x', source: 'x' }))
    const calendar = {
      code: 'thanh-hoa', name: 'x', weekend: [6, 7], office_hours: [hours], years: [{ year: 2021, days }]
    }
    await post('/v1/calendars', { items: [calendar] })
    const codes = async (query = '') => (await get(`${URL}${query}`)).body.items.map(({ code }: CheckedDueDate) => code)
    t.same(await codes(), DEVIATING, 'it is of no province')
    t.same((await codes('&calendar=thanh-hoa'))[0], 'agrees')
    await post('/v1/calendars', { items: [{ ...calendar, province: 'H56' }] })
    t.same((await codes())[0], 'agrees')
    t.same(await codes('&calendar=vn'), DEVIATING)
    const other = { code: 'H38', name: 'Tỉnh Nghệ An', kind: 'province', level: 'province', parent: null, reports_dossiers: false, valid_from: '2020-01-01' }
    t.match(await post('/v1/units', { items: [other] }), { status: 200 })
    const vn = (await get('/v1/calendars/vn')).body
    t.match(await post('/v1/calendars', { items: [{ ...vn, province: 'H38' }] }), { status: 200, body: { updated: 1 } })
    t.same((await codes())[0], 'agrees', 'also where the calendar of all others is that of a province, too')
    t.match((await get('/v1/backlog?unit=H56&as_of=2021-06-15')).body.items, [{ calendar: 'thanh-hoa' }])
    t.match((await post('/v1/calendars', { items: [vn] })).body, { updated: 1 })
  })

  t.test('need a period and a calendar that there are', async t => {
    t.match(await get('/v1/dossiers/due-date-check?period=none'), { status: 400, body: { errors: [{ pointer: '/query/period', code: 'unknown_period' }] } })
    t.match(await get(`${URL}&calendar=none`), { status: 400, body: { errors: [{ pointer: '/query/calendar', code: 'unknown_calendar' }] } })
    t.match(await get('/v1/dossiers/due-date-check'), { status: 400, body: { errors: [{ pointer: '/query/period', code: 'missing' }] } })
  })

  t.test('wait for terms that the catalogue lacks', async t => {
    await sql`update dossiers set procedure = 'gone' where code = 'late'`.execute(db)
    t.match((await get(URL)).body.counts, { not_checkable: { term_unknown: 2 } })
  })
})

function add (total: CheckCounts, counts: CheckCounts) {
  for (const name of ['read', 'agree', 'differ'] as const) total[name] += counts[name]
  for (const [name, number] of Object.entries(counts.not_checkable)) total.not_checkable[name as 'no_due_date'] += number
}
