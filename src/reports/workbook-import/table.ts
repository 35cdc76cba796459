import { DomainError, invalid, type Issue, type IssueCode } from '../../contract/errors.ts'
import type { DocumentLanguage } from '../../documents/document.ts'
import type { ReadCell, ReadSheet } from '../../documents/reading/sheet.ts'
import { addressOf } from '../../documents/xlsx/address.ts'
import { COLUMNS } from '../filled-report/appendix.ts'
import type { ReportRow } from '../filled-report/schema.ts'

const MAX_ISSUES = 100
/** Rows above the one with the title of the hidden column in which other titles may stand. */
const ROWS_OF_HEAD = 3

/** Letters of a cell that may be a title of a column, with blanks. */
const MAX_TITLE = 100

/** A row of the table that is about an indicator. */
export interface TableRow {
  indicator: ReportRow
  /** The cells of its result and its note. */
  printed: PlacedCell
  note: PlacedCell
}

export interface PlacedCell {
  address: string
  cell: ReadCell | undefined
  /** It is one cell with others, so that what it holds could be meant for more than its row. */
  isMerged: boolean
}

/** Where the table stands in its sheet: rows and columns from 0. */
interface Table {
  sheet: ReadSheet
  firstRow: number
  columns: Record<'name' | 'printed' | 'note' | 'code', number>
}

/**
 * The rows of the table by their hidden codes, wherever people have moved them. The table has each row of the form
 * once: what a row that is not there would say is not known.
 * @param form the rows of the form
 * @throws DomainError `invalid_request` for a table that has not the columns or not the rows of the form
 */
export function rowsOf (
  sheets: readonly ReadSheet[], form: readonly ReportRow[], language: DocumentLanguage = 'vi'
): TableRow[] {
  const table = tableIn(sheets, COLUMNS[language])
  const { sheet, firstRow, columns } = table
  const byCode = new Map(form.map(row => [row.code, row]))
  const textAt = (row: number, column: number) => textOf(sheet.rows.get(row)?.get(column))
  const coded = [...sheet.rows.keys()].filter(row => row >= firstRow && textAt(row, columns.code) !== '')
  const last = coded.reduce((last, row) => Math.max(last, row), firstRow - 1)
  const issues: Issue[] = []
  const found: TableRow[] = []
  const places = new Map<string, string>()
  const say = (row: number, column: number, code: IssueCode, detail: string) => {
    issues.push({ pointer: addressOf(row, column), code, detail })
  }
  // A result that people add at the end stands right below the last row; what is below has no results.
  for (let row = firstRow; row <= last || sheet.rows.get(row)?.has(columns.printed) === true; row++) {
    const code = textAt(row, columns.code)
    const indicator = byCode.get(code)
    if (code === '') {
      if (!sheet.rows.has(row)) continue
      say(row, columns.printed, 'row_inserted', 'the row is none of the form, which has no place for it; delete it')
    } else if (indicator === undefined) {
      say(row, columns.code, 'unknown_indicator', `the form has no indicator ${code}`)
    } else if (places.has(code)) {
      say(row, columns.printed, 'duplicate_key', `the same indicator ${code} as ${places.get(code)!}`)
    } else {
      places.set(code, addressOf(row, columns.printed))
      if (!isSame(textAt(row, columns.name), indicator.name)) {
        const detail = `the row is that of ${code}, ${JSON.stringify(indicator.name)}, and names another; move whole rows only`
        say(row, columns.name, 'row_moved', detail)
      }
      found.push({ indicator, printed: placed(sheet, row, columns.printed), note: placed(sheet, row, columns.note) })
    }
  }
  for (const { code, name } of form.filter(({ code }) => !places.has(code))) {
    issues.push({ pointer: '', code: 'row_missing', detail: `the row of ${code}, ${JSON.stringify(name)}, is missing` })
  }
  refuse(issues)
  return found
}

type Titles = Readonly<Record<'name' | 'printed' | 'note' | 'code', string>>

function tableIn (sheets: readonly ReadSheet[], titles: Titles): Table {
  const codes = sheets.flatMap(sheet => cellsWith(sheet, titles.code).map(place => ({ sheet, ...place })))
  const [code, another] = codes
  if (code === undefined) throw missing(titles.code, 'which is hidden')
  if (another !== undefined) {
    const detail = `${code.sheet.name} and ${another.sheet.name} both have the table; leave one of them`
    throw invalid('', 'several_values', detail)
  }
  const { sheet, row } = code
  const columnOf = (name: 'name' | 'printed' | 'note') => {
    const [place, other] = cellsWith(sheet, titles[name])
      .filter(cell => cell.row <= row && cell.row > row - ROWS_OF_HEAD)
    if (place === undefined || other !== undefined) throw missing(titles[name], 'once in its head')
    return place.column
  }
  const columns = { name: columnOf('name'), printed: columnOf('printed'), note: columnOf('note'), code: code.column }
  return { sheet, firstRow: row + 1, columns }
}

function missing (title: string, where: string): DomainError {
  const detail = `the table has no column ${JSON.stringify(title)}, ${where}; fill in the file as it was given`
  return invalid('', 'column_missing', detail)
}

function cellsWith ({ rows }: ReadSheet, title: string): { row: number, column: number }[] {
  return [...rows].flatMap(([row, cells]) => (
    [...cells].filter(([, cell]) => isTitle(cell, title)).map(([column]) => ({ row, column }))))
}

function isTitle (cell: ReadCell, title: string): boolean {
  return cell.kind === 'text' && cell.text.length <= MAX_TITLE && isSame(cell.text, title)
}

function placed ({ rows, merged }: ReadSheet, row: number, column: number): PlacedCell {
  const isMerged = merged.some(({ top, left, bottom, right }) => (
    top <= row && row <= bottom && left <= column && column <= right))
  return { address: addressOf(row, column), cell: rows.get(row)?.get(column), isMerged }
}

function textOf (cell: ReadCell | undefined): string {
  return cell?.kind === 'text' ? cell.text.trim() : ''
}

/** Programs that save a workbook may change blanks and how letters are composed. */
function isSame (text: string, other: string): boolean {
  return plain(text) === plain(other)
}

function plain (text: string): string {
  return text.normalize('NFC').trim().replaceAll(/\s+/g, ' ')
}

function refuse (issues: readonly Issue[]): void {
  if (issues.length === 0) return
  const listed = issues.slice(0, MAX_ISSUES)
  throw new DomainError('invalid_request', listed.map(({ detail }) => detail).join('; '), listed)
}
