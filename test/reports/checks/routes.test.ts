import { parse } from 'csv-parse/sync'
import { findingsOf } from '../../../src/reports/checks/queries.ts'
import { inTransaction } from '../../../src/database/transaction.ts'
import { givenClient } from '../../client.ts'
import { forEachDatabase, type Answer, type Service } from '../../database.ts'
import { consistentReport, found, givenReport } from './given.ts'

const UNIT = 'H56-380'
const WRONG = { ...consistentReport(), '3.1.3': 1_001, 6.5: 3 }

/** The findings of a page, by unit, rule and indicator. */
async function listed ({ get }: Pick<Service, 'get'>, query: string, headers = {}) {
  const { status, body, text } = await get(`/v1/checks?${query}`, headers)
  if (status !== 200) throw new Error(text)
  return body.items.map(({ unit, rule, indicator }: Record<string, string | null>) => [unit, rule, indicator])
}

forEachDatabase('checks of the reports of a period', async (t, service) => {
  const { get } = service
  await givenReport(service, UNIT, '2021-H1', WRONG)
  await givenReport(service, 'H56-381', '2021-H1', consistentReport())
  const below = [[UNIT, 'cchc-2021-procedures-by-level', null]]

  t.test('are of all units that have reported, and of those below one', async t => {
    const { body } = await get('/v1/checks?period=2021-H1')
    t.match(body, { units_checked: 3, next_cursor: null })
    t.equal(body.items.length, 8)
    t.same(await listed(service, `period=2021-H1&unit=${UNIT}`), below)
    t.match((await get('/v1/checks?period=2021-H1&unit=H56-381')).body, { items: [], units_checked: 1 })
    t.match((await get('/v1/checks?period=2021-Q1')).body, { items: [], units_checked: 0, not_tried: [] })
    const jump = body.not_tried.find(({ rule, reason }: Record<string, string>) => rule === 'cchc-2021-jump' && reason === 'too_few_periods')
    t.same(jump, { rule: 'cchc-2021-jump', reason: 'too_few_periods', units: 3 })
  })

  t.test('can be asked for by rule, kind and severity', async t => {
    t.same(await listed(service, 'period=2021-H1&rule=cchc-2021-procedures-by-level'), below)
    t.same(await listed(service, 'period=2021-H1&kind=hull&kind=range'), [['H56', 'cchc-2021-on-time-within-levels', null]])
    t.equal((await listed(service, 'period=2021-H1&severity=warning')).length, 3)
    t.same(await listed(service, 'period=2021-H1&severity=warning&kind=hull'), [])
    const untried = async (query: string) => (await get(`/v1/checks?period=2021-H1&${query}`)).body.not_tried
      .map(({ rule, reason }: Record<string, string>) => [rule, reason])
    t.same(await untried('rule=cchc-2021-unchanged'), [['cchc-2021-unchanged', 'no_earlier_report']])
    t.same(await untried('kind=continuity&rule=cchc-2021-unchanged&rule=dossiers-continued'), [['dossiers-continued', 'no_dossiers']])
    t.same(await untried('rule=cchc-2021-procedures-by-level'), [])
  })

  t.test('come in pages, each finding once', async t => {
    const all = await listed(service, 'period=2021-H1')
    const pages = []
    for (let cursor: string | null = ''; cursor !== null;) {
      const { body, headers } = await get(`/v1/checks?period=2021-H1&limit=3${cursor === '' ? '' : `&cursor=${cursor}`}`)
      pages.push(body.items.map(({ unit, rule, indicator }: Record<string, string | null>) => [unit, rule, indicator]))
      t.equal(body.next_cursor === null, headers['link'] === undefined)
      cursor = body.next_cursor
    }
    t.same(pages.map(({ length }) => length), [3, 3, 2])
    t.same(pages.flat(), all)
    t.match(await get('/v1/checks?period=2021-H1&cursor=x'), { status: 400, body: { errors: [{ code: 'invalid_cursor' }] } })
  })

  t.test('come the same to many who ask at once for pages of other sizes', async t => {
    const all = await listed(service, 'period=2021-H1')
    const pages = await Promise.all(Array.from({ length: 10 }, (_, i) => listed(service, `period=2021-H1&limit=${i + 1}`)))
    t.same(pages, pages.map((_, i) => all.slice(0, i + 1)))
    t.same(await listed(service, 'period=2021-H1&limit=10000'), all)
  })

  t.test('go on after the last one, whatever is written between two pages', async t => {
    const first = (await get('/v1/checks?period=2021-H1&limit=7')).body
    t.equal(first.items.length, 7)
    await givenReport(service, 'H56-380', '2021-H1', { '3.1.3': 1_000 })
    await givenReport(service, 'H56-382', '2021-H1', { ...consistentReport(), '3.1.3': 1_002 })
    const next = await listed(service, `period=2021-H1&limit=7&cursor=${first.next_cursor}`)
    t.same(next, [['H56-382', 'cchc-2021-procedures-by-level', null]], 'a finding that is gone is not there, and a new one is')
    await givenReport(service, 'H56-380', '2021-H1', { '3.1.3': 1_001 })
    await givenReport(service, 'H56-382', '2021-H1', { '3.1.3': 1_000 })
  })

  t.test('are refused for a cursor of another list', async t => {
    const other = (await get('/v1/submissions?period=2021-H1&limit=1')).body.next_cursor as string
    for (const cursor of [other, '', 'WyJ1bml0LHJ1bGUsaW5kaWNhdG9yIl0']) {
      t.match(await get(`/v1/checks?period=2021-H1&cursor=${cursor}`), { status: 400, body: { errors: [{ code: 'invalid_cursor' }] } }, cursor)
    }
  })

  t.test('are a table, one row a finding, in the language of who reads it', async t => {
    const { text, headers } = await get('/v1/checks?period=2021-H1&format=csv', { 'accept-language': 'vi' })
    t.match(headers, { 'content-language': 'vi', 'content-type': /text\/csv/, vary: /accept-language/ })
    const rows = parse<Record<string, string>>(text, { columns: true, bom: true })
    t.equal(rows.length, 8)
    t.match(rows.find(({ unit }) => unit === UNIT), {
      rule: 'cchc-2021-procedures-by-level', severity: 'error', kind: 'identity', left: '1000', comparison: 'equal', right: '1001', difference: '-1',
      message: 'TTHC của ba cấp (3.1.3.a, b, c) cộng lại là 1.000, nhưng tổng số (3.1.3) là 1.001; chênh lệch 1.'
    })
    const one = await get(`/v1/reports/${UNIT}/2021-H1/checks?format=csv`)
    t.match(one.headers, { 'content-language': 'en' })
    const ofOne = parse<Record<string, string>>(one.text, { columns: true, bom: true })
    t.match(ofOne, [{ unit: UNIT, message: /add up to 1,000/ }])
  })

  t.test('answer in English where neither language is asked for, and tell caches what they depend on', async t => {
    const path = `/v1/reports/${UNIT}/2021-H1/checks`
    const asked = ['vi', 'en-GB', 'fr'].map(language => get(path, { 'accept-language': language }))
    const [vi, en, other] = await Promise.all(asked) as [Answer, Answer, Answer]
    t.same([vi, en, other].map(({ headers }) => headers['content-language']), ['vi', 'en', 'en'])
    for (const { headers } of [vi, en, other]) t.match(headers['vary'], /accept-language/i)
    t.match(vi.body.findings, [{ message: /cộng lại/ }], 'also where both are asked for at once')
    t.match(en.body.findings, [{ message: /add up/ }])
    t.same(other.body, en.body)
    t.not(vi.headers['etag'], en.headers['etag'])
    t.equal((await get(path, { 'accept-language': 'vi', 'if-none-match': String(vi.headers['etag']) })).status, 304)
  })

  t.test('are refused for what is not there', async t => {
    t.match(await get('/v1/reports/H57/2021-H1/checks'), { status: 404, body: { detail: 'there is no unit "H57"' } })
    const refused = await get('/v1/reports/H56/2021-H9/checks', { 'accept-language': 'vi' })
    t.match(refused, { status: 404, headers: { 'content-language': 'vi' }, body: { title: 'Không tìm thấy' } })
    t.match(await get('/v1/reports/H56/2021-H1/checks?form=none'), { status: 400, body: { errors: [{ pointer: '/query/form', code: 'unknown_form' }] } })
    t.match(await get('/v1/checks'), { status: 400, body: { errors: [{ pointer: '/query/period', code: 'missing' }] } })
    t.match(await get('/v1/checks?period=2021-H9'), { status: 400, body: { errors: [{ pointer: '/query/period', code: 'unknown_period' }] } })
    t.match(await get('/v1/checks?period=2021-H1&unit=H57'), { status: 400, body: { errors: [{ pointer: '/query/unit', code: 'unknown_unit' }] } })
    t.match(await get('/v1/checks?period=2016-H1'), { status: 400, body: { errors: [{ pointer: '/query/form', code: 'unknown_form' }] } })
    t.match((await get('/v1/checks?period=2016-H1&form=cchc-2021')).body, { items: [], units_checked: 0 })
  })

  t.test('are for those who reach the unit', async t => {
    const { headers } = await givenClient(service, 'of-district', { scopes: ['read'], unit: UNIT })
    t.same(await listed(service, 'period=2021-H1', headers), below)
    t.equal((await get('/v1/reports/H56/2021-H1/checks', headers)).status, 404)
    t.equal((await get(`/v1/reports/${UNIT}/2021-H1/checks`, headers)).status, 200)
  })

  t.test('can be made in a transaction, in which what it writes is seen', async t => {
    const { findings, notTried } = await inTransaction(service.db, async trx => {
      await trx.updateTable('indicator_values').set({ number: 2 }).where('indicator', '=', '6.1').where('unit', '=', UNIT)
        .execute()
      return findingsOf(trx, { unit: UNIT, period: '2021-H1' }, null)
    })
    t.same(findings.map(({ rule }) => rule), ['cchc-2021-procedures-by-level', 'cchc-2021-service-units-by-autonomy'])
    t.match(findings[0]!.messages, { vi: /cộng lại/, en: /add up/ })
    t.ok(notTried.length > 0)
  })
})

forEachDatabase('a report in a calendar of weeks', async (t, service) => {
  await service.post('/v1/periods', { items: [
    { code: 'w-1', calendar: 'weeks', kind: 'week', year: 2021, starts_on: '2021-03-01', ends_on: '2021-03-07' },
    { code: 'w-2', calendar: 'weeks', kind: 'week', year: 2021, starts_on: '2021-03-08', ends_on: '2021-03-14' }
  ] })

  t.test('is checked beside records of days that no sum is of, also in a transaction', async t => {
    await service.post('/v1/dossier-statistics', {
      items: [{ unit: UNIT, period: 'w-2', scope: 'own', source: 'a', received: 5, resolved: 1, resolved_overdue: 0 }]
    })
    const answer = await inTransaction(service.db, trx => findingsOf(trx, { unit: UNIT, period: 'w-2' }, null))
    t.same(answer.findings, await found(service, UNIT, 'w-2'))
  })
})
