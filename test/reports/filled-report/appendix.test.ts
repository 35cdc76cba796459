import { readFileSync } from 'node:fs'
import { parse } from 'csv-parse/sync'
import readSheets from 'read-excel-file/node'
import { DOCUMENT_TYPES } from '../../../src/contract/formats.ts'
import type { ReportRow } from '../../../src/reports/filled-report/schema.ts'
import { printedOf } from '../../../src/reports/indicators/notation.ts'
import { forEachDatabase } from '../../database.ts'
import { tablesIn } from '../../documents/docx-tables.ts'
import { partsIn, SHEET } from '../../documents/packages.ts'
import { givenLife, succeed } from '../life/given.ts'
import { sendWorkbook } from '../workbook-import/workbooks.ts'

const URL_OF = '/v1/reports/H56/2021-H1'
const paper = parse<Record<string, string>>(
  readFileSync(new URL('../../../src/seed/catalogue/cchc-2021.csv', import.meta.url)), { columns: true })
/** What the paper has in the five columns of each row. */
const printed = paper.map(row => [row['printed_code']!, row['name']!, row['measure_printed']!, row['value_printed']!, row['note']!])
const onOneLine = (cells: readonly unknown[]) => cells.map(cell => (cell as string | null ?? '').replaceAll('\n', ' '))

forEachDatabase('the appendix of Thanh Hóa for the first half of 2021', async (t, { app, get }) => {
  const { rows } = (await get(URL_OF)).body as { rows: ReportRow[] }
  const fileAs = async (format: string) => (await app.inject(`${URL_OF}?format=${format}`)).rawPayload

  t.test('has the 121 rows of the paper as a text document, in order', async t => {
    const { tables: [table, signature, ...others], lines } = await tablesIn(await fileAs('docx'))
    t.same(others, [])
    const body = table!.filter(({ isHead }) => !isHead)
    t.equal(body.length, 121)
    t.same(body.map(({ cells }) => onOneLine(cells)), printed)
    t.same(lines, [
      'Phụ lục', 'THỐNG KÊ SỐ LIỆU VỀ KẾT QUẢ THỰC HIỆN CÔNG TÁC CẢI CÁCH HÀNH CHÍNH', 'TỈNH THANH HÓA',
      '(Kỳ báo cáo: 6 tháng đầu năm 2021, từ ngày 15/12/2020 đến ngày 14/6/2021)'
    ])
    t.same(signature!.map(({ cells }) => cells.map(cell => cell.split('\n').slice(0, 2))), [[
      ['Nơi nhận:', '- ………………………;'], ['Thanh Hóa, ngày …… tháng …… năm ………', 'THỦ TRƯỞNG ĐƠN VỊ']
    ]])
  })

  t.test('has a head of two rows with merged cells on each page, and headings in bold', async t => {
    const [table] = (await tablesIn(await fileAs('docx'))).tables
    const head = table!.filter(({ isHead }) => isHead)
    t.same(head.map(({ cells }) => cells), [
      ['STT', 'Chỉ tiêu thống kê', 'Kết quả thống kê', 'Ghi chú'], ['', '', 'Đơn vị tính', 'Kết quả', '']
    ])
    t.same(head.map(({ spans }) => spans), [[1, 1, 2, 1], [1, 1, 1, 1, 1]])
    t.same(head.map(({ merges }) => merges), [
      ['restart', 'restart', null, 'restart'], ['continue', 'continue', null, null, 'continue']
    ])
    const bold = table!.slice(2).map(row => row.bold)
    t.same(bold, paper.map(row => [0, 1, 2, 3, 4].map(i => row['value_type'] === 'heading' && i < 2)))
  })

  t.test('is a workbook that other programs read, with digits as printed and a hidden sheet', async t => {
    const sheets = await readSheets(await fileAs('xlsx'))
    t.same(sheets.map(({ sheet }) => sheet), ['Phụ lục', 'cchc'])
    const [{ data }, facts] = sheets as [typeof sheets[0], typeof sheets[0]]
    t.same(data.slice(7, 128).map(row => onOneLine(row.slice(0, 5))), printed)
    t.same(data.slice(7, 128).map(row => row[5]), rows.map(({ code }) => code), 'the hidden column has the codes')
    t.same(data[1]![0], 'THỐNG KÊ SỐ LIỆU VỀ KẾT QUẢ THỰC HIỆN CÔNG TÁC CẢI CÁCH HÀNH CHÍNH')
    t.match(facts.data, [
      ['kind', 'cchc-report/1'], ['unit', 'H56'], ['period', '2021-H1'], ['form', 'cchc-2021'], ['form_version', /^[0-9a-f]{16}$/],
      ['known_from', /^\d{4}-\d\d-\d\dT[\d:]{8}\.\d{6}Z$/]
    ])
    const parts = await partsIn(await fileAs('xlsx'))
    t.match(parts.get(SHEET), /<col min="6" max="6" width="12.00" customWidth="1" hidden="1"\/>/)
    t.match(parts.get(SHEET), /<pageSetup paperSize="9" orientation="portrait" fitToWidth="1" fitToHeight="0"\/>/)
    t.match(parts.get('xl/workbook.xml'), /'Phụ lục'!\$6:\$7</, 'the head is repeated on each page')
    t.match(parts.get('xl/workbook.xml'), /name="cchc" sheetId="2" state="hidden"/)
  })

  t.test('has the same bytes for the same content, so that a client that has it is answered 304', async t => {
    for (const format of ['xlsx', 'docx']) {
      t.ok((await fileAs(format)).equals(await fileAs(format)), format)
      const url = `${URL_OF}?format=${format}`
      const { headers } = await get(url)
      t.match(headers, {
        'content-language': 'vi', 'content-type': DOCUMENT_TYPES[format as 'docx'], etag: /^W\//,
        'content-disposition': `attachment; filename="reports_H56_2021-H1.${format}"`
      })
      t.equal((await get(url, { 'if-none-match': String(headers['etag']) })).status, 304, format)
    }
  })

  t.test('comes by Accept as well, and the plain table stays a csv', async t => {
    for (const type of Object.values(DOCUMENT_TYPES)) {
      t.match((await get(URL_OF, { accept: type })).headers['content-type'], type.split('+')[0]!)
    }
    t.match(await get(URL_OF, { accept: 'image/png' }), { status: 406, body: { detail: /wordprocessingml/ } })
    t.match(await get('/v1/levels', { accept: DOCUMENT_TYPES.docx }), { status: 406, body: { detail: /spreadsheetml.sheet$/ } })
    t.match((await get(`${URL_OF}?format=csv`)).text.slice(1), /^code,printed_code,parent,name/)
  })

  t.test('is signed in the place of the unit', async t => {
    for (const [unit, place] of Object.entries({ 'H56-STC': 'Thanh Hóa', 'H56-381': 'Bỉm Sơn', 'H56-14758': 'Đông Thọ' })) {
      const { rawPayload } = await app.inject(`/v1/reports/${unit}/2021-H1?format=docx`)
      const { tables: [, signature] } = await tablesIn(rawPayload)
      t.match(signature![0]!.cells[1], `${place}, ngày`, unit)
    }
  })
})

forEachDatabase('a report of which some values are derived', async (t, service) => {
  const { app, get } = service
  const { write, submit, approve, publish } = await givenLife(service, 'H56-380')
  await succeed(() => write({ '4.1.4.a': 1_500, '4.1.4.b': 20, '4.1.4.c': 4 }), submit, approve, publish)
  const { rows } = (await get('/v1/reports/H56-380/2021-H1')).body as { rows: ReportRow[] }
  const derived = rows.filter(({ source }) => source === 'computed' || source === 'aggregated')
  const fileAs = async (query: string) => (await app.inject(`/v1/reports/H56-380/2021-H1?${query}`)).rawPayload
  const sheetOf = async (query: string) => (await readSheets(await fileAs(query)))[0]!.data.slice(7, 128)

  t.test('prints what counts, and has only what is reported where it is filled in', async t => {
    t.ok(derived.length > 0, 'some are')
    const [table] = (await tablesIn(await fileAs('format=docx'))).tables
    const printed = table!.filter(({ isHead }) => !isHead).map(({ cells }) => cells[3])
    const published = await sheetOf('format=xlsx&revision=1')
    const toFillIn = await sheetOf('format=xlsx')
    const known = await sheetOf(`format=xlsx&as_known_at=${encodeURIComponent(new Date(Date.now() - 1).toISOString())}`)
    for (const row of derived) {
      const i = rows.indexOf(row)
      t.equal(printed[i], printedOf({ ...row, state: 'reported', number: row.computed_number }), row.code)
      t.equal(published[i]![3], printed[i], 'as published')
      t.equal(toFillIn[i]![3], null)
      t.equal(known[i]![3], null)
    }
  })

  t.test('is not sent back as it was published', async t => {
    const { status, body } = await sendWorkbook(service, 'H56-380/2021-H1/import', await fileAs('format=xlsx&revision=1'))
    t.match({ status, body }, { status: 400, body: { errors: [{ code: 'not_a_report' }] } })
  })
})
