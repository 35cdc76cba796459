import { createHash } from 'node:crypto'
import { parse } from 'csv-parse/sync'
import { forEachDatabase } from '../../database.ts'
import { differences } from '../../../src/reports/differences/queries.ts'
import type { ReportRow } from '../../../src/reports/filled-report/schema.ts'
import { givenLife, succeed } from './given.ts'

/** As the README says: without what is not hashed, with sorted keys, without blanks. */
function hashOf ({ provisional, publication, ...content }: Record<string, unknown>): string {
  const text = JSON.stringify(content, (_, value: unknown) => (
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => a < b ? -1 : 1))
      : value))
  return createHash('sha256').update(text, 'utf8').digest('hex')
}

forEachDatabase('what is published of a report', async (t, service) => {
  const life = await givenLife(service, 'H56-380')
  const { write, submit, approve, publish, reopen, report, url } = life
  const { get } = service

  t.test('is nothing at first', async t => {
    t.same((await get(`${url}/revisions`)).body, { items: [], next_cursor: null })
    t.match(await get(`${url}?revision=1`), { status: 404, body: { code: 'not_found', detail: /^there is no revision 1/ } })
    t.match(await get(`${url}/diff`), { status: 404, body: { code: 'not_found', detail: /^nothing is published/ } })
  })

  t.test('has a hash that anyone can compute again', async t => {
    await succeed(() => write({ '1.1.1': 10, '1.1.2': 4, '3.4.2': 97.24 }), submit, approve, publish)
    const { body } = await report('?revision=1')
    t.equal(hashOf(body), body.publication.sha256)
    t.match((await get(`${url}/revisions`)).body.items, [{ sha256: body.publication.sha256, id: body.publication.id, nothing_to_report: false }])
    t.equal((await get(`${url}?revision=1&format=csv`)).text, (await get(`${url}?format=csv`)).text)
  })

  t.test('is compared with what the report is now, an indicator a row', async t => {
    t.same((await get(`${url}/diff`)).body.items, [])
    await succeed(reopen, () => write({ '1.1.2': 5, '3.4.2': 97.3, '1.1.3': 0 }))
    const { body } = await get(`${url}/diff`)
    t.match(body, { unit: 'H56-380', period: '2021-H1', form: 'cchc-2021', from: { revision: 1 }, to: { revision: null, sha256: null } })
    t.strictSame(body.items[0], {
      code: '1.1.2', name: 'Số nhiệm vụ đã hoàn thành', value_type: 'count', differing: 'number printed',
      from_state: 'reported', from_printed: '4', from_number: 4, from_note: null, from_source: 'reported', from_computed_number: null,
      to_state: 'reported', to_printed: '5', to_number: 5, to_note: null, to_source: 'reported', to_computed_number: null,
      number_change: 1
    })
    t.match(body.items.slice(1), [
      { code: '1.1.3', differing: 'state number printed', from_state: 'not_provided', from_number: null, to_number: 0, number_change: null },
      { code: '3.4.2', from_number: 97.24, to_number: 97.3, number_change: 0.06 }
    ])
    const table = parse<Record<string, string>>((await get(`${url}/diff?format=csv`)).text, { columns: true, bom: true })
    t.same(table.map(({ code }) => code), ['1.1.2', '1.1.3', '3.4.2'])
  })

  t.test('is compared with any other revision', async t => {
    await succeed(submit, approve, publish)
    const codes = async (query: string) => (await get(`${url}/diff?${query}`)).body.items.map(({ code }: ReportRow) => code)
    t.same(await codes('from=1&to=2'), ['1.1.2', '1.1.3', '3.4.2'])
    t.same(await codes(''), [], 'the last one by default')
    t.same(await codes('from=current&to=2'), [])
    t.match(await get(`${url}/diff?from=3`), { status: 404 })
    t.match(await get(`${url}/diff?from=0`), { status: 400, body: { errors: [{ pointer: '/query/from', code: 'malformed' }] } })
  })

  t.test('stays with its values after whatever comes', async t => {
    const { body } = await report('?revision=1')
    t.equal(hashOf(body), body.publication.sha256)
    t.equal(body.rows.find(({ code }: ReportRow) => code === '1.1.2').number, 4)
  })

  t.test('is of nothing where a unit has nothing to report', async t => {
    const { submit, approve, publish, report, url } = await givenLife(service, 'H56-381')
    await succeed(() => submit({ nothing_to_report: true }), approve, publish)
    t.match((await get(`${url}/revisions`)).body.items, [{ nothing_to_report: true }])
    t.equal(hashOf((await report('?revision=1')).body), (await report()).body.publication.sha256)
  })
})

forEachDatabase('what is derived in a published report', async (t, service) => {
  const { get } = service
  const { write, submit, approve, publish, report, url } = await givenLife(service, 'H56', '2021-Q3')
  const below = async (number: number) => service.post('/v1/indicator-values', {
    items: [{ unit: 'H56-380', period: '2021-Q3', indicator: '4.1.4.c', number }]
  })
  await succeed(() => below(70), () => write({ '1.1.1': 1 }), () => submit({ note: 'x' }), approve, publish)

  t.test('is final as long as it is what was published', async t => {
    t.match((await report()).body, { provisional: false, publication: { revision: 1 } })
    t.same((await get(`${url}/diff`)).body.items, [])
  })

  t.test('makes the report provisional when it changes, although nobody wrote a value of it', async t => {
    await succeed(() => below(90))
    const { body } = await report()
    t.match(body, { provisional: true, publication: { revision: 1 } })
    t.not(hashOf(body), body.publication.sha256)
    t.match((await report('?revision=1')).body, { provisional: false, publication: { sha256: body.publication.sha256 } })
  })

  t.test('is compared with what it was, as the value that counts', async t => {
    t.match((await get(`${url}/diff`)).body.items, [{
      code: '4.1.4.c', differing: 'computed_number', from_source: 'aggregated', from_number: null, from_computed_number: 70,
      to_source: 'aggregated', to_number: null, to_computed_number: 90, number_change: 20
    }])
  })

  t.test('is final again when it is again what was published', async t => {
    await succeed(() => below(70))
    t.match((await report()).body, { provisional: false })
  })
})

forEachDatabase('differences of forms', async (t, { get }) => {
  const { rows } = (await get('/v1/reports/H56/2021-H1')).body as { rows: ReportRow[] }

  t.test('are of rows that only one of them has, too', async t => {
    const [first, second, third] = rows.slice(2, 5) as [ReportRow, ReportRow, ReportRow]
    t.match(differences([first, second], [second, third]), [
      { code: third.code, from_state: null, from_printed: null, from_number: null, to_number: third.number },
      { code: first.code, from_number: first.number, to_state: null, to_printed: null, number_change: null }
    ])
    const computed = { ...second, state: 'not_provided', number: null, source: 'computed', computed_number: second.number! + 0.25 } as const
    t.match(differences([second], [computed]), [{ from_source: 'reported', to_source: 'computed', number_change: 0.25 }])
  })
})
