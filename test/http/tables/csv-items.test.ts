import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import t from 'tap'
import { csvOf, safeText, unsafeText } from '../../../src/http/tables/csv.ts'
import { itemsOfCsv } from '../../../src/http/tables/csv-items.ts'
import { FieldItem } from '../../../src/catalogue/fields/schema.ts'
import { forEachDatabase } from '../../database.ts'
import { text } from 'node:stream/consumers'

const CSV = { 'content-type': 'text/csv' }
const COUNTS = { created: 0, updated: 0, unchanged: 0, deleted: 0, rejected: 0, errors: [] }
const BOM = '\ufeff'

forEachDatabase('the csv of a list that is posted back changes nothing', async (t, { get, post }) => {
  for (const url of [
    '/v1/levels', '/v1/fields', '/v1/periods', '/v1/procedures', '/v1/units', '/v1/dossier-statistics?period=2021-H1',
    '/v1/dossier-statistics?unit=H56-380&period=2021-Q3', '/v1/feedback-statistics?period=2021-H1'
  ]) {
    t.test(url, async t => {
      if (url === '/v1/fields') await post(url, { items: [{ code: 'odd', name: '=1+1', position: 1 }, { code: 'list', name: 'a; "b"\r\nc', position: 2 }] })
      const { text } = await get(url, { accept: 'text/csv' })
      const rows = (await get(url, { accept: 'application/x-ndjson' })).text.trim().split('\n').length
      const { status, body } = await post(url.split('?')[0]!, text, CSV)
      t.match({ status, body }, { status: 200, body: { received: rows, unchanged: rows, errors: [] } })
    })
  }
})

forEachDatabase('a csv of officials', async (t, { get, post, put }) => {
  const postFields = (csv: string | Buffer) => post('/v1/fields', csv, CSV)

  t.test('has commas or semicolons, a BOM or none, CRLF or LF, empty lines and rows', async t => {
    for (const csv of [
      'code,name,position\na1,Tên,1\nb1,Tên,2\n', `${BOM}code;name;position\r\na1;Tên;1\r\n\r\n;;\r\nb1;Tên;2;;\r\n`,
      ' name , code,position\n"Tên",a1,1\r\nTên,b1,2.0'
    ]) {
      t.match((await postFields(csv)).body, { received: 2, errors: [] })
    }
    t.same((await postFields('code,name,position\n')).body, { ...COUNTS, received: 0 })
  })

  t.test('is counted once under its idempotency key', async t => {
    const headers = { ...CSV, 'idempotency-key': 'csv-1' }
    const first = await post('/v1/fields?mode=partial', 'code,name,position\nc1,Tên,1\nd1,,1', headers)
    t.match(first.body, { created: 1, rejected: 1, errors: [{ pointer: '/items/1/name', code: 'missing', line: 3, column: 2 }] })
    const second = await post('/v1/fields?mode=partial', 'code,name,position\nc1,Tên,1\nd1,,1', headers)
    t.same(second.body, first.body)
    t.equal(second.headers['idempotency-replayed'], 'true')
  })

  t.test('may be compressed', async t => {
    const body = gzipSync('code,name,position\ng1,Tên,1')
    t.match((await post('/v1/fields', body, { ...CSV, 'content-encoding': 'gzip' })).body, { created: 1 })
  })

  t.test('is checked as JSON is, with line and column', async t => {
    t.same((await postFields('code,name,position\na2,"Tên\nhai",1\n-,Tên,một\n')).body.errors, [
      { pointer: '/items/1/code', code: 'malformed', detail: 'items/1/code must match pattern "^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$"', line: 4, column: 1 },
      { pointer: '/items/1/position', code: 'invalid_type', detail: 'items/1/position must be integer', line: 4, column: 3 }
    ])
    t.same((await postFields('code,name\na2,Tên\na2,Tên')).body.errors.map(({ pointer, line, column }: Record<string, unknown>) => (
      { pointer, line, column })), [{ pointer: '/items/0/position', line: 2, column: undefined }, { pointer: '/items/1/position', line: 3, column: undefined }])
  })

  t.test('is refused as a whole, or for rows beside one another', async t => {
    t.same((await postFields('code,name,position\na2,Tên,1\na2,Tên,1')).body.errors.map(({ line, column }: Record<string, unknown>) => (
      [line, column])), [[2, undefined], [3, undefined]])
    await put('/v1/clients/bound', { name: 'Bound', scopes: ['write:catalogue'], unit: 'H56' })
    const { body: { key } } = await post('/v1/clients/bound/keys', undefined)
    const { body } = await post('/v1/fields', 'code,name,position\na2,Tên,1', { ...CSV, authorization: `Bearer ${key}` })
    t.same(Object.keys(body.errors[0]), ['pointer', 'code', 'detail'])
  })

  t.test('has columns that are known, each once', async t => {
    t.match(await postFields('code,name,positon,name\na,b,1,c'), {
      status: 400,
      body: {
        errors: [
          { pointer: '/items/0/positon', code: 'unknown_property', detail: 'there is no column "positon"; the nearest is position', line: 1, column: 3 },
          { pointer: '/items/0/name', code: 'duplicate_key', line: 1, column: 4 }
        ]
      }
    })
    t.match((await postFields('code,name,position\na,b,1\na,b\na,b,1,2')).body.errors, [
      { pointer: '/items/1', code: 'not_csv', line: 3 }, { pointer: '/items/2', code: 'not_csv', line: 4 }
    ])
  })

  t.test('is refused in another encoding, with what to do', async t => {
    const csv = 'code,name,position\na,Tên,1'
    for (const body of [Buffer.from(`${BOM}${csv}`, 'utf16le'), Buffer.from(csv, 'utf16le'), Buffer.from(`${BOM}${csv}`, 'utf16le').swap16()]) {
      t.match(await postFields(body), { status: 400, body: { errors: [{ code: 'not_utf8', detail: /in UTF-16: save it as UTF-8/ }] } })
    }
    t.match(await postFields(Buffer.from(csv, 'latin1')), { status: 400, body: { errors: [{ code: 'not_utf8', detail: /Windows-1258/ }] } })
  })

  t.test('is refused where it is no table', async t => {
    for (const body of ['\n', 'code,name,position\n"a,b,1']) {
      t.match(await postFields(body), { status: 400, body: { errors: [{ pointer: '', code: 'not_csv' }] } })
    }
    t.match(await post('/v1/fields', undefined), { status: 400, body: { errors: [{ code: 'invalid_type' }] } })
    const rows = Array.from({ length: 10_001 }, (_, i) => `a${i},b,1`).join('\n')
    t.match(await postFields(`code,name,position\n${rows}`), { status: 413, body: { code: 'too_many_items' } })
    t.match(await post('/v1/fields', '<a/>', { 'content-type': 'text/xml' }), { status: 415, body: { detail: 'this takes application/json, text/csv' } })
  })

  t.test('holds numbers as a Vietnamese Excel writes them', async t => {
    const figures = (received: string) => (
      `unit;period;source;field;received_online;received_direct;carried_over;resolved\r\nH56-380;2021-Q4;one-stop;land;${received};0;0;0\r\n`)
    t.match((await post('/v1/dossier-statistics', figures('1.234.567'), CSV)).body, { created: 1, warnings: [] })
    t.match((await get('/v1/dossier-statistics?period=2021-Q4')).body.items, [{ received_online: 1_234_567 }])
    t.match((await post('/v1/dossier-statistics', figures('1.5'), CSV)).body.errors,
      [{ pointer: '/items/0/received_online', code: 'invalid_type', line: 2, column: 5 }])
    const next = 'unit,period,source,field,carried_over,received,resolved,pending\nH56-380,2022-Q1,one-stop,land,7,7,0,7'
    t.match((await post('/v1/dossier-statistics', next, CSV)).body.warnings,
      [{ pointer: '/items/0/carried_over', code: 'carried_over_differs', line: 2, column: 5 }])
  })

  t.test('holds truth, and lists', async t => {
    const csv = 'code;name;kind;level;parent;reports_dossiers;valid_from;aliases\nH41;Tỉnh Nghệ An;province;province;;TRUE;2020-01-01;"gso:40;dvc:H41"\n'
    t.match((await post('/v1/units', csv, CSV)).body, { created: 1 })
    t.match((await get('/v1/units/H41')).body, { parent: null, reports_dossiers: true, aliases: ['dvc:H41', 'gso:40'] })
    t.match((await post('/v1/units', csv.replace('TRUE', 'có'), CSV)).body.errors, [{ pointer: '/items/0/reports_dossiers', code: 'invalid_type' }])
  })
})

t.test('a whole number is read by the signs of its file', async t => {
  const read = (cell: string, delimiter: string) => (
    itemsOfCsv(`position${delimiter}name\n"${cell}"${delimiter}x`, FieldItem).items[0] as { position: unknown }).position
  for (const [cell, semicolons, commas] of [
    ['1234', 1234, 1234], ['1.234', 1234, '1.234'], ['1,234', '1,234', 1234], ['1 234', 1234, 1234], ['1\u00a0234', 1234, 1234],
    ['-5', -5, -5], ['1.234,00', 1234, '1.234,00'], ['1,234.0', '1,234.0', 1234], [' 7 ', 7, 7], ['1.23', '1.23', '1.23'], ['1e3', '1e3', '1e3']
  ] as const) {
    t.same([read(cell, ';'), read(cell, ',')], [semicolons, commas], cell)
  }
})

t.test('a text that is made safe for spreadsheets is read back as it was', async t => {
  await fc.assert(fc.asyncProperty(fc.string({ unit: fc.constantFrom('\'', '=', '+', '-', '@', '\t', '1', '.', 'a', ';', '"', ' ') }), async name => {
    fc.pre(name !== '')
    t.equal(unsafeText(safeText(name)), name)
    const csv = await text(csvOf(['code', 'name'], [{ code: 'a', name }]))
    t.same(itemsOfCsv(csv.replace(BOM, ''), FieldItem).items, [{ code: 'a', name }])
  }))
})
