// A document that people print, sign and send: a table between a title and a signature. Two writers render it, as a
// text document (docx) and as a workbook (xlsx).

export interface Line {
  text: string
  bold?: boolean
  italic?: boolean
}

/** Two blocks of lines beside each other, the left one aligned left. */
export interface Sides {
  left: readonly Line[]
  right: readonly Line[]
  /** Of the right one. */
  align: 'left' | 'center'
}

export interface Column {
  /** Millimetres on paper. */
  width: number
  align: 'left' | 'center' | 'right'
}

/** A cell of the head of a table. Cells follow each other from the left, where none from above reaches down. */
export interface HeadCell {
  text: string
  /** How many columns and rows it covers. */
  columns?: number
  rows?: number
}

/** A number stays a number in a workbook. null: empty. */
export type Cell = string | number | null

export interface Row {
  cells: readonly Cell[]
  /** How many cells from the left are bold. */
  bold: number
}

export type DocumentLanguage = 'vi' | 'en'

export interface Document {
  /** Left out: Vietnamese, which officials read. */
  language?: DocumentLanguage
  /** What the document is called among its properties, and the sheet of the workbook. */
  name: string
  paper: keyof typeof PAPERS
  orientation: 'portrait' | 'landscape'
  /** Of letters in the table and beside it, in points. */
  size: number
  above: Sides
  title: readonly Line[]
  columns: readonly Column[]
  head: readonly (readonly HeadCell[])[]
  rows: readonly Row[]
  below: Sides
  /** What a workbook says to programs that read it again; left out: nothing. */
  marks?: Marks
}

/** What people do not see, and what a program finds the cells of a workbook by. */
export interface Marks {
  /** In a hidden sheet. */
  facts: Readonly<Record<string, string>>
  /** In a hidden column after the last: its title, and a key for each row. */
  title: string
  keys: readonly string[]
}

/** A cell of a head with its place, from 0. */
export interface PlacedCell {
  text: string
  row: number
  column: number
  rows: number
  columns: number
}

/** Cells of a head where they stand. */
export function placedHead (head: Document['head']): PlacedCell[] {
  const placed: PlacedCell[] = []
  for (const [row, cells] of head.entries()) {
    let column = 0
    for (const { text, columns = 1, rows = 1 } of cells) {
      while (headCellAt(placed, row, column) !== undefined) column++
      placed.push({ text, row, column, rows, columns })
      column += columns
    }
  }
  return placed
}

/** The cell that covers a place of a head. */
export function headCellAt (placed: readonly PlacedCell[], row: number, column: number): PlacedCell | undefined {
  return placed.find(cell => (
    cell.row <= row && row < cell.row + cell.rows && cell.column <= column && column < cell.column + cell.columns))
}

/** Millimetres, the short side first. */
export const PAPERS = { A4: [210, 297], A3: [297, 420] } as const

type Page = Pick<Document, 'paper' | 'orientation'>

export function pageOf ({ paper, orientation }: Page): { width: number, height: number } {
  const [short, long] = PAPERS[paper]
  return orientation === 'portrait' ? { width: short, height: long } : { width: long, height: short }
}

// Nghị định 30/2020/NĐ-CP: at least 20 mm at the top and the bottom, 30 where the page is bound, 15 across from there.
const MARGINS = {
  portrait: { top: 20, bottom: 20, left: 30, right: 15 },
  landscape: { top: 30, bottom: 15, left: 20, right: 20 }
}

export function marginsOf ({ orientation }: Page) {
  return MARGINS[orientation]
}

export function widthOf (columns: readonly Column[]): number {
  return columns.reduce((sum, { width }) => sum + width, 0)
}
