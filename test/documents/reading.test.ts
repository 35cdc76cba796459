import t, { type Test } from 'tap'
import { MAX_INFLATED, MAX_PARTS, MAX_READ } from '../../src/documents/reading/archive.ts'
import { shownBy } from '../../src/documents/reading/formats.ts'
import { MAX_CELLS, MAX_MERGED } from '../../src/documents/reading/sheet.ts'
import { MAX_TEXT } from '../../src/documents/reading/text.ts'
import { MAX_SHEETS, readWorkbook } from '../../src/documents/reading/workbook.ts'
import { MAX_ATTRIBUTES, MAX_DEPTH, MAX_ELEMENTS } from '../../src/documents/reading/xml.ts'
import { xlsxOf } from '../../src/documents/xlsx/xlsx.ts'
import { edited, partsIn, SHEET, zipOf } from './packages.ts'
import { DOCUMENT } from './sample.ts'

const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'
const STRICT = 'http://purl.oclc.org/ooxml/spreadsheetml/main'
const RELATIONSHIPS = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006/relationships'

const relations = (targets: [id: string, kind: string, target: string, mode?: string][]) => (
  `<Relationships xmlns="${PACKAGE}"><Other/>${targets.map(([id, kind, target, mode]) => (
    `<Relationship Id="${id}" Type="${RELATIONSHIPS}/${kind}" Target="${target}"${mode === undefined ? '' : ` TargetMode="${mode}"`}/>`)).join('')}` +
  '</Relationships>')

/** The parts of a workbook of one sheet, as other programs may write it. */
function partsOf (sheet: string, { texts = '', styles = '', main = MAIN } = {}): [string, string][] {
  return [
    ['_rels/.rels', relations([['x', 'officeDocument', '/xl/workbook.xml']])],
    ['xl/workbook.xml', `<x:workbook xmlns:x="${main}" xmlns:r="${RELATIONSHIPS}"><x:sheets><x:sheet name="Một" sheetId="1" r:id="a"/>` +
      '<x:sheet name="Biểu đồ" sheetId="2" r:id="c"/></x:sheets></x:workbook>'],
    ['xl/_rels/workbook.xml.rels', relations([
      ['a', 'worksheet', 'worksheets/one.xml'], ['c', 'chartsheet', 'charts/one.xml'], ['t', 'sharedStrings', 'texts.xml'],
      ['s', 'styles', 'styles.xml'], ['w', 'worksheet', 'https://example.org/a.xml', 'External']
    ])],
    ['xl/texts.xml', `<sst xmlns="${main}">${texts}</sst>`],
    ['xl/styles.xml', `<styleSheet xmlns="${main}">${styles}</styleSheet>`],
    ['xl/worksheets/one.xml', `<worksheet xmlns="${main}"><sheetData>${sheet}</sheetData></worksheet>`]
  ]
}

async function cellsIn (sheet: string, options: Parameters<typeof partsOf>[1] = {}) {
  const [read] = await readWorkbook(await zipOf(partsOf(sheet, options)))
  return Object.fromEntries([...read!.rows].flatMap(([row, cells]) => [...cells].map(([column, cell]) => [`${row},${column}`, cell])))
}

const refuses = (t: Test, work: Promise<unknown>, detail: RegExp) => (
  t.rejects(work, { code: 'invalid_request', issues: [{ pointer: '', code: 'not_xlsx', detail }] }, String(detail)))

t.test('a workbook is read as it was written', async t => {
  const [sheet, facts] = await readWorkbook(await xlsxOf(DOCUMENT))
  t.same([sheet!.name, facts!.name], ['Một hai ba', 'cchc'])
  t.same([...sheet!.rows.get(6)!].map(([, cell]) => cell), [
    { kind: 'text', text: '1' }, { kind: 'text', text: 'Tên & <họ>\n_x000B_ "x"' }, { kind: 'number', number: 1234.5, shown: 'number' },
    { kind: 'text', text: 'a' }
  ])
  t.same([...facts!.rows.values()].map(cells => [...cells.values()]), [
    [{ kind: 'text', text: 'unit' }, { kind: 'text', text: 'H56' }]
  ])
  t.same(sheet!.merged, [
    { top: 0, left: 0, bottom: 0, right: 1 }, { top: 2, left: 0, bottom: 2, right: 2 },
    { top: 9, left: 0, bottom: 9, right: 1 }, { top: 4, left: 0, bottom: 5, right: 0 },
    { top: 4, left: 1, bottom: 4, right: 2 }
  ])
})

t.test('texts are read from wherever a program puts them, without the reading of names', async t => {
  const texts = '<si><t>một</t></si><si><r><t>h</t></r><r><t xml:space="preserve">ai </t></r><rPh><t>x</t></rPh></si><si/>'
  const sheet = '<row r="2"><c r="B2" t="s"><v>0</v></c><c t="s"><v>1</v></c><c t="s"><v>2</v></c>' +
    '<c t="inlineStr"><is><r><t>b</t></r><t><![CDATA[<a>]]></t><rPh><t>x</t></rPh></is></c>' +
    '<c t="str"><f>A1</f><v>&#272;&#x1F600;</v></c><c t="str"><f>A1</f></c></row><row><c t="inlineStr"><is><t>dưới</t></is></c></row>'
  const text = (text: string) => ({ kind: 'text', text })
  for (const main of [MAIN, STRICT]) {
    t.same(await cellsIn(sheet, { texts, main }), {
      '1,1': text('một'), '1,2': text('hai '), '1,4': text('b<a>'), '1,5': text('Đ😀'), '2,0': text('dưới')
    })
  }
})

t.test('text outside of the shared texts is one of its own', async t => {
  t.same(await cellsIn('<row><c t="s"><v>0</v></c></row>', { texts: '<t>lạc</t>' }), { '0,0': { kind: 'text', text: 'lạc' } })
})

t.test('a number is told from a percentage and from a date by its style', async t => {
  const styles = '<numFmts><numFmt numFmtId="170" formatCode="d &quot;tháng&quot; m"/><numFmt numFmtId="171" formatCode="0.0%"/></numFmts>' +
    '<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>' +
    '<cellXfs><xf/><xf numFmtId="10"/><xf numFmtId="14"/><xf numFmtId="170"/><xf numFmtId="171"/><xf numFmtId="4"/></cellXfs>'
  const sheet = `<row>${[0, 1, 2, 3, 4, 5, 99].map(style => `<c s="${style}"><v>0.5</v></c>`).join('')}<c t="d"><v>2021-01-02</v></c></row>`
  t.same(Object.values(await cellsIn(sheet, { styles })).map(cell => cell.kind === 'number' && cell.shown), [
    'number', 'percent', 'date', 'date', 'percent', 'number', 'number', 'date'
  ])
  t.same(['#,##0.00', '0.00E+00', 'General" d"', '[Red]0;\\d0', '_-* #,##0\\ _đ_-', '0" %"', '0\\%'].map(shownBy), Array(7).fill('number'))
  t.same(['dd/mm/yyyy', '[h]:mm', '[$-42A]d mmmm', 'hh:mm:ss', '[s]'].map(shownBy), Array(5).fill('date'))
  t.same(['0%', '0.00 %', '[Red]0%'].map(shownBy), Array(3).fill('percent'))
  const ids = [9, 14, 22, 23, 27, 36, 37, 45, 47, 48, 50, 58, 59]
  const builtIn = `<cellXfs>${ids.map(id => `<xf numFmtId="${id}"/>`).join('')}</cellXfs>`
  const cells = await cellsIn(`<row>${ids.map((_, i) => `<c s="${i}"><v>1</v></c>`).join('')}</row>`, { styles: builtIn })
  t.same(Object.values(cells).map(cell => cell.kind === 'number' && cell.shown), [
    'percent', 'date', 'date', 'number', 'date', 'date', 'number', 'date', 'date', 'number', 'date', 'date', 'number'
  ])
})

t.test('of a formula the stored result is read, and none is known where there is none', async t => {
  const sheet = '<row><c><f>1+1</f><v>2</v></c><c><f>1+1</f></c><c t="b"><v>1</v></c><c t="b"><v>0</v></c><c t="e"><f>1/0</f><v>#DIV/0!</v></c><c/></row><f/>'
  t.same(Object.values(await cellsIn(sheet)), [
    { kind: 'number', number: 2, shown: 'number' }, { kind: 'formula' }, { kind: 'boolean', text: 'TRUE' }, { kind: 'boolean', text: 'FALSE' },
    { kind: 'error', text: '#DIV/0!' }
  ])
})

t.test('what stands in a namespace of others is not read', async t => {
  const sheet = '<row><c><v>1</v></c><o:c xmlns:o="urn:other"><o:v>2</o:v></o:c></row>'
  t.same(await cellsIn(sheet), { '0,0': { kind: 'number', number: 1, shown: 'number' } })
})

t.test('a workbook needs neither texts of its own nor styles', async t => {
  const parts = partsOf('<row><c><v>1</v></c></row>').filter(([path]) => !/texts|styles/.test(path))
  const bare = parts.map(([path, part]) => [path, part.replaceAll(/<Relationship Id="[ts]"[^>]*>/g, '')] as const)
  const [read] = await readWorkbook(await zipOf(bare))
  t.same(read!.rows.get(0)!.get(0), { kind: 'number', number: 1, shown: 'number' })
})

t.test('what is no workbook is refused with what it is', async t => {
  await refuses(t, readWorkbook(Buffer.from('STT;Chỉ tiêu')), /no workbook \(xlsx\): /)
  await refuses(t, readWorkbook(Buffer.alloc(0)), /no workbook/)
  await refuses(t, readWorkbook(Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), Buffer.alloc(600)])), /password/)
  await refuses(t, readWorkbook(await zipOf([['a', 'b']])), /it has no part _rels\/\.rels$/)
  await refuses(t, readWorkbook(await zipOf([['_rels/.rels', relations([])]])), /no part of it is a workbook/)
  const file = await xlsxOf(DOCUMENT)
  await refuses(t, readWorkbook(await edited(file, { [SHEET]: null })), /it has no part xl\/worksheets\/sheet1.xml/)
  await refuses(t, readWorkbook(file.subarray(0, file.length - 30)), /no workbook/)
  const broken = Buffer.from(file)
  const from = file.indexOf(SHEET) + SHEET.length
  broken.fill(0xff, from, from + 100)
  await refuses(t, readWorkbook(broken), /no workbook/)
})

t.test('XML that is none, or that defines entities, is refused', async t => {
  const file = await xlsxOf(DOCUMENT)
  const withSheet = async (xml: string) => readWorkbook(await edited(file, { [SHEET]: () => xml }))
  await refuses(t, withSheet('<worksheet'), /sheet1.xml is not XML: /)
  await refuses(t, withSheet('<a></b>'), /is not XML: Unexpected close tag/)
  await refuses(t, withSheet('<a>&none;</a>'), /is not XML: Invalid character entity/)
  await refuses(t, withSheet(`<!DOCTYPE a [<!ENTITY b "${'c'.repeat(100)}">]><a/>`), /has a document type/)
  const utf16 = [...await partsIn(file)].map(([path, part]) => (
    [path, path === SHEET ? Buffer.from('fffe3c00', 'hex') : part] as const))
  await refuses(t, readWorkbook(await zipOf(utf16)), /no workbook/)
})

t.test('cells outside of a sheet, and what cells refer to in vain, are refused', async t => {
  for (const [cell, detail] of Object.entries({
    '<c r="1A"/>': /1A is no cell/, '<c r="XFE1"/>': /XFE1 is no cell/, '<c r="A0"/>': /there is no row 0/,
    '<c r="A1048577"/>': /there is no row 1048577/, '<c t="s"><v>7</v></c>': /there is no shared text 7/,
    '<c><v>một</v></c>': /một is not a number/
  })) await refuses(t, cellsIn(`<row>${cell}</row>`), detail)
  await refuses(t, cellsIn('<row r="x"/>'), /there is no row NaN/)
  await refuses(t, cellsIn('</sheetData><mergeCells><mergeCell ref="A"/></mergeCells><sheetData>'), /A is no cell/)
  await refuses(t, cellsIn('</sheetData><mergeCells><mergeCell/></mergeCells><sheetData>'), / is no cell/)
})

t.test('a merge of one cell is one', async t => {
  const [sheet] = await readWorkbook(await zipOf(partsOf('</sheetData><mergeCells><mergeCell ref="$B$2"/></mergeCells><sheetData>')))
  t.same(sheet!.merged, [{ top: 1, left: 1, bottom: 1, right: 1 }])
})

t.test('a file that inflates to more than a report can be is refused before that', async t => {
  const file = await xlsxOf(DOCUMENT)
  const large = ' '.repeat(MAX_READ + 1)
  const blanks = await edited(file, { [SHEET]: xml => xml + large })
  await refuses(t, readWorkbook(blanks), /its sheets and texts inflate to more than 16777216 bytes/)
  const pictures = Object.fromEntries(Array.from({ length: 4 }, (_, i) => [`xl/media/${i}`, () => large]))
  await refuses(t, readWorkbook(await edited(file, pictures)), new RegExp(`it inflates to more than ${MAX_INFLATED} bytes`))
  const many = Array.from({ length: MAX_PARTS + 1 }, (_, i) => [String(i), ''] as const)
  await refuses(t, readWorkbook(await zipOf(many)), /it has more than 500 parts/)
  await refuses(t, readWorkbook(await zipOf([['a', ''], ['a', '']])), /it has two parts a/)
  await refuses(t, readWorkbook(await zipOf([['a', ''], ['A', '']])), /it has two parts A/)
  // One that says it is smaller than it is.
  const lying = await edited(file, { [SHEET]: xml => xml + ' '.repeat(100_000) })
  const size = lying.lastIndexOf(SHEET) - 46 + 24
  lying.writeUInt32LE(1_000, size)
  await refuses(t, readWorkbook(lying), /too many bytes|uncompressed/)
})

t.test('a sheet has so many cells and a workbook so many sheets, and no more', async t => {
  const row = `<row>${'<c><v>1</v></c>'.repeat(1_000)}</row>`
  t.ok(await cellsIn(row.repeat(MAX_CELLS / 1_000)))
  await refuses(t, cellsIn(`${row.repeat(MAX_CELLS / 1_000)}<row><c><v>1</v></c></row>`), /has more than 100000 cells/)
  const sheets = '<sheet name="x" r:id="sheet1"/>'.repeat(MAX_SHEETS)
  const file = await xlsxOf(DOCUMENT)
  await refuses(t, readWorkbook(await edited(file, {
    'xl/workbook.xml': xml => xml.replace('</sheets>', `${sheets}</sheets>`)
  })), /it has more than 20 sheets/)
})

t.test('the same file has the same bytes in any zone of time', async t => {
  const zone = process.env['TZ']
  process.env['TZ'] = 'America/New_York'
  const there = await xlsxOf(DOCUMENT)
  process.env['TZ'] = 'Asia/Ho_Chi_Minh'
  const here = await xlsxOf(DOCUMENT)
  if (zone === undefined) delete process.env['TZ']
  else process.env['TZ'] = zone
  t.ok(there.equals(here))
})

t.test('a text is as long as Excel lets it be, however it is escaped, and no longer', async t => {
  const inline = (text: string) => `<row><c t="inlineStr"><is><t>${text}</t></is></c></row>`
  const calculated = (text: string) => `<row><c t="str"><v>${text}</v></c></row>`
  const shared = '<row><c t="s"><v>0</v></c></row>'
  for (const letter of ['x', '_x0041_']) {
    const text = letter.repeat(MAX_TEXT)
    const read = { '0,0': { kind: 'text', text: (letter === 'x' ? 'x' : 'A').repeat(MAX_TEXT) } }
    t.same(await cellsIn(inline(text)), read)
    t.same(await cellsIn(calculated(text)), read)
    t.same(await cellsIn(shared, { texts: `<si><t>${text}</t></si>` }), read)
    const longer: [string, { texts?: string }][] = [
      [inline(`${text}y`), {}], [calculated(`${text}y`), {}], [shared, { texts: `<si><t>${text}</t><t>y</t></si>` }]
    ]
    for (const [sheet, options] of longer) {
      await t.rejects(cellsIn(sheet, options), { code: 'invalid_request', issues: [{ pointer: '', code: 'invalid_length', detail: /more than 32767 characters$/ }] })
    }
  }
})

t.test('elements stand within one another to a bound', async t => {
  // Around are the worksheet, its data and the row.
  const nested = (depth: number) => `<row>${'<a>'.repeat(depth)}${'</a>'.repeat(depth)}</row>`
  t.same(await cellsIn(nested(MAX_DEPTH - 3)), {})
  await t.rejects(cellsIn(nested(MAX_DEPTH - 2)), {
    code: 'invalid_request', issues: [{ pointer: '', code: 'too_deep', detail: /one\.xml has more than 64 elements within one another$/ }]
  })
})

t.test('parts are found whichever letters of their names are capitals', async t => {
  const mixed = partsOf('<row><c t="s"><v>0</v></c></row>', { texts: '<si><t>một</t></si>' })
    .map(([path, part]) => [path === 'xl/texts.xml' ? 'xl/Texts.XML' : path, part] as const)
  const [sheet] = await readWorkbook(await zipOf(mixed))
  t.same(sheet!.rows.get(0)!.get(0), { kind: 'text', text: 'một' })
})

t.test('an element has so many attributes and a workbook so many elements, and no more', async t => {
  const attributes = (count: number) => Array.from({ length: count }, (_, i) => `a${i}=""`).join(' ')
  t.same(await cellsIn(`<row ${attributes(MAX_ATTRIBUTES)}/>`), {})
  for (const count of [MAX_ATTRIBUTES + 1, 100_000]) {
    await refuses(t, cellsIn(`<row ${attributes(count)}/>`), /one\.xml has an element with more than 128 attributes$/)
  }
  const started = performance.now()
  // Together they are too many, and neither part alone.
  const [half, row] = [MAX_ELEMENTS / 2, '<a/>']
  await refuses(t, cellsIn(row.repeat(half), { texts: row.repeat(half) }), /it has more than 500000 elements$/)
  t.ok(performance.now() - started < 20_000, 'and takes no minutes')
})

t.test('a sheet has so many merged cells, and a format so many letters', async t => {
  const merged = '<mergeCell ref="A1:B2"/>'.repeat(MAX_MERGED + 1)
  await refuses(t, cellsIn(`</sheetData><mergeCells>${merged}</mergeCells><sheetData>`), /one\.xml has more than 10000 merged cells$/)
  const styles = (length: number) => ({ styles: `<numFmts><numFmt numFmtId="170" formatCode="${'['.repeat(length)}"/></numFmts>` })
  t.same(await cellsIn('', styles(255)), {})
  await t.rejects(cellsIn('', styles(256)), { code: 'invalid_request', issues: [{ code: 'invalid_length', detail: /styles\.xml has a format of more than 255 characters$/ }] })
})

t.test('a small file that is made to take long, or much memory, is refused at once', async t => {
  const large = 12 * 1024 ** 2
  const cells = `<row>${'<c t="s"><v>0</v></c>'.repeat(5_000)}</row>`
  const attacks: [string, [string, string][]][] = [
    ['invalid_length', partsOf(cells, { texts: `<si><t>_x0041_${'b'.repeat(large)}</t></si>` })],
    ['invalid_length', partsOf(cells, { texts: `<si><t>${'b'.repeat(large)}</t></si>` })],
    ['too_deep', partsOf('<a>'.repeat(300_000) + '</a>'.repeat(300_000))]
  ]
  for (const [code, parts] of attacks) {
    const file = await zipOf(parts)
    t.ok(file.length < 20_000, 'it is small')
    const started = performance.now()
    await t.rejects(readWorkbook(file), { code: 'invalid_request', issues: [{ pointer: '', code }] })
    t.ok(performance.now() - started < 5_000, 'and takes no minutes')
  }
})
