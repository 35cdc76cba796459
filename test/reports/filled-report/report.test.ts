import { readFileSync } from 'node:fs'
import { parse } from 'csv-parse/sync'
import type { ReportRow } from '../../../src/reports/filled-report/schema.ts'
import { forEachDatabase } from '../../database.ts'

const paper = parse<Record<string, string>>(
  readFileSync(new URL('../../../src/seed/catalogue/cchc-2021.csv', import.meta.url)), { columns: true })

forEachDatabase('the report of Thanh Hóa for the first half of 2021', async (t, { app, get, post }) => {
  const { status, body, headers } = await get('/v1/reports/H56/2021-H1')
  const rows: ReportRow[] = body.rows
  const row = (code: string) => rows.find(row => row.code === code)

  t.test('is the filled form', async t => {
    t.equal(status, 200)
    t.match(body, { unit: 'H56', period: '2021-H1', form: 'cchc-2021' })
    t.same((await get('/v1/reports/gso:38/2021-H1?form=cchc-2021')).body, body, 'under any name of the province')
  })

  t.test('gives back all rows of the paper, character by character', async t => {
    t.equal(rows.length, 121)
    const printed = rows.map((row, i) => ({
      position: String(i + 1),
      code: row.code,
      printed_code: row.printed_code ?? '',
      parent: row.parent ?? '',
      name: row.name,
      value_type: row.value_type,
      measure_printed: row.measure ?? '',
      value_printed: row.printed,
      note: row.note ?? ''
    }))
    const columns = Object.keys(printed[0]!)
    t.strictSame(printed, paper.map(line => Object.fromEntries(columns.map(column => [column, line[column]]))))
  })

  t.test('has the values behind the text', async t => {
    t.match(row('3.1.3'), { state: 'reported', number: 2079, printed: '2.079' })
    t.match(row('4.1.4.c'), { number: 1975, printed: '1975' })
    t.match(row('3.4.1'), { value_type: 'percent', number: 92.41, printed: '92,41' })
    t.match(row('1.3.2'), { number: 9, printed: '09' })
    t.match(row('1.3.3'), { state: 'reported', number: 0, printed: '0' })
    t.match(row('5.1.1'), { number: null, numerator: 48, denominator: 48, printed: '48/48' })
    t.match(row('7.2'), { number: null, choice: 2, printed: '2' })
    const printed = paper.filter(({ value_printed: text }) => !['', '-'].includes(text!))
    t.same(rows.filter(({ state }) => state === 'reported').map(({ code }) => code), printed.map(({ code }) => code))
  })

  t.test('tells no data, not provided and headings apart', async t => {
    t.match(row('1.4.1'), { state: 'no_data', number: null, printed: '-' })
    t.match(row('3.2.1'), { state: 'not_provided', number: null, printed: '' })
    t.match(row('1'), { state: null, printed: '', note: null })
    t.match(row('5.4'), { value_type: 'heading', state: 'no_data', printed: '-' })
    t.match(row('1.4'), { value_type: 'heading', state: 'not_provided', note: /^Đã xây dựng kế hoạch/ })
  })

  t.test('adds up where the paper does, and contradicts itself where the paper does', async t => {
    const sum = (...codes: string[]) => codes.reduce((sum, code) => sum + row(code)!.number!, 0)
    t.equal(sum('3.1.3.a', '3.1.3.b', '3.1.3.c'), row('3.1.3')?.number)
    t.equal(sum('4.1.4.a', '4.1.4.b', '4.1.4.c'), row('4.1.4')?.number)
    t.same([sum('6.1', '6.2', '6.3', '6.4'), row('4.1.4')?.number], [2_290, 2_221])
    t.same(['3.4.1', '3.4.2', '3.4.3'].map(code => row(code)?.number), [92.41, 97.24, 99.38], 'although all levels had 99.88')
  })

  t.test('is not sent again to those who have it, until it changes', async t => {
    const again = { 'if-none-match': String(headers['etag']) }
    t.equal((await get('/v1/reports/H56/2021-H1', again)).status, 304)
    await post('/v1/indicator-values', { items: [{ unit: 'H56', period: '2021-H1', indicator: '3.1.1', number: 49 }] })
    t.match(await get('/v1/reports/H56/2021-H1', again), { status: 200, body: { rows: { 26: { number: 49 } } } })
    await post('/v1/indicator-values', { items: [{ unit: 'H56', period: '2021-H1', indicator: '3.1.1', number: 48 }] })
    t.same((await get('/v1/reports/H56/2021-H1')).body, body)
  })

  t.test('is a table for people, too', async t => {
    const csv = await get('/v1/reports/H56/2021-H1?format=csv')
    t.match(csv.headers['content-type'], 'text/csv')
    const table = parse<Record<string, string>>(csv.text, { columns: true, bom: true })
    t.same(Object.keys(table[0]!), Object.keys(rows[0]!))
    t.same(table.map(({ printed }) => printed), rows.map(({ printed }) => printed))
    t.match(table[28], { code: '3.1.3', number: '2079', printed: '2.079' })

    const ndjson = await app.inject({ url: '/v1/reports/H56/2021-H1', headers: { accept: 'application/x-ndjson' } })
    t.same(ndjson.body.trimEnd().split('\n').map(line => JSON.parse(line)), rows)
    t.match((await get('/v1/reports/H56/2021-H1?format=xlsx')).headers['content-type'], 'spreadsheetml')
    t.equal((await get('/v1/reports/H56/2021-H1', { accept: 'image/png' })).status, 406)
  })
})

forEachDatabase('a report that nobody has filled in', async (t, { get }) => {
  t.test('has every row of the form, not provided', async t => {
    const { rows } = (await get('/v1/reports/H56-380/2021-H1')).body as { rows: ReportRow[] }
    t.equal(rows.length, 121)
    t.ok(rows.every(({ state, value_type: type }) => state === (type === 'heading' ? null : 'not_provided')))
    t.ok(rows.every(row => row.printed === '' && row.number === null && row.choice === null && row.note === null))
  })

  t.test('needs a unit and a period that exist', async t => {
    t.match(await get('/v1/reports/H57/2021-H1'), { status: 404, body: { code: 'not_found', detail: 'there is no unit "H57"' } })
    t.match(await get('/v1/reports/H56/2021-H9'), { status: 404, body: { detail: 'there is no period "2021-H9"' } })
    t.equal((await get('/v1/reports/H57/2021-H1?format=csv')).status, 404)
  })

  t.test('needs a form that exists and, without one in force, one that is named', async t => {
    t.match(await get('/v1/reports/H56/2021-H1?form=cchc-1999'), {
      status: 400, body: { errors: [{ pointer: '/query/form', code: 'unknown_form', detail: 'there is no form cchc-1999' }] }
    })
    t.match(await get('/v1/reports/H56/2020-M01'), {
      status: 400, body: { errors: [{ pointer: '/query/form', code: 'unknown_form', detail: /^no form is in force on 2020-01-14/ }] }
    })
    t.equal((await get('/v1/reports/H56/2020-M01?form=cchc-2021')).body.rows.length, 121)
  })
})
