import { placedHead, widthOf, type Column, type Document, type Line, type Sides } from '../document.ts'
import type { Area } from './address.ts'
import { heightFor } from './row-height.ts'
import { PLAIN, type Style } from './styles.ts'

/** Where the parts of a document stand in its sheet; rows from 0. */
export interface Layout {
  /** Lines above and below the table, over several columns each. */
  lines: { text: string, area: Area, style: Style }[]
  /** Of rows, in points. */
  heights: ReadonlyMap<number, number>
  head: { text: string, area: Area }[]
  firstOfHead: number
  firstOfRows: number
  /** After all that is printed. */
  end: number
}

const TITLE_SIZE = 13

export function layoutOf ({ above, title, columns, head, rows, below, size }: Document): Layout {
  const lines: Layout['lines'] = []
  const heights = new Map<number, number>()
  const last = columns.length - 1
  const middle = halfOf(columns)
  let row = 0

  const raise = (row: number, height: number) => { heights.set(row, Math.max(height, heights.get(row) ?? 0)) }
  const put = (row: number, line: Line, left: number, right: number, style: Partial<Style>) => {
    const { text, bold = false, italic = false } = line
    const full = { ...PLAIN, size, bold, italic, ...style }
    lines.push({ text, area: { top: row, left, bottom: row, right }, style: full })
    raise(row, heightFor(text, full, widthOf(columns.slice(left, right + 1))))
  }
  const putSides = ({ left, right, align }: Sides) => {
    for (const [i, line] of left.entries()) put(row + i, line, 0, middle - 1, { vertical: 'top' })
    for (const [i, line] of right.entries()) put(row + i, line, middle, last, { vertical: 'top', align })
    row += Math.max(left.length, right.length)
  }

  putSides(above)
  if (above.left.length > 0) row++
  for (const line of title) put(row++, line, 0, last, { size: TITLE_SIZE, align: 'center' })
  row++
  const firstOfHead = row
  const placed = placedHead(head).map(cell => ({
    text: cell.text,
    area: {
      top: row + cell.row, left: cell.column,
      bottom: row + cell.row + cell.rows - 1, right: cell.column + cell.columns - 1
    }
  }))
  for (const { text, area: { top, left, bottom, right } } of placed) {
    const height = heightFor(text, { size, bold: true }, widthOf(columns.slice(left, right + 1)))
    for (let at = top; at <= bottom; at++) raise(at, Math.ceil(height / (bottom - top + 1)))
  }
  row += head.length
  const firstOfRows = row
  for (const { cells, bold } of rows) {
    for (const [i, { width }] of columns.entries()) {
      raise(row, heightFor(String(cells[i] ?? ''), { size, bold: i < bold }, width))
    }
    row++
  }
  row++
  putSides(below)
  return { lines, heights, head: placed, firstOfHead, firstOfRows, end: row }
}

/** The first column of the right half: where the middle of the table is nearest. */
function halfOf (columns: readonly Column[]): number {
  const distances = columns.slice(1).map((_, i) => Math.abs(2 * widthOf(columns.slice(0, i + 1)) - widthOf(columns)))
  return distances.indexOf(Math.min(...distances)) + 1
}
