import { readSheet } from 'read-excel-file/node'
import t from 'tap'
import type { Document } from '../../src/documents/document.ts'
import { docxOf } from '../../src/documents/docx/docx.ts'
import { xlsxOf } from '../../src/documents/xlsx/xlsx.ts'
import { tablesIn } from './docx-tables.ts'
import { partsIn, SHEET } from './packages.ts'
import { DOCUMENT } from './sample.ts'

const PLAIN: Document = {
  name: 'Bảng', paper: 'A4', orientation: 'portrait', size: 12, above: { left: [], right: [], align: 'left' }, title: [],
  columns: [{ width: 30, align: 'left' }, { width: 30, align: 'left' }], head: [[{ text: 'A' }, { text: 'B' }]],
  rows: [{ cells: ['a', 'b'], bold: 0 }], below: { left: [], right: [], align: 'left' }
}

t.test('a document may have nothing but its table', async t => {
  const { tables, lines } = await tablesIn(await docxOf(PLAIN))
  t.same(tables.map(rows => rows.map(({ cells }) => cells)), [[['A', 'B'], ['a', 'b']]])
  t.same(lines, [])
  const file = await xlsxOf(PLAIN)
  t.same(await readSheet(file), [[null, null], ['A', 'B'], ['a', 'b']])
  const parts = await partsIn(file)
  t.notOk(parts.has('xl/worksheets/sheet2.xml'), 'and has no hidden sheet')
  t.notMatch(parts.get(SHEET), /<mergeCells/)
})

t.test('one side of a signature may be empty', async t => {
  const { tables: [, signature] } = await tablesIn(await docxOf({ ...PLAIN, below: { left: [], right: [{ text: 'Ký' }], align: 'center' } }))
  t.same(signature!.map(({ cells }) => cells), [['', 'Ký']])
})

t.test('rows of a workbook are as high as their texts need', async t => {
  const heightsOf = async (text: string, bold = 0) => {
    const xml = (await partsIn(await xlsxOf({ ...PLAIN, rows: [{ cells: [text, null], bold }] }))).get(SHEET)!
    return Number(/<row r="3" ht="(\d+)"/.exec(xml)![1])
  }
  const one = await heightsOf('a')
  t.equal(await heightsOf('hai từ'), one)
  t.equal(await heightsOf('một dòng\nhai dòng'), 2 * one)
  t.equal(await heightsOf('Số đơn vị sự nghiệp'), 2 * one)
  t.ok(await heightsOf('x'.repeat(60)) >= 3 * one, 'a word that is longer than a line goes on in the next')
  t.ok(await heightsOf('Số đơn vị sự nghiệp công lập thuộc tỉnh', 1) >= 2 * one)
})

t.test('a signature is never on a page of its own', async t => {
  const rows = Array.from({ length: 5 }, (_, i) => ({ cells: [`r${i}`, null], bold: 0 }))
  const signature = { left: [{ text: 'Nơi nhận' }], right: [{ text: 'Ký' }], align: 'center' as const }
  const xml = (await partsIn(await docxOf({ ...PLAIN, rows, below: signature }))).get('word/document.xml')!
  const after = xml.slice(xml.indexOf('<w:t xml:space="preserve">r2'))
  t.equal(after.match(/<w:p>/g)!.length, after.match(/<w:keepNext\/>/g)!.length + 1, 'the last two rows stay with it, and all between')
  t.notMatch(xml.slice(xml.indexOf('>r1<'), xml.indexOf('>r2<')), /keepNext/, 'and the rows before them do not')
})

t.test('long tables are written in pieces, whole', async t => {
  const rows = Array.from({ length: 450 }, (_, i) => ({ cells: [String(i), i], bold: 0 }))
  const { tables: [table] } = await tablesIn(await docxOf({ ...PLAIN, rows }))
  t.same(table!.slice(1).map(({ cells }) => cells[0]), rows.map(({ cells }) => cells[0]))
  t.same((await readSheet(await xlsxOf({ ...PLAIN, rows }))).slice(2), rows.map(({ cells }) => cells))
})

t.test('a document of all parts is well-formed, and text in it is no markup', async t => {
  const { tables: [above, table, below], lines } = await tablesIn(await docxOf(DOCUMENT))
  t.same([above, below].map(rows => rows!.map(({ cells }) => cells)), [[['Biểu', 'Đơn vị']], [['Nơi nhận', 'Ký']]])
  t.same(table!.slice(2).map(({ cells }) => cells), [['1', 'Tên & <họ>\n_x000B_ "x"', '1.234,5'], ['', '', '1.234']])
  t.same(lines, ['TÊN'])
})
