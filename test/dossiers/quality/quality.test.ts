import { forEachDatabase, type Answer } from '../../database.ts'
import { sql } from 'kysely'
import { countsByCalendar, dossiersByCalendar } from '../../../src/dossiers/quality/by-calendar.ts'
import { QUALITY_RULES } from '../../../src/dossiers/quality/schema.ts'
import { givenClient } from '../../client.ts'
import { forget, item as dossier, send } from '../given.ts'

/** The calendar gives this due date by the term of its procedure, 3 working days. */
const item: typeof dossier = given => dossier({ due_at: '2021-06-03T10:00:00+07:00', ...given })
const LATER = new Date(Date.now() + 40 * 86_400_000).toISOString()
const ended = { status: 10, finished_at: '2021-06-08T10:00:00+07:00', returned_at: '2021-06-09T10:00:00+07:00' }
const day = (day: number, hour = 8) => `2021-06-${String(day).padStart(2, '0')}T${String(hour).padStart(2, '0')}:00:00+07:00`

forEachDatabase('the quality of dossiers', async (t, service) => {
  const { get, post, put, db } = service
  t.afterEach(() => forget(db))
  const codesOf = ({ body }: Answer) => (body.items as { code: string }[]).map(({ code }) => code)
  const breaking = async (rule: string, query = '') => codesOf(await get(`/v1/dossier-quality/dossiers?rule=${rule}${query}`))

  t.test('is judged by rules that are listed in two languages', async t => {
    const { body } = await get('/v1/dossier-quality/rules')
    t.same(body.items.map(({ rule }: { rule: string }) => rule), QUALITY_RULES)
    t.match(body, { next_cursor: null, items: [{ rule: 'received_in_future', severity: 'error', vietnamese: /tương lai/, english: /after today/ }] })
    t.match((await get('/v1/dossier-quality/rules?format=csv')).text, /\r\npossible_duplicate,warning,/)
  })

  t.test('is good where nothing is wrong', async t => {
    await send(db, [item(), item({ code: 'b', ...ended }), item({ code: 'c', due_at: null }), item({ code: 'd', status: 7, finished_at: day(2) })])
    t.same((await get('/v1/dossier-quality')).body.items, [])
    t.same((await get('/v1/dossier-quality/dossiers')).body.items, [])
  })

  t.test('is bad where days cannot be', async t => {
    await send(db, [
      item(), item({ code: 'b', unit: 'H56-SNV', received_at: LATER }),
      item({ code: 'registered', unit: 'H56-SNV', status: 1, received_at: LATER }),
      item({ code: 'c', ...ended, finished_at: LATER }), item({ code: 'open', finished_at: LATER }),
      item({ code: 'd', due_at: '2021-05-31T07:00:00+07:00' }), item({ code: 'at-once', due_at: item().received_at! })
    ])
    t.same(await breaking('received_in_future'), ['b'], 'what is not accepted yet counts nowhere')
    t.same(await breaking('ended_in_future'), ['c'], 'what is open has no end')
    t.same(await breaking('due_before_received'), ['d', 'b'])
    t.match((await get('/v1/dossier-quality/dossiers?rule=due_before_received')).body.items[0], {
      rule: 'due_before_received', severity: 'error', unit: 'H56-380', code: 'd', procedure: '1.001612', channel: 'direct',
      status: 4, received_at: '2021-05-31T08:00:00.000+07:00', due_at: '2021-05-31T07:00:00.000+07:00', finished_at: null,
      returned_at: null, source: 'one-stop', record: undefined
    })
  })

  t.test('is doubtful where an end is not said, or is said twice', async t => {
    await send(db, [
      item({ code: 'a', status: 8 }), item({ code: 'b', status: 7, returned_at: day(2) }),
      item({ code: 'c', ...ended, returned_at: day(7) }), item({ code: 'd', status: 8, finished_at: day(8), returned_at: day(7) })
    ])
    t.same(await breaking('end_not_given'), ['a'])
    t.same(await breaking('returned_before_finished'), ['c'], 'nothing is returned of what was stopped')
  })

  t.test('is doubtful where a status goes back so that figures change', async t => {
    const at = (code: string, status: number, on: number) => item({
      code, status, updated_at: day(on), finished_at: status > 6 ? day(on) : null, received_at: '2021-05-31T08:00:00+07:00'
    })
    await send(db, ['reopened', 'resolved-again', 'at-once', 'moved'].map(code => at(code, 9, 2)))
    await send(db, [at('accepted', 2, 2), at('not-yet', 1, 2), at('deleted', 2, 2)])
    await send(db, [
      at('reopened', 4, 4), at('resolved-again', 4, 4), { ...at('at-once', 4, 2), updated_at: day(2, 9) },
      { ...at('moved', 9, 4), finished_at: day(2), unit: 'H56-381' },
      at('accepted', 3, 4), at('not-yet', 3, 4), { code: 'deleted', unit: 'H56-380', updated_at: day(4), deleted: true }
    ])
    await send(db, [at('resolved-again', 9, 6)])
    t.same(await breaking('status_backwards'), ['accepted', 'reopened', 'resolved-again'])
    await send(db, [{ ...at('accepted', 3, 5), received_at: null, submitted_at: day(1, 7) }])
    t.match((await get('/v1/dossier-quality/dossiers?rule=status_backwards')).body.items, [
      { code: 'accepted', received_at: null }, { received_at: '2021-05-31T08:00:00.000+07:00' }, {}
    ], 'as the dossier itself')
  })

  t.test('is doubtful of what comes online for a procedure that only informs', async t => {
    const { text, body: { items: [procedure] } } = await get('/v1/procedures?q=khai sinh&limit=1')
    t.ok(procedure, text)
    const { code } = procedure
    const corrected = (level: string | null) => (
      service.post('/v1/procedures', { items: [{ ...procedure, online_service_level: level, correction: true }] }))
    t.equal((await corrected('2')).status, 200)
    await send(db, [item({ code: 'a', procedure: code, channel: 'online' }), item({ code: 'b', procedure: code }), item({ code: 'c', channel: 'online' })])
    t.same(await breaking('online_for_information_only'), ['a'])
    t.equal((await corrected(null)).status, 200)
    t.same(await breaking('online_for_information_only'), [], 'the procedure is taken as it was on the day')
  })

  t.test('is doubtful of dossiers that differ in the running number only', async t => {
    const midnight = '2021-05-31T00:00:00+07:00'
    await send(db, [
      item({ code: 'H56-0001' }), item({ code: 'H56-0002', status: 6 }), item({ code: 'H56-0003', procedure: '1.001193' }),
      item({ code: 'H56-0004', due_at: null }), item({ code: 'H56-0005', channel: 'online' }), item({ code: 'H56-0006', unit: 'H56-381' }),
      item({ code: 'H57-0007' }), item({ code: 'H56-0008', status: 1 }), item({ code: 'H56-0009', received_at: day(1) }),
      item({ code: 'H56-0010', received_at: midnight, due_at: null }), item({ code: 'H56-0011', received_at: midnight, due_at: null }),
      item({ code: 'H56-0012', received_at: day(2), due_at: null }), item({ code: 'H56-0013', received_at: day(2), due_at: null })
    ])
    t.same(await breaking('possible_duplicate'), ['H56-0001', 'H56-0002', 'H56-0012', 'H56-0013'])
    t.same(await breaking('possible_duplicate', '&unit=H56-381'), [])
  })

  t.test('is counted by unit and rule, and each count has its list', async t => {
    await send(db, [
      item({ code: 'a', status: 8, due_at: '2021-05-31T07:00:00+07:00' }), item({ code: 'b', status: 8 }),
      item({ code: 'c', status: 8, unit: 'H56-381' }), item({ code: 'd', status: 8, unit: 'H56-14755' }),
      item({ code: 'e' })
    ])
    const { body } = await get('/v1/dossier-quality')
    t.match(body.items.map((row: Record<string, unknown>) => ['unit', 'rule', 'severity', 'dossiers'].map(name => row[name])), [
      ['H56-14755', 'end_not_given', 'warning', 1], ['H56-380', 'due_before_received', 'error', 1],
      ['H56-380', 'end_not_given', 'warning', 2], ['H56-381', 'end_not_given', 'warning', 1]
    ])
    for (const { dossiers, dossiers_url: url, rule, unit } of body.items) {
      const { items } = (await get(url)).body
      t.equal(items.length, dossiers)
      t.ok(items.every((one: Record<string, unknown>) => one['rule'] === rule && one['unit'] === unit))
    }
    const ofDistrict = '/v1/dossier-quality?unit=H56-381&rule=end_not_given'
    t.match((await get(ofDistrict)).body.items, [{ unit: 'H56-381', unit_name: /\S/, dossiers: 1 }])
    t.same((await breaking('end_not_given', '&unit=H56')).length, 4)
    t.match((await get('/v1/dossier-quality?format=csv')).text, /unit,unit_name,rule,severity,dossiers,not_checkable,dossiers_url\r\n/)
    const first = (await get('/v1/dossier-quality/dossiers?limit=3')).body
    const next = (await get(`/v1/dossier-quality/dossiers?limit=3&cursor=${first.next_cursor}`)).body
    t.same([...first.items, ...next.items].map(({ code }) => code), ['a', 'd', 'a', 'b', 'c', 'a'])
    t.match((await get(`/v1/dossier-quality?limit=1`)).body, { items: [{ unit: 'H56-14755' }], next_cursor: String })
  })

  t.test('is doubtful of a due date that the calendar does not give', async t => {
    const due = (code: string, on: string, given = {}) => item({ code, due_at: `${on}T10:00:00+07:00`, ...given })
    await send(db, [
      due('late', '2021-06-04'), due('early', '2021-06-02', { unit: 'H56-381' }), due('right', '2021-06-03'),
      due('no-term', '2021-06-04', { procedure: '1.001193' }), due('waits', '2021-06-04', { status: 5 }),
      due('of-no-year', '2031-06-04', { unit: 'H56-381' }), due('neither', '2031-06-04', { unit: 'H56-382' }),
      due('registered', '2021-06-04', { status: 1 }), due('both', '2021-05-30', { unit: 'H56-381', received_at: day(1) })
    ])
    const byCalendar = '/v1/dossier-quality?rule=due_date_not_by_calendar'
    const counted = (items: { unit: string, dossiers: number, not_checkable: number }[]) => (
      items.map(({ unit, dossiers, not_checkable }) => [unit, dossiers, not_checkable]))
    const ALL = [['H56-380', 1, 0], ['H56-381', 2, 1], ['H56-382', 0, 1]]
    const { items } = (await get(byCalendar)).body
    t.same(counted(items), ALL)
    t.match(items[0], { rule: 'due_date_not_by_calendar', severity: 'warning', unit_name: /\S/ })
    t.same(codesOf(await get(items[1].dossiers_url)), ['early', 'both'])
    t.same(codesOf(await get('/v1/dossier-quality/dossiers')), ['both', 'late', 'early', 'both'], 'last, after other rules')
    const { body: whole } = await get('/v1/dossier-quality/dossiers?limit=1')
    t.match(whole.items, [{ rule: 'due_before_received', code: 'both' }])
    const { body: next } = await get(`/v1/dossier-quality/dossiers?limit=1&cursor=${whole.next_cursor}`)
    t.match(next.items, [{ rule: 'due_date_not_by_calendar', code: 'late', status: 4, record: undefined }])
    t.same((await get('/v1/dossier-quality')).body.items.length, 4)
    t.match((await get('/v1/dossier-quality?unit=H56-382')).body, { items: [{ dossiers: 0, not_checkable: 1 }], next_cursor: null })
    t.same((await get(`${byCalendar}&period=2021-Q1`)).body.items, [])
    t.match(await get(`${byCalendar}&cursor=x`), { status: 400, body: { errors: [{ code: 'invalid_cursor' }] } })
    t.match(await get(`/v1/dossier-quality?rule=end_not_given&cursor=${next.next_cursor}`), { status: 400 })
    const looked = { units: sql`true`, which: sql`true` }
    for (const [limit, bounds] of [
      [9, { chunk: 1, page: 1, unit: 0 }], [1, { chunk: 2, page: 100, unit: 0 }], [1, { chunk: 1, page: 2, unit: 1 }]
    ] as const) {
      const counts: Awaited<ReturnType<typeof countsByCalendar>>['items'] = []
      let cursor: string | undefined | null
      while (cursor !== null) {
        const page = await countsByCalendar(db, looked, { limit, cursor }, bounds)
        t.ok(page.items.length <= limit)
        counts.push(...page.items)
        cursor = page.next_cursor
      }
      t.same(counted(counts), ALL, 'a unit is counted over pages')
    }
    const first = await countsByCalendar(db, looked, { limit: 9 }, { chunk: 1, page: 1, unit: 0 })
    t.same(first.items, [])
    await sql`delete from dossiers where unit = 'H56-380'`.execute(db)
    const rest = await countsByCalendar(db, looked, { limit: 9, cursor: first.next_cursor! })
    t.same(counted(rest.items), ALL, 'and by what it had when it was read')
  })

  t.test('is that of the dossiers received, ended or changed in a period', async t => {
    await send(db, [
      item({ code: 'received', status: 8, updated_at: '2022-01-01T00:00:00Z' }),
      item({ code: 'ended', ...ended, received_at: '2020-01-02T00:00:00Z', due_at: '2020-01-01T00:00:00Z', updated_at: '2022-01-01T00:00:00Z' }),
      item({ code: 'changed', status: 8, received_at: '2020-01-02T00:00:00Z', updated_at: day(2) }),
      item({ code: 'elsewhen', status: 8, received_at: '2020-01-02T00:00:00Z', updated_at: '2022-01-01T00:00:00Z' })
    ])
    const inHalfYear = '/v1/dossier-quality/dossiers?period=2021-H1'
    t.same(codesOf(await get(inHalfYear)), ['ended', 'changed', 'received', 'changed', 'ended'])
    const { items } = (await get('/v1/dossier-quality?period=2021-H1&unit=H56')).body
    t.match(items, [{ dossiers: 1, dossiers_url: /period=2021-H1/ }, { rule: 'end_not_given', dossiers: 2 }])
  })

  t.test('is looked for among so many dossiers a page, whether they are of the period or not', async t => {
    await send(db, Array.from({ length: 5 }, (_, i) => item({ code: `${i}`, due_at: `2021-06-0${4 + i}T10:00:00+07:00` })))
    const looked = { units: sql`id = 'H56-380'`, which: sql`code = '4'` }
    const pages: string[][] = []
    let cursor: string | undefined | null
    while (cursor !== null) {
      const page = await dossiersByCalendar(db, looked, [], { limit: 9, cursor }, { chunk: 2, page: 2, unit: 0 })
      pages.push(page.items.map(({ code }) => code))
      cursor = page.next_cursor
    }
    t.same(pages, [[], [], ['4']])
  })

  t.test('is that of a period until the last day that there is', async t => {
    const period = { code: 'ever', calendar: 'calendar', kind: 'other', year: 2021, starts_on: '2021-01-01', ends_on: '9999-12-31' }
    t.match(await post('/v1/periods', { items: [period] }), { status: 200, body: { created: 1 } })
    await send(db, [item({ code: 'a', status: 8 })])
    t.match(await get('/v1/dossier-quality?period=ever'), { status: 200, body: { items: [{ rule: 'end_not_given', dossiers: 1 }] } })
  })

  t.test('is asked of what is known, and answered of what is in reach', async t => {
    t.match((await get('/v1/dossier-quality?period=2021-Q9')).body.errors, [{ pointer: '/query/period', code: 'unknown_period' }])
    t.match((await get('/v1/dossier-quality?unit=H56-999')).body.errors, [{ pointer: '/query/unit', code: 'unknown_unit' }])
    t.match((await get('/v1/dossier-quality?rule=end_unknown')).body.errors, [{ pointer: '/query/rule/0', code: 'not_allowed' }])
    t.match((await get('/v1/dossier-quality/dossiers?scope=own')).body.errors, [{ pointer: '/query/unit', code: 'missing' }])
    await send(db, [item({ code: 'a', status: 8 }), item({ code: 'b', status: 8, unit: 'H56-381' })])
    const { headers } = await givenClient({ put, post }, 'of-381', { scopes: ['read'], unit: 'H56-381' })
    t.match((await get('/v1/dossier-quality', headers)).body.items.map(({ unit }: { unit: string }) => unit), ['H56-381'])
    t.same(codesOf(await get('/v1/dossier-quality/dossiers', headers)), ['b'])
  })
})
