import { get as request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { parse } from 'csv-parse/sync'
import { sql } from 'kysely'
import readSheets, { readSheet } from 'read-excel-file/node'
import { spreadsheetLimiter } from '../../../src/http/tables/xlsx.ts'
import { forEachDatabase } from '../../database.ts'

const BOM = '\ufeff'
const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'
const LISTS = [
  '/v1/units', '/v1/levels', '/v1/fields', '/v1/periods?year=2021', '/v1/procedures', '/v1/sources', '/v1/forms', '/v1/indicators',
  '/v1/indicator-values', '/v1/dossier-statistics?unit=H56-380', '/v1/on-time?period=2021-Q3&group_by=unit'
]

type Value = string | number | boolean | null | (string | object)[]

/** A row as a table shows it: what is unknown is an empty cell. */
function textsOf (row: Record<string, Value>): Record<string, string> {
  return Object.fromEntries(Object.entries(row).map(([column, value]) => [column, textOf(value)]))
}

function textOf (value: Value): string {
  if (value === null) return ''
  if (!Array.isArray(value)) return typeof value === 'object' ? JSON.stringify(value) : String(value)
  return value.map(item => typeof item === 'object' ? Object.values(item).join('=') : item).join('; ')
}

/** What a program reads: it drops the apostrophe before what a spreadsheet would take for a formula. */
function withoutApostrophes (row: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(row).map(([column, text]) => [column, text.replace(/^'(?='*[=+\-@\t\r])/, '')]))
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
      t.match(headers['content-disposition'], /^attachment; filename="[a-z-]+(_[A-Za-z0-9-]+)*\.csv"$/)
      t.ok(text.startsWith(BOM), `${url} opens in Excel with Vietnamese letters`)
      t.ok(text.endsWith('\r\n'))
      const rows = parse<Record<string, string>>(text, { bom: true, columns: true, record_delimiter: '\r\n' })
      t.ok(rows.length > 0)
      t.same(rows.map(withoutApostrophes), items.map(textsOf), url)
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
    const cellOf = (value: unknown, name: string) => {
      // A cell holds a date and a time of day, without an offset, and a list as its text.
      if (name === 'as_of') return new Date(`${String(value).slice(0, 19)}Z`)
      return Array.isArray(value) ? value.join(' ') || null : value
    }
    t.same(rows, items.map((row: object) => Object.entries(row).map(([name, value]) => cellOf(value, name))))
    const units = (await get('/v1/units')).body.items
    const [, ...unitRows] = await sheetOf('/v1/units?format=xlsx')
    const cells = (row: object) => Object.entries(row).map(([name, value]) => Array.isArray(value)
      ? value.join('; ') || null
      : name.startsWith('valid_') && value !== null && value >= '1900-03' ? new Date(value) : value)
    t.same(unitRows, units.map(cells))
  })

  t.test('has real dates in a spreadsheet, in the time of Vietnam', async t => {
    const items = ['1899-12-31', '2021-06-10'].map((valid_from, i) => (
      { code: `7.${i}`, name: 'Ngày', field: 'justice', level: 'province', interlinked: 'none', valid_from }))
    t.match(await post('/v1/procedures', { items }), { body: { created: 2 } })
    const [header, ...rows] = await sheetOf('/v1/procedures?q=ngay&format=xlsx')
    const from = header!.indexOf('valid_from')
    t.same(rows.map(row => row[from]), ['1899-12-31', new Date('2021-06-10')], 'Excel has no dates before 1900')
    t.equal(rows[0]![0], '7.0', 'a code is text')
    const dossier = {
      code: 'sheet', unit: 'H56-380', procedure: '1.001612', channel: 'direct', status: 4,
      received_at: '2021-06-09T17:30:00Z', updated_at: '2021-06-09T17:30:00Z'
    }
    t.match(await post('/v1/dossiers?source=one-stop', { items: [dossier] }), { body: { created: 1 } })
    const [names, first] = await sheetOf('/v1/dossiers?format=xlsx&unit=H56-380')
    const received = first![names!.indexOf('received_at')] as unknown as Date
    // A sheet holds a time as a fraction of a day.
    t.equal(Math.round(received.valueOf() / 1000) * 1000, Date.UTC(2021, 5, 10, 0, 30), 'the wall clock in Vietnam')
  })

  t.test('says in its name what it holds', async t => {
    for (const [url, name] of Object.entries({
      '/v1/units?format=csv': 'units.csv',
      '/v1/on-time?period=2021-Q3,2021-H1&unit=H56-380&group_by=period&format=csv': 'on-time_H56-380_2021-Q3_2021-H1.csv',
      '/v1/on-time?basis=records&from=2021-05-31&to=2021-06-10&format=ndjson': 'on-time_2021-05-31_2021-06-10.ndjson',
      '/v1/reports/H56/2021-H1?format=csv': 'reports_H56_2021-H1.csv',
      '/v1/forms/ii-06a/H56/2021-H1?format=xlsx': 'forms-ii-06a_H56_2021-H1.xlsx',
      '/v1/reports/H56/2021-H1?format=docx': 'reports_H56_2021-H1.docx',
      '/v1/units/gso:38/on-time-series?from=2021-01&to=2021-02&format=csv': 'units-on-time-series_gso-38_2021-01_2021-02.csv'
    })) t.equal((await get(url)).headers['content-disposition'], `attachment; filename="${name}"`, url)
    const { rawPayload } = await app.inject('/v1/on-time?period=2021-Q3&unit=H56-380&format=xlsx')
    t.same((await readSheets(rawPayload)).map(({ sheet }) => sheet), ['on-time_H56-380_2021-Q3'])
  })

  t.test('that is known as a whole has an ETag and a length', async t => {
    for (const format of ['csv', 'ndjson']) {
      const { headers, text } = await as('/v1/levels', format)
      t.equal(headers['content-length'], String(Buffer.byteLength(text)))
      t.match(headers['etag'], /^W\/"/)
      t.equal((await get(`/v1/levels?format=${format}`, { 'if-none-match': String(headers['etag']) })).status, 304)
    }
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
    t.equal((await as('/v1/units?q=nowhere', 'csv')).text, `${BOM}id,code,name,kind,level,parent,reports_dossiers,valid_from,valid_to,aliases\r\n`)
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
    const names = [
      'a, "b"; c', 'two\nlines\r\nand a third', ' spaces ', '00123', '1e5', 'Đất đai – nhà ở',
      '=1+1', '+SUM(A1)', '-A1', '@A1', '\t=1', '\r=1', '\'=1', '\'\'@x', '\'quoted\'', '-', '-5', '+84912345678', '-1.234,5'
    ]
    const items = names.map((name, i) => ({
      code: `9.${i + 10}`, name, field: 'land', level: 'district', interlinked: 'none', valid_from: '2021-01-01'
    }))
    t.match(await post('/v1/procedures', { items }), { body: { created: names.length } })
    const { text } = await as('/v1/procedures?field=land&level=district', 'csv')
    const rows = parse<Record<string, string>>(text, { bom: true, columns: true, record_delimiter: '\r\n' })
    t.same(rows.map(row => withoutApostrophes(row)['name']), names)
    t.same(rows.map(({ name }) => name!.length - withoutApostrophes({ name: name! })['name']!.length),
      names.map((_, i) => i > 5 && i < 14 ? 1 : 0), 'and no spreadsheet runs a text')
    const [, ...sheet] = await sheetOf('/v1/procedures?field=land&level=district&format=xlsx')
    t.same(sheet.map(row => row[1]), names)
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
    t.notOk('etag' in (await get('/v1/fields?format=csv')).headers, 'a stream is not known as a whole')
  })

  t.test('that breaks off halfway does not look complete', async t => {
    // More than the system holds of an answer that nobody reads: the last pages are read when the client goes on.
    await fill(21_001, 61_000)
    await sql`update fields set name = name || repeat('x', 900) where code like 'f%'`.execute(db)
    await app.listen({ port: 0, host: '127.0.0.1' })
    const { port } = app.server.address() as AddressInfo
    const outcome = new Promise(resolve => {
      request({ port, path: '/v1/fields?format=csv' }, response => {
        response.once('data', () => {
          response.pause()
          void db.destroy().then(() => response.resume())
        })
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

forEachDatabase('spreadsheets', async (t, { app, get }) => {
  t.test('are written two at a time; who waits too long is asked to come again, and csv is there meanwhile', async t => {
    app.spreadsheets = spreadsheetLimiter(50)
    let leave = () => {}
    const left = new Promise<void>(resolve => { leave = resolve })
    const first = app.spreadsheets.run(() => left)
    t.match(await get('/v1/units?format=xlsx'), { status: 200 }, 'one more has a place')
    const second = app.spreadsheets.run(() => left)
    for (const url of ['/v1/units?format=xlsx', '/v1/forms/ii-06a/H56/2021-H1?format=xlsx', '/v1/units?limit=1&format=xlsx']) {
      t.match(await get(url), {
        status: 503, headers: { 'retry-after': '10', 'content-type': /^application\/problem\+json/ },
        body: { code: 'too_many_spreadsheets', detail: /^2 spreadsheets are written at a time, .*; ask later, or for csv$/ }
      })
    }
    t.match(await get('/v1/units?format=csv'), { status: 200 })
    leave()
    await Promise.all([first, second])
    t.match(await get('/v1/units?format=xlsx'), { status: 200 })
  })

  t.test('are not written for a client that has gone', async t => {
    await app.listen({ port: 0, host: '127.0.0.1' })
    app.spreadsheets = spreadsheetLimiter()
    let leave = () => {}
    const left = new Promise<void>(resolve => { leave = resolve })
    const others = [1, 2].map(() => app.spreadsheets.run(() => left))
    const run = app.spreadsheets.run.bind(app.spreadsheets)
    let written: Promise<unknown> | undefined
    app.spreadsheets.run = async work => { const own = run(work); written = own; return own }
    const client = new AbortController()
    const { port } = app.server.address() as AddressInfo
    const asked = fetch(`http://127.0.0.1:${port}/v1/units?format=xlsx`, { signal: client.signal })
    while (written === undefined) await sleep(5)
    client.abort()
    await t.rejects(asked)
    await sleep(50)
    leave()
    await t.rejects(written, { message: 'the client has gone' })
    await Promise.all(others)
    app.spreadsheets = spreadsheetLimiter()
  })

  t.test('that fail leave their place to others', async t => {
    for (let i = 0; i < 3; i++) t.match(await get('/v1/units?format=xlsx&cursor=no'), { status: 400 })
    t.match(await get('/v1/units?format=xlsx'), { status: 200 })
  })
})
