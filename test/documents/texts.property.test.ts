import { deepStrictEqual } from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { docxOf } from '../../src/documents/docx/docx.ts'
import { readWorkbook } from '../../src/documents/reading/workbook.ts'
import { xlsxOf } from '../../src/documents/xlsx/xlsx.ts'
import { runs } from '../property.ts'
import { tablesIn } from './docx-tables.ts'
import { DOCUMENT } from './sample.ts'

/** What XML can hold. A CR ends a line in a text document. */
const text = fc.string({ unit: 'grapheme', maxLength: 30 })
  .map(text => text.replaceAll(/[\u0000-\u001f\ufffe\uffff]/g, ''))
  .chain(text => fc.constantFrom(text, `${text}_x000A_`, `_x005F_${text}`, `<${text}&amp;`))
const number = fc.oneof(fc.nat(999_999_999), fc.double({ min: 0, max: 1e9, noNaN: true }))

t.test('whatever is in a document can be read from it again', async t => {
  const rows = fc.array(fc.tuple(text, text, number), { minLength: 1, maxLength: 20 })
  await t.resolves(fc.assert(fc.asyncProperty(rows, async cells => {
    const { marks: _, ...unmarked } = DOCUMENT
    const document = { ...unmarked, rows: cells.map(cells => ({ cells, bold: 0 })) }
    const [sheet] = await readWorkbook(await xlsxOf(document))
    const read = cells.map((_, i) => [0, 1, 2].map(column => {
      const cell = sheet!.rows.get(6 + i)?.get(column)
      return cell === undefined ? '' : cell.kind === 'number' ? cell.number : 'text' in cell && cell.text
    }))
    deepStrictEqual(read, cells.map(row => [...row]))
    const { tables: [, table] } = await tablesIn(await docxOf(document))
    deepStrictEqual(table!.slice(2).map(row => row.cells.slice(0, 2)), cells.map(([first, second]) => [first, second]))
  }), { numRuns: runs(50) }))
})
