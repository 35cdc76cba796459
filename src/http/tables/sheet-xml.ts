import { lettersOf } from '../../documents/xlsx/address.ts'
import { escapeXml, XML_HEADER } from '../../documents/xml.ts'
import { cellOf, DATE_FORMATS } from './cells.ts'

export interface Column { name: string, format: string | undefined }

/** Rows of one text: few enough that writing them does not block the event loop. */
const ROWS_PER_TEXT = 500

/** The cell formats of the workbook, by their index in its styles. */
export const STYLES = ['heading', ...Object.values(DATE_FORMATS)]
const HEADING = styleOf('heading')

const DAY = 86_400_000
/** The day that Excel counts from, in days before 1970. */
const DAY_ZERO = 25_569

/** A sheet (SpreadsheetML) in pieces, with a row of headings that stays in view. */
export async function * sheetXml (columns: Column[], rows: AsyncIterable<Record<string, unknown>>) {
  // A date that is wider than its column is shown as a row of #.
  const widths = columns.map(({ name, format = '' }, i) => (
    `<col min="${i + 1}" max="${i + 1}" width="${Math.max(name.length, DATE_FORMATS[format]?.length ?? 0) + 2}" customWidth="1"/>`))
  const letters = columns.map((_, i) => lettersOf(i))
  let xml = `${XML_HEADER}<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">` +
    '<sheetViews><sheetView workbookViewId="0">' +
    '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>' +
    `<cols>${widths.join('')}</cols><sheetData>` +
    `<row r="1">${columns.map(({ name }, i) => textCell(`${letters[i]}1`, name, HEADING)).join('')}</row>`
  let number = 1
  for await (const row of rows) {
    number++
    xml += `<row r="${number}">`
    for (const [i, { name, format }] of columns.entries()) xml += cellXml(`${letters[i]}${number}`, row[name], format)
    xml += '</row>'
    if (number % ROWS_PER_TEXT > 0) continue
    yield xml
    xml = ''
  }
  yield `${xml}</sheetData></worksheet>`
}

/** @param at the address of the cell, such as `B7` */
function cellXml (at: string, value: unknown, format: string | undefined): string {
  const cell = cellOf(value, format)
  if (cell === null || cell === '') return ''
  if (typeof cell === 'string') return textCell(at, cell)
  if (typeof cell === 'number') return `<c r="${at}"><v>${cell}</v></c>`
  if (typeof cell === 'boolean') return `<c r="${at}" t="b"><v>${Number(cell)}</v></c>`
  return `<c r="${at}"${styleOf(cell.format)}><v>${cell.value.valueOf() / DAY + DAY_ZERO}</v></c>`
}

/** Text inside the cell: a table of shared texts would have to be held until the end. */
function textCell (at: string, text: string, style = ''): string {
  return `<c r="${at}"${style} t="inlineStr"><is><t xml:space="preserve">${escapeXml(text)}</t></is></c>`
}

function styleOf (name: string): string {
  return ` s="${STYLES.indexOf(name) + 1}"`
}
