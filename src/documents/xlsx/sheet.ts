import { escapeXml, XML_HEADER } from '../xml.ts'
import { marginsOf, type Cell, type Document, type Row } from '../document.ts'
import type { Pieces } from '../package.ts'
import { addressOf, areaText, type Area } from './address.ts'
import type { Layout } from './layout.ts'
import { PLAIN, SPREADSHEET, type Style, type Styles } from './styles.ts'

/** Rows of one piece: few enough that writing them does not block the event loop. */
const ROWS_PER_PIECE = 200

/** Millimetres of a digit of the usual font, which widths of columns are given in. */
const DIGIT = 2.12
const MM_PER_INCH = 25.4

/** Cells of a row as they are written, by their column. */
type Written = Map<number, string>

/** The sheet that people print. */
export function * sheetXml (document: Document, layout: Layout, styles: Styles): Pieces {
  const { columns, rows, marks } = document
  const { firstOfHead, firstOfRows, end, heights } = layout
  const fixed = fixedRows(document, layout, styles)
  yield `${XML_HEADER}<worksheet xmlns="${SPREADSHEET}"><sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>` +
    '<sheetViews><sheetView workbookViewId="0">' +
    `<pane ySplit="${firstOfRows}" topLeftCell="A${firstOfRows + 1}" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>` +
    `<cols>${columns.map(({ width }, i) => columnXml(i, width / DIGIT)).join('')}` +
    `${marks === undefined ? '' : columnXml(columns.length, 12, ' hidden="1"')}</cols><sheetData>`
  const all = Array.from({ length: end }, (_, number) => number)
  for (let from = 0; from < end; from += ROWS_PER_PIECE) {
    yield all.slice(from, from + ROWS_PER_PIECE).map(number => {
      const row = rows[number - firstOfRows]
      const written = row === undefined
        ? fixed.get(number) ?? new Map<number, string>()
        : rowCells(row, number, document, styles, marks?.keys[number - firstOfRows])
      const height = heights.get(number)
      const cells = [...written].sort(([a], [b]) => a - b).map(([, xml]) => xml)
      return `<row r="${number + 1}"${height === undefined ? '' : ` ht="${height}" customHeight="1"`}>${cells.join('')}</row>`
    }).join('')
  }
  const merged = [...layout.lines, ...layout.head].map(({ area }) => area).filter(isSeveral)
  const merges = merged.map(area => `<mergeCell ref="${areaText(area)}"/>`).join('')
  yield `</sheetData>${merged.length === 0 ? '' : `<mergeCells count="${merged.length}">${merges}</mergeCells>`}` +
    `<printOptions horizontalCentered="1"/>${pageXml(document)}` +
    // A number that stays as it is printed is text, which a spreadsheet would mark as a fault.
    `<ignoredErrors><ignoredError sqref="A${firstOfHead + 1}:${addressOf(end - 1, columns.length)}" numberStoredAsText="1"/></ignoredErrors>` +
    '</worksheet>'
}

function columnXml (index: number, width: number, hidden = ''): string {
  return `<col min="${index + 1}" max="${index + 1}" width="${width.toFixed(2)}" customWidth="1"${hidden}/>`
}

/** The numbers by which sheets name sizes of paper. */
const PAPER_SIZES: Record<Document['paper'], number> = { A4: 9, A3: 8 }

function pageXml (document: Document): string {
  const { paper, orientation } = document
  const { top, bottom, left, right } = marginsOf(document)
  const inches = (millimetres: number) => (millimetres / MM_PER_INCH).toFixed(3)
  return `<pageMargins left="${inches(left)}" right="${inches(right)}" top="${inches(top)}" bottom="${inches(bottom)}" ` +
    `header="${inches(10)}" footer="${inches(10)}"/>` +
    `<pageSetup paperSize="${PAPER_SIZES[paper]}" orientation="${orientation}" fitToWidth="1" fitToHeight="0"/>` +
    '<headerFooter differentFirst="1"><oddHeader>&amp;C&amp;P</oddHeader></headerFooter>'
}

/** The rows around those of the table. */
function fixedRows (
  { columns, marks, size }: Document, { lines, head, firstOfRows }: Layout, styles: Styles
): Map<number, Written> {
  const rows = new Map<number, Written>()
  const put = (text: string, area: Area, style: Style) => {
    const number = styles.numberOf(style)
    for (let row = area.top; row <= area.bottom; row++) {
      const written = rows.get(row) ?? new Map<number, string>()
      rows.set(row, written)
      for (let column = area.left; column <= area.right; column++) {
        const isFirst = row === area.top && column === area.left
        written.set(column, cellXml(addressOf(row, column), isFirst ? text : null, number))
      }
    }
  }
  for (const { text, area, style } of lines) put(text, area, style)
  for (const { text, area } of head) put(text, area, { ...PLAIN, size, bold: true, bordered: true, align: 'center' })
  if (marks !== undefined) {
    const [row, column] = [firstOfRows - 1, columns.length]
    put(marks.title, { top: row, left: column, bottom: row, right: column }, PLAIN)
  }
  return rows
}

function rowCells (
  { cells, bold }: Row, number: number, { columns, size }: Document, styles: Styles, key: string | undefined
): Written {
  const written: Written = new Map()
  for (const [i, { align }] of columns.entries()) {
    const cell = cells[i]!
    const style = styles.numberOf({ ...PLAIN, size, bold: i < bold, bordered: true, align, format: formatOf(cell) })
    written.set(i, cellXml(addressOf(number, i), cell, style))
  }
  if (key !== undefined) {
    written.set(columns.length, cellXml(addressOf(number, columns.length), key, styles.numberOf({ ...PLAIN, format: 'text' })))
  }
  return written
}

/** A text stays the text that is typed over it, so that no digit is lost. */
function formatOf (cell: Cell): Style['format'] {
  if (typeof cell !== 'number') return 'text'
  return Number.isInteger(cell) ? 'whole' : 'decimal'
}

/** Text inside of the cell, not in a table of shared texts. */
export function cellXml (at: string, value: Cell, style: number): string {
  if (value === null || value === '') return `<c r="${at}" s="${style}"/>`
  if (typeof value === 'number') return `<c r="${at}" s="${style}"><v>${value}</v></c>`
  return `<c r="${at}" s="${style}" t="inlineStr"><is><t xml:space="preserve">${escapeXml(value.replaceAll(LIKE_AN_ESCAPE, '_x005F_'))}</t></is></c>`
}

/** Sheets write what XML cannot hold as `_x000B_`, so that a text which looks like this is written otherwise. */
const LIKE_AN_ESCAPE = /_(?=x[0-9A-Fa-f]{4}_)/g

function isSeveral ({ top, left, bottom, right }: Area): boolean {
  return top < bottom || left < right
}
