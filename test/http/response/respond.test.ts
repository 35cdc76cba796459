import { get as request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { parse } from 'csv-parse/sync'
import { sql } from 'kysely'
import { readSheet } from 'read-excel-file/node'
import { forEachDatabase } from '../../database.ts'

const BOM = '\ufeff'
const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'
const LISTS = [
  '/v1/units', '/v1/levels', '/v1/fields', '/v1/periods', '/v1/procedures', '/v1/sources', '/v1/forms', '/v1/indicators',
  '/v1/indicator-values', '/v1/dossier-statistics?unit=H56-380', '/v1/on-time?period=2021-Q3&group_by=unit'
]

type Value = string | number | boolean | null | (string | object)[]

/** A row as a table shows it: what is unknown is an empty cell. */
function textsOf (row: Record<string, Value>): Record<string, string> {
  return Object.fromEntries(Object.entries(row).map(([column, value]) => [column, textOf(value)]))
}

function textOf (value: Value): string {
  if (value === null) return ''
  if (!Array.isArray(value)) return String(value)
  return value.map(item => typeof item === 'object' ? Object.values(item).join('=') : item).join('; ')
}

forEachDatabase('a table', async (t, { app, get, post }) => {
  const as = (url: string, format: string) => get(`${url}${url.includes('?') ? '&' : '?'}format=${format}`)
  const sheetOf = async (url: string) => {
    const { rawPayload } = await app.inject(url)
    return readSheet(rawPayload, { trim: false })
  }

  t.test('is the same in csv as in JSON, for every list', async t => {
    for (const url of LISTS) {
      const { items } = (await get(url)).body
      const { text, headers } = await as(url, 'csv')
      t.equal(headers['content-type'], 'text/csv; charset=utf-8')
      t.match(headers['content-disposition'], /^attachment; filename="[a-z-]+\.csv"$/)
      t.ok(text.startsWith(BOM), `${url} opens in Excel with Vietnamese letters`)
      t.ok(text.endsWith('\r\n'))
      const rows = parse<Record<string, string>>(text, { bom: true, columns: true, record_delimiter: '\r\n' })
      t.ok(rows.length > 0)
      t.same(rows, items.map(textsOf), url)
    }
  })

  t.test('is the same in lines of JSON', async t => {
    for (const url of LISTS) {
      const { items } = (await get(url)).body
      const { text, headers } = await as(url, 'ndjson')
      t.equal(headers['content-type'], 'application/x-ndjson; charset=utf-8')
      t.same(text.trimEnd().split('\n').map(line => JSON.parse(line) as unknown), items, url)
    }
  })

  t.test('opens as a spreadsheet, with numbers as numbers', async t => {
    const { items } = (await get('/v1/on-time?period=2021-Q3&group_by=level')).body
    const [header, ...rows] = await sheetOf('/v1/on-time?period=2021-Q3&group_by=level&format=xlsx')
    t.same(header, Object.keys(items[0]))
    t.same(rows, items.map((row: object) => Object.values(row)))
    const units = (await get('/v1/units')).body.items
    const [, ...unitRows] = await sheetOf('/v1/units?format=xlsx')
    t.same(unitRows, units.map((row: object) => Object.values(row).map(value => Array.isArray(value) ? value.join('; ') || null : value)))
  })

  t.test('holds all rows, unless it is asked for a number of them', async t => {
    const units = 607
    t.equal((await get('/v1/units?limit=10')).body.items.length, 10)
    t.equal((await as('/v1/units', 'ndjson')).text.trimEnd().split('\n').length, units)
    t.equal((await as('/v1/units', 'csv')).text.trimEnd().split('\r\n').length, 1 + units)
    t.equal((await sheetOf('/v1/units?format=xlsx')).length, 1 + units)
    for (const format of ['ndjson', 'csv']) {
      const { text, headers } = await as('/v1/units?limit=10', format)
      t.equal(text.trimEnd().split('\n').length, format === 'csv' ? 11 : 10)
      const next = /^<([^>]+)>; rel="next"$/.exec(String(headers['link']))![1]!
      t.match(next, /format=/)
      t.match((await get(next)).text, /H56-/)
    }
    t.equal((await sheetOf('/v1/units?limit=10&format=xlsx')).length, 11)
    t.notOk('link' in (await as('/v1/units?limit=607', 'csv')).headers)
  })

  t.test('has columns even when it has no rows', async t => {
    t.equal((await as('/v1/units?q=nowhere', 'csv')).text, `${BOM}code,name,kind,level,parent,reports_dossiers,valid_from,valid_to,aliases\r\n`)
    t.equal((await as('/v1/units?q=nowhere', 'ndjson')).text, '')
    t.equal((await sheetOf('/v1/units?q=nowhere&format=xlsx')).length, 1)
  })

  t.test('comes in the format that Accept prefers, and JSON when it does not matter', async t => {
    const typeFor = async (accept: string, url = '/v1/levels') =>
      String((await get(url, { accept })).headers['content-type']).split(';')[0]
    t.equal(await typeFor('*/*'), 'application/json')
    t.equal(await typeFor('text/html, application/xhtml+xml, */*;q=0.8'), 'application/json')
    t.equal(await typeFor('text/csv'), 'text/csv')
    t.equal(await typeFor('text/*'), 'text/csv')
    t.equal(await typeFor('application/json;q=0.2, text/csv;q=0.9'), 'text/csv')
    t.equal(await typeFor('application/x-ndjson'), 'application/x-ndjson')
    t.equal(await typeFor(XLSX), XLSX)
    t.equal(await typeFor('text/csv', '/v1/levels?format=json'), 'application/json', '?format goes before Accept')
    t.equal((await get('/v1/levels')).headers['content-type'], 'application/json; charset=utf-8')
  })

  t.test('that cannot be had in any format asked for is refused', async t => {
    for (const accept of ['image/png', 'text/html', 'application/json;q=0']) {
      t.match(await get('/v1/levels', { accept }), { status: 406, body: { code: 'not_acceptable', detail: /application\/json, .*text\/csv/ } })
    }
    t.match(await get('/v1/levels?format=pdf'), {
      status: 400, body: { errors: [{ pointer: '/query/format', code: 'not_allowed', detail: 'query/format must be one of json, ndjson, csv, xlsx' }] }
    })
  })

  t.test('keeps text that csv and JSON write with care', async t => {
    const names = ['a, "b"; c', 'two\nlines\r\nand a third', '=1+1', ' spaces ', '00123', '1e5', 'Đất đai – nhà ở']
    const items = names.map((name, i) => ({
      code: `9.${i}`, name, field: 'land', level: 'district', interlinked: 'none', valid_from: '2021-01-01'
    }))
    t.match(await post('/v1/procedures', { items }), { body: { created: names.length } })
    const { text } = await as('/v1/procedures?field=land&level=district', 'csv')
    t.same(parse<{ name: string }>(text, { bom: true, columns: true, record_delimiter: '\r\n' }).map(({ name }) => name), names)
    const [, ...rows] = await sheetOf('/v1/procedures?field=land&level=district&format=xlsx')
    t.same(rows.map(row => row[1]), names)
  })
})

forEachDatabase('a long table', async (t, { app, db, get }) => {
  const fill = (from: number, to: number) => sql`
    insert into fields select 'f' || n, 'Lĩnh vực ' || n, n from generate_series(${sql.lit(from)}, ${sql.lit(to)}) as n`.execute(db)
  await fill(1001, 21_000)
  const fields = Number((await sql<{ count: number }>`select count(*) from fields`.execute(db)).rows[0]!.count)

  t.test('is complete beyond the longest page', async t => {
    t.equal((await get('/v1/fields?limit=10000')).body.items.length, 10_000)
    t.match(await get('/v1/fields?limit=10001'), { status: 400 })
    const { text } = await get('/v1/fields?format=ndjson')
    t.equal(new Set(text.trimEnd().split('\n')).size, fields)
  })

  t.test('that breaks off halfway does not look complete', async t => {
    // So many pages that the last ones are not read yet when the first arrives.
    await fill(21_001, 101_000)
    await app.listen({ port: 0, host: '127.0.0.1' })
    const { port } = app.server.address() as AddressInfo
    const outcome = new Promise(resolve => {
      request({ port, path: '/v1/fields?format=csv' }, response => {
        response.once('data', () => { void db.destroy() })
        response.on('end', () => resolve('complete')).on('error', () => resolve('broken off'))
      })
    })
    t.equal(await outcome, 'broken off')
  })
})

forEachDatabase('a table that no spreadsheet should hold is refused', async (t, { db, get }) => {
  await sql`insert into fields select 'f' || n, 'x', n from generate_series(1001, 101000) as n`.execute(db)
  t.match(await get('/v1/fields?format=xlsx'), {
    status: 413, body: { code: 'too_many_rows', detail: 'a sheet holds at most 100000 rows; ask for csv, or less' }
  })
  t.match(await get('/v1/fields?format=xlsx&limit=10'), { status: 200 })
})
