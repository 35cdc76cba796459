import { otherNotation, vietnameseNumber } from '../vietnamese-number.ts'
import { headCellAt, placedHead, widthOf, type Cell, type Column, type Document } from '../document.ts'
import type { Pieces } from '../package.ts'
import { linesXml } from './lines.ts'
import { twips } from './units.ts'

/** Millimetres that a cell leaves free at its sides, for each point of the size of its letters. */
const PADDING = 0.085

/** Rows that stay on one page with what follows: a signature does not stand alone. */
const KEPT = 2

/** Rows of one piece: few enough that writing them does not block the event loop. */
const ROWS_PER_PIECE = 200

const BORDERS = ['top', 'left', 'bottom', 'right', 'insideH', 'insideV']
  .map(side => `<w:${side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>`).join('')

/** The table of a document. Its head is repeated on each page, and no row is split between two. */
export function * tableXml ({ columns, head, rows, size, language }: Document): Pieces {
  const grid = columns.map(({ width }) => `<w:gridCol w:w="${twips(width)}"/>`)
  const margins = ['left', 'right'].map(side => `<w:${side} w:w="${twips(size * PADDING)}" w:type="dxa"/>`).join('')
  yield `<w:tbl><w:tblPr><w:tblW w:w="${twips(widthOf(columns))}" w:type="dxa"/><w:jc w:val="center"/>` +
    `<w:tblBorders>${BORDERS}</w:tblBorders><w:tblLayout w:type="fixed"/><w:tblCellMar>${margins}</w:tblCellMar></w:tblPr><w:tblGrid>${grid.join('')}</w:tblGrid>`
  yield headXml(columns, head, size)
  for (let from = 0; from < rows.length; from += ROWS_PER_PIECE) {
    yield rows.slice(from, from + ROWS_PER_PIECE).map(({ cells, bold }, at) => {
      const keeps = from + at >= rows.length - KEPT
      const all = columns.map(({ width, align }, i) => (
        cellXml(twips(width), (
          linesXml([{ text: textOf(cells[i]!, language), bold: i < bold }], { align, size, keeps })), MIDDLE)))
      return `<w:tr><w:trPr><w:cantSplit/></w:trPr>${all.join('')}</w:tr>`
    }).join('')
  }
  yield '</w:tbl>'
}

/** A cell that is merged with those below has them begin a merge, and each of those continues it. */
function headXml (columns: readonly Column[], head: Document['head'], size: number): string {
  const placed = placedHead(head)
  return head.map((_, row) => {
    let xml = '<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>'
    for (let column = 0; column < columns.length;) {
      const cell = headCellAt(placed, row, column)!
      const isFirst = cell.row === row
      const merge = cell.rows === 1 ? '' : `<w:vMerge w:val="${isFirst ? 'restart' : 'continue'}"/>`
      const width = twips(widthOf(columns.slice(column, column + cell.columns)))
      const text = isFirst ? cell.text : ''
      xml += cellXml(width, linesXml([{ text, bold: true }], { align: 'center', size }), (
        `${cell.columns === 1 ? '' : `<w:gridSpan w:val="${cell.columns}"/>`}${merge}${MIDDLE}`))
      column += cell.columns
    }
    return `${xml}</w:tr>`
  }).join('')
}

const MIDDLE = '<w:vAlign w:val="center"/>'

/** @param width in twips */
export function cellXml (width: number, content: string, properties = ''): string {
  return `<w:tc><w:tcPr><w:tcW w:w="${width}" w:type="dxa"/>${properties}</w:tcPr>${content}</w:tc>`
}

function textOf (cell: Cell, language: Document['language']): string {
  if (typeof cell !== 'number') return cell ?? ''
  return language === 'en' ? otherNotation(vietnameseNumber(cell)) : vietnameseNumber(cell)
}
