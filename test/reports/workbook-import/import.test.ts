import { sql } from 'kysely'
import type { ReportRow } from '../../../src/reports/filled-report/schema.ts'
import { givenClient } from '../../client.ts'
import { forEachDatabase } from '../../database.ts'
import { edited, SHEET, typed, withCells } from '../../documents/packages.ts'
import { rowsByCode, sendWorkbook, workbookOf } from './workbooks.ts'

const STYLES = 'xl/styles.xml'

forEachDatabase('a report that was filled in as a workbook', async (t, service) => {
  const { get, post } = service
  const file = await workbookOf(service, 'H56/2021-H1')
  const at = await rowsByCode(file)
  const send = (file: Buffer, query = '', headers = {}) => (
    sendWorkbook(service, `H56/2021-H1/import${query}`, file, headers))
  const stored = async (code: string): Promise<ReportRow> => {
    const { rows } = (await get('/v1/reports/H56/2021-H1')).body as { rows: ReportRow[] }
    return rows.find(row => row.code === code)!
  }
  const cell = (column: string, code: string) => `${column}${at[code]}`
  const given = ((await get('/v1/reports/H56/2021-H1')).body as { rows: ReportRow[] }).rows
    .filter(({ state, note }) => (state !== null && state !== 'not_provided') || note !== null)
  const printedIn = (code: string) => given.find(row => row.code === code)!.printed
  /** What the file was given with is stored again. */
  const restore = async () => (await post('/v1/indicator-values', {
    items: given.map(({ code, printed, note }) => ({ unit: 'H56', period: '2021-H1', indicator: code, printed, note }))
  })).body as { updated: number }

  t.test('changes nothing where nothing was changed', async t => {
    const before = (await get('/v1/reports/H56/2021-H1')).body
    const { status, body } = await send(file)
    t.equal(status, 200)
    t.match(body, { received: 95, created: 0, updated: 0, unchanged: 95, rejected: 0, errors: [] })
    t.same((await get('/v1/reports/H56/2021-H1')).body, before)
  })

  t.test('writes values as they were typed, and the audit says how they came', async t => {
    const filled = await withCells(file, {
      [cell('D', '3.1.3')]: typed('2.080'), [cell('D', '3.4.1')]: '><v>92.420000000000002</v>', [cell('D', '1.3.2')]: typed('-'),
      [cell('D', '7.2')]: '><v>1</v>', [cell('E', '1.1.1')]: typed('theo &lt;QĐ&gt; 1'), [cell('D', '3.1.1')]: typed(' ')
    })
    t.match(await send(filled), { status: 200, body: { updated: 6, unchanged: 89 } })
    t.match(await stored('3.1.3'), { number: 2080, printed: '2.080' })
    t.match(await stored('3.4.1'), { number: 92.42, printed: '92,42' })
    t.match(await stored('1.3.2'), { state: 'no_data', printed: '-' })
    t.match(await stored('7.2'), { choice: 1, printed: '1' })
    t.match(await stored('1.1.1'), { number: 35, note: 'theo <QĐ> 1' })
    t.match(await stored('3.1.1'), { state: 'not_provided', printed: '' })
    const { headers } = await givenClient(service, 'auditor', { scopes: ['admin'] })
    const { items } = (await get('/v1/audit?limit=20', headers)).body
    const imported = items.filter(({ operation }: { operation: string }) => operation === 'importReport')
    t.equal(imported.length, 6)
    t.match(imported[0], { resource: 'indicator-values', client: 'tests' })
    const older = await send(file)
    t.equal(older.status, 422, 'the first file does not know of all that')
    t.same(older.body.errors.map(({ pointer, code, detail }: Record<string, string>) => [pointer, code, detail!.split(';')[0]]), [
      [cell('E', '1.1.1'), 'changed_since', 'the cell is empty, and "theo <QĐ> 1" was written after the file was made'],
      [cell('D', '1.3.2'), 'changed_since', `the cell is ${JSON.stringify(printedIn('1.3.2'))} as it was given, and "-" was written after the file was made`],
      [cell('D', '3.1.1'), 'changed_since', `the cell is ${JSON.stringify(printedIn('3.1.1'))} as it was given, and that was taken back after the file was made`],
      [cell('D', '3.1.3'), 'changed_since', 'the cell is "2.079" as it was given, and "2.080" was written after the file was made'],
      [cell('D', '3.4.1'), 'changed_since', 'the cell is "92,41" as it was given, and "92,42" was written after the file was made'],
      [cell('D', '7.2'), 'changed_since', `the cell is ${JSON.stringify(printedIn('7.2'))} as it was given, and "1" was written after the file was made`]
    ])
    const converted = await send(await withCells(file, {
      [cell('D', '3.1.3')]: '><v>2079</v>', [cell('D', '3.4.1')]: typed('92,410'), [cell('D', '7.2')]: `><v>${printedIn('7.2')}</v>`,
      [cell('D', '1.3.2')]: typed('35 VB')
    }))
    t.same(converted.body.errors.map(({ pointer, code }: Record<string, string>) => [pointer, code]), [
      [cell('E', '1.1.1'), 'changed_since'], [cell('D', '1.3.2'), 'malformed'], [cell('D', '3.1.1'), 'changed_since'],
      [cell('D', '3.1.3'), 'changed_since'], [cell('D', '3.4.1'), 'changed_since'], [cell('D', '7.2'), 'changed_since']
    ], 'nor does one in which the same values are written otherwise')
    const cleared = await withCells(await workbookOf(service, 'H56/2021-H1'), {
      [cell('D', '3.1.3')]: typed('2.079'), [cell('E', '1.1.1')]: typed(' ')
    })
    t.match(await send(cleared), { body: { updated: 2 } }, 'a new one takes back what it knows of')
    t.match(await restore(), { updated: 4 })
    t.match(await send(file), { body: { unchanged: 95 } }, 'what is again as it was given is not newer')
  })

  t.test('takes what people type for nothing, and refuses what may mean two things', async t => {
    const typedIn = async (cells: Record<string, string>) => (await send(await withCells(file, Object.fromEntries(
      Object.entries(cells).map(([code, text]) => [cell('D', code), typed(text)])))))
    t.match(await typedIn({ '3.4.1': '92,5%', '3.4.2': '–', '3.1.3': ' 2079\u200b', '3.1.1': '\u00a0' }), { status: 200, body: { updated: 4 } })
    t.match(await stored('3.4.1'), { number: 92.5 })
    t.match(await stored('3.4.2'), { state: 'no_data' })
    t.match(await stored('3.1.3'), { number: 2079, printed: '2079' })
    t.match(await stored('3.1.1'), { state: 'not_provided' })
    t.match(await restore(), { updated: 4 })
    const { status, body } = await typedIn({ '3.1.3': '1.234,5', '3.1.1': '1,234', '3.1.2': 'x', '3.4.1': '0.95', '3.4.2': '1 234', '5.1.1': '=1+1' })
    t.equal(status, 422)
    const codes = Object.fromEntries(body.errors.map(({ pointer, code }: Record<string, string>) => [pointer, code]))
    t.same(codes, {
      [cell('D', '3.1.3')]: 'out_of_range', [cell('D', '3.1.1')]: 'out_of_range', [cell('D', '3.1.2')]: 'malformed',
      [cell('D', '3.4.1')]: 'malformed', [cell('D', '3.4.2')]: 'malformed', [cell('D', '5.1.1')]: 'malformed'
    })
  })

  t.test('is told of each cell at fault by its address, and nothing is written', async t => {
    const shown = { [cell('D', '3.1.3')]: typed('2,5'), [cell('D', '3.4.1')]: typed('92.41'), [cell('D', '7.2')]: '><v>9</v>' }
    const faulty = await withCells(file, {
      ...shown,
      [cell('D', '3.1.1')]: ' t="e"><f>1/0</f><v>#DIV/0!</v>', [cell('E', '3.1.2')]: ' t="b"><v>1</v>',
      [cell('D', '5.1.1')]: ' s="0"><f>1+1</f>', [cell('D', '1')]: typed('5'), [cell('E', '1.1.1')]: typed('x'.repeat(4_001))
    })
    const { status, body } = await send(faulty)
    t.equal(status, 422)
    t.match(body, { code: 'invalid_rows', detail: '8 of 96 rows are at fault; nothing was written' })
    const errors = Object.fromEntries(body.errors.map(({ pointer, ...error }: { pointer: string }) => [pointer, error]))
    t.match(errors, {
      [cell('D', '3.1.3')]: { code: 'out_of_range' },
      [cell('D', '3.4.1')]: { code: 'malformed', detail: '"92.41" is not a value in Vietnamese notation' },
      [cell('D', '7.2')]: { code: 'not_a_choice' },
      [cell('D', '3.1.1')]: { code: 'invalid_type', detail: /#DIV\/0!/ },
      [cell('E', '3.1.2')]: { code: 'invalid_type', detail: /TRUE/ },
      [cell('D', '5.1.1')]: { code: 'invalid_type', detail: /no result/ },
      [cell('D', '1')]: { code: 'heading_has_no_value' },
      [cell('E', '1.1.1')]: { code: 'invalid_length', detail: `${cell('E', '1.1.1')} must NOT have more than 4000 characters` }
    })
    t.equal(Object.keys(errors).length, 8)
    t.match(await send(file), { body: { unchanged: 95 } })

    t.match(await send(faulty, '?mode=partial'), { status: 200, body: { rejected: 8, unchanged: 88, errors: { length: 8 } } })
  })

  t.test('may be formatted as percentages, but not as dates, and merged cells are of nobody', async t => {
    const formats = '<xf numFmtId="10" fontId="0" fillId="0" borderId="0"/><xf numFmtId="14" fontId="0" fillId="0" borderId="0"/></cellXfs>'
    let styles = 0
    const formatted = await edited(file, {
      [STYLES]: xml => {
        styles = xml.split('<cellXfs')[1]!.split('</cellXfs>')[0]!.split('<xf ').length - 1
        return xml.replace('</cellXfs>', formats)
      }
    })
    const percent = await withCells(formatted, { [cell('D', '3.4.2')]: ` s="${styles}"><v>0.97240000000000004</v>` })
    t.match(await send(percent), { status: 200, body: { unchanged: 95 } })
    const others = await withCells(formatted, {
      [cell('D', '3.1.3')]: ` s="${styles}"><v>0.5</v>`, [cell('D', '5.1.1')]: ` s="${styles + 1}"><v>44228</v>`
    })
    const merged = await edited(others, {
      [SHEET]: xml => xml.replace('</mergeCells>', `<mergeCell ref="${cell('E', '2.1')}:${cell('E', '2.3')}"/></mergeCells>`)
    })
    const { status, body } = await send(merged)
    t.equal(status, 422)
    t.match(body.errors, [
      ...['2.1', '2.2', '2.3'].map(code => ({ pointer: cell('E', code), code: 'merged_cells' })),
      { pointer: cell('D', '3.1.3'), code: 'value_of_other_type', detail: /^the cell shows 50 %/ },
      { pointer: cell('D', '5.1.1'), code: 'invalid_type', detail: /^the cell is a date/ }
    ])
  })

  t.test('says beforehand what it would do, cell by cell', async t => {
    const changed = await withCells(file, { [cell('D', '3.1.3')]: typed('2.081') })
    const { body } = await send(changed, '?dry_run=true')
    t.match(body, { updated: 1, unchanged: 94 })
    t.match(body.rows.find(({ outcome }: { outcome: string }) => outcome === 'updated'), {
      pointer: cell('D', '3.1.3'), before: { number: 2079 }, after: { number: 2081 }
    })
    t.match(await stored('3.1.3'), { number: 2079 })
  })

  t.test('has an effect once under one key', async t => {
    const key = { 'idempotency-key': 'once' }
    const changed = await withCells(file, { [cell('D', '3.1.3')]: typed('2.082') })
    t.match(await send(changed, '', key), { status: 200, body: { updated: 1 } })
    t.match(await send(changed, '', key), { headers: { 'idempotency-replayed': 'true' }, body: { updated: 1 } })
    t.match(await send(file, '', key), { status: 422, body: { code: 'idempotency_key_reused' } })
    t.match(await restore(), { updated: 1 })
  })

  t.test('is refused as a whole where it is for another report', async t => {
    const refusal = (code: string, detail: RegExp) => ({
      status: 400, body: { code: 'invalid_request', errors: [{ pointer: '', code, detail }] }
    })
    t.match(await sendWorkbook(service, 'H56-380/2021-H1/import', file), refusal('other_unit', /the unit H56, and is sent for H56-380$/))
    t.match(await sendWorkbook(service, 'H56/2021-Q3/import', file), refusal('other_period', /the period 2021-H1, and is sent for 2021-Q3$/))
    const facts = 'xl/worksheets/sheet2.xml'
    const with_ = (from: string, to: string) => edited(file, { [facts]: xml => xml.replace(from, to) })
    t.match(await send(await with_('>cchc-2021<', '>cchc-2019<')), refusal('other_form', /the form cchc-2019, and is sent for cchc-2021$/))
    t.match(await send(await edited(file, { [facts]: xml => xml.replace(/>[0-9a-f]{16}</, '>0123456789abcdef<') })), (
      refusal('other_form', /the form cchc-2021 has changed since the file was made/)))
    t.match(await send(await with_('>unit<', '>x<')), refusal('other_unit', /the unit of no name/))
    t.match(await send(await with_('>H56</t></is>', '><!-- --></t></is>')), refusal('other_unit', /the unit of no name/))
    t.match(await send(await with_('cchc-report/1', 'cchc-report/2')), refusal('not_a_report', /^the file does not say which report it is/))
    t.match(await send(await edited(file, { 'xl/workbook.xml': xml => xml.replace('name="cchc"', 'name="Sheet2"') })), (
      refusal('not_a_report', /its hidden sheet is gone/)))
    t.match(await sendWorkbook(service, 'H57/2021-H1/import', file), { status: 404, body: { detail: 'there is no unit "H57"' } })
    t.match(await send(file, '?form=none'), { status: 400, body: { errors: [{ pointer: '/query/form' }] } })
    t.match(await send(Buffer.from('no workbook')), { status: 400, body: { errors: [{ pointer: '', code: 'not_xlsx' }] } })
  })

  t.test('may have its rows moved as a whole, and its columns', async t => {
    // The rows of 1.1.1 and 1.1.2 change places.
    const [first, second] = [at['1.1.1']!, at['1.1.2']!]
    const moved = await edited(file, { [SHEET]: xml => {
      const rowOf = (row: number) => new RegExp(`<row r="${row}".*?</row>`).exec(xml)![0]
      const renamed = (text: string, from: number, to: number) => (
        text.replaceAll(new RegExp(`"([A-F]?)${from}"`, 'g'), `"$1${to}"`))
      return xml.replace(/<row r="10".*?<\/row><row r="11".*?<\/row>/, (
        renamed(rowOf(second), second, first) + renamed(rowOf(first), first, second)))
    } })
    t.same([first, second], [10, 11])
    t.match(await send(moved), { status: 200, body: { unchanged: 95 } })
  })

  t.test('is refused where rows were added, copied, taken away or torn from their codes', async t => {
    const cells: [Record<string, string>, object[]][] = [
      [{ [cell('F', '3.1.1')]: '>' }, [
        { pointer: cell('D', '3.1.1'), code: 'row_inserted' }, { pointer: '', code: 'row_missing', detail: 'the row of 3.1.1, "Số TTHC công bố mới", is missing' }
      ]],
      [{ [cell('F', '3.1.1')]: typed('9.9.9') }, [
        { pointer: cell('F', '3.1.1'), code: 'unknown_indicator', detail: 'the form has no indicator 9.9.9' }, { code: 'row_missing' }
      ]],
      [{ [cell('F', '3.1.2')]: typed('3.1.1') }, [
        { pointer: cell('D', '3.1.2'), code: 'duplicate_key', detail: `the same indicator 3.1.1 as ${cell('D', '3.1.1')}` }, { code: 'row_missing' }
      ]],
      [{ [cell('B', '3.1.2')]: typed('Số TTHC công bố mới') }, [{ pointer: cell('B', '3.1.2'), code: 'row_moved' }]]
    ]
    for (const [change, errors] of cells) {
      const { status, body } = await send(await withCells(file, change))
      t.equal(status, 400)
      t.equal(body.errors.length, errors.length)
      t.match(body.errors, errors)
    }
    t.match(await send(await withCells(file, { [cell('B', '3.1.2')]: typed(' Số  TTHC bãi bỏ,\nthay thế ') })), { status: 200 },
      'blanks may have changed')
    const last = Math.max(...Object.values(at))
    const added = await edited(file, { [SHEET]: xml => (
      xml.replace(new RegExp(`<row r="${last + 1}"(.*?)>`), `<row r="${last + 1}"$1><c r="D${last + 1}"><v>1</v></c>`)) })
    t.match(await send(added), { status: 400, body: { errors: [{ pointer: `D${last + 1}`, code: 'row_inserted' }] } })
    const emptied = await edited(file, { [SHEET]: xml => xml.replace(new RegExp(`<row r="${at['3.1.1']}".*?</row>`), '') })
    t.match(await send(emptied), { status: 400, body: { errors: { length: 1, 0: { code: 'row_missing' } } } })
  })

  t.test('is refused without its columns, and where two sheets have it', async t => {
    const missing = (title: string) => ({
      status: 400, body: { errors: [{ pointer: '', code: 'column_missing', detail: new RegExp(`^the table has no column "${title}"`) }] }
    })
    for (const [address, title] of Object.entries({ F7: 'Mã chỉ tiêu', D7: 'Kết quả', B6: 'Chỉ tiêu thống kê', E6: 'Ghi chú' })) {
      t.match(await send(await withCells(file, { [address]: typed('khác') })), missing(title), title)
    }
    t.match(await send(await withCells(file, { E6: typed('Kết quả') })), missing('Kết quả'), 'it is not known which of two it is')
    const twice = await edited(file, {
      'xl/worksheets/sheet2.xml': xml => xml.replace('</sheetData>', '<row r="99"><c r="C99" t="inlineStr"><is><t>Mã chỉ tiêu</t></is></c></row></sheetData>')
    })
    t.match(await send(twice), { status: 400, body: { errors: [{ code: 'several_values', detail: /^Phụ lục and cchc both have the table/ }] } })
  })

  t.test('names at most a hundred of its faults', async t => {
    const cells = Object.fromEntries(Object.keys(at).map(code => [cell('B', code), typed('khác')]))
    t.equal((await send(await withCells(file, cells))).body.errors.length, 100)
  })

  t.test('is a workbook and nothing else, of a size that a report can have', async t => {
    const url = '/v1/reports/H56/2021-H1/import'
    t.match(await post(url, { items: [] }), { status: 415, body: { detail: /spreadsheetml.sheet$/ } })
    t.match(await post(url, undefined), { status: 400, body: { errors: [{ code: 'missing' }] } })
    t.match(await send(Buffer.alloc(5 * 1024 * 1024)), { status: 413 })
  })
})

forEachDatabase('a district that fills in its report', async (t, service) => {
  t.test('sends only what it has filled in', async t => {
    const { headers } = await givenClient(service, 'bim-son', { scopes: ['read', 'write:indicators'], unit: 'H56-381' })
    const url = 'H56-381/2021-H1'
    const blank = await workbookOf(service, url)
    const at = await rowsByCode(blank)
    t.match(await sendWorkbook(service, `${url}/import`, blank, headers), { status: 200, body: { received: 0 } })
    const filled = await withCells(blank, { [`D${at['1.1.1']}`]: typed('07'), [`E${at['1.4']}`]: typed('Đã có kế hoạch') })
    t.match(await sendWorkbook(service, `${url}/import`, filled, headers), { status: 200, body: { received: 2, created: 2 } })
    const { rows } = (await service.get(`/v1/reports/${url}`)).body as { rows: ReportRow[] }
    t.same(rows.filter(({ state, note }) => state === 'reported' || note !== null).map(({ code, printed, note }) => [code, printed, note]), [
      ['1.1.1', '07', null], ['1.4', '', 'Đã có kế hoạch']
    ])
    const older = await sendWorkbook(service, `${url}/import`, blank, headers)
    t.equal(older.status, 422)
    t.same(older.body.errors.map(({ pointer, code }: Record<string, string>) => [pointer, code]), [
      [`D${at['1.1.1']}`, 'changed_since'], [`E${at['1.4']}`, 'changed_since']
    ], 'a file from before takes nothing back')
    t.match(older.body.errors[0].detail, /^the cell is empty, and "07" was written after the file was made/)
    const current = await workbookOf(service, url)
    const files = await Promise.all([['1.1.1', '08'], ['1.1.2', '09']].map(([code, text]) => (
      withCells(current, { [`D${at[code!]}`]: typed(text!) })))) as [Buffer, Buffer]
    const both = await Promise.all(files.map(file => sendWorkbook(service, `${url}/import`, file, headers)))
    t.same(both.map(({ status }) => status).sort(), [200, 422], 'of two at once, the second does not take back what the first brought')
    t.same(both.flatMap(({ body }) => body.errors).map(({ code }) => code), ['changed_since'])
    const unknown = await edited(await workbookOf(service, url), { 'xl/worksheets/sheet2.xml': xml => xml.replace('>known_from<', '>x<') })
    const emptied = { [`D${at['1.1.1']}`]: '>', [`E${at['1.4']}`]: '>' }
    t.match(await sendWorkbook(service, `${url}/import`, await withCells(unknown, emptied), headers), { status: 422 },
      'nor one that does not say when it was made')
    const now = await withCells(await workbookOf(service, url), emptied)
    t.match(await sendWorkbook(service, `${url}/import`, now, headers), { body: { updated: 2 } }, 'but a new one does')
    const again = await sendWorkbook(service, `${url}/import`, files[1], headers)
    const takenBack = again.body.errors.filter(({ detail }: { detail: string }) => / taken back after /.test(detail))
    t.same(takenBack.map(({ pointer }: { pointer: string }) => pointer), [`D${at['1.1.1']}`, `E${at['1.4']}`],
      'and one from before brings nothing back')
    t.match(await sendWorkbook(service, 'H56-380/2021-H1/import', filled, headers), { status: 404 }, 'of no other unit')
  })

  t.test('is not to blame for what fails in the service', async t => {
    const blank = await workbookOf(service, 'H56-380/2021-H1')
    const at = await rowsByCode(blank)
    await sql`alter table indicator_values add constraint refused check (number <> 4242)`.execute(service.db)
    const filled = await withCells(blank, { [`D${at['1.1.1']}`]: typed('4242') })
    t.match(await sendWorkbook(service, 'H56-380/2021-H1/import', filled), { status: 500, body: { code: 'internal' } })
  })
})
