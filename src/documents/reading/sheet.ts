import type { Area } from '../xlsx/address.ts'
import type { Shown } from './formats.ts'
import { textIn } from './text.ts'
import { unreadable } from './unreadable.ts'
import { readXml, type Attributes, type Part } from './xml.ts'

/** What a cell shows. Of a formula it is what was calculated when the workbook was saved. */
export type ReadCell =
  | { kind: 'text', text: string }
  | { kind: 'number', number: number, shown: Shown }
  | { kind: 'boolean', text: string }
  | { kind: 'error', text: string }
  /** A formula that was never calculated. */
  | { kind: 'formula' }

export interface ReadSheet {
  name: string
  /** Cells that are not empty, by row and column, from 0. */
  rows: Map<number, Map<number, ReadCell>>
  /** Cells that are merged to one. */
  merged: Area[]
}

/** What the sheets of a workbook have in common. */
export interface Shared {
  /** Texts, unescaped, and styles that cells refer to by their numbers. */
  texts: readonly string[]
  styles: readonly Shown[]
  /** Cells that were read so far. */
  cells: number
}

export const MAX_CELLS = 100_000
export const MAX_MERGED = 10_000
const MAX_ROW = 1_048_576
const MAX_COLUMN = 16_384

/** A cell while it is read. */
interface Raw {
  type: string
  style: number
  value: string | null
  text: string
  hasFormula: boolean
}

/** @throws DomainError `invalid_request` for what is no sheet, and for one of too many cells or too long a text */
export async function sheetIn (part: Part, name: string, shared: Shared): Promise<ReadSheet> {
  const { path } = part
  const sheet: ReadSheet = { name, rows: new Map(), merged: [] }
  let [row, column] = [-1, -1]
  let raw: Raw | null = null
  const open = (element: string, attributes: Attributes) => {
    const { r, ref = '' } = attributes
    switch (element) {
      case 'row':
        row = r === undefined ? row + 1 : boundedRow(Number(r) - 1)
        column = -1
        break
      case 'c':
        [row, column] = r === undefined ? [row, column + 1] : placeOf(r)
        raw = { type: attributes['t'] ?? 'n', style: Number(attributes['s'] ?? 0), value: null, text: '', hasFormula: false }
        break
      case 'f':
        if (raw !== null) raw.hasFormula = true
        break
      case 'mergeCell':
        if (sheet.merged.push(areaOf(ref)) > MAX_MERGED) refuse(`${path} has more than ${MAX_MERGED} merged cells`)
    }
  }
  const close = (element: string, text: string, around: readonly string[]) => {
    if (raw === null) return
    if (element === 'v') raw.value = textIn(path, text)
    // The reading of East Asian names is beside the text, not in it.
    if (element === 't' && !around.includes('rPh')) raw.text += text
    if (element !== 'c') return
    const cell = cellOf({ ...raw, text: textIn(path, raw.text) }, shared)
    raw = null
    if (cell === null) return
    if (++shared.cells > MAX_CELLS) refuse(`it has more than ${MAX_CELLS} cells`)
    const cells = sheet.rows.get(row) ?? new Map<number, ReadCell>()
    sheet.rows.set(row, cells.set(column, cell))
  }
  await readXml(part, { open, close })
  return sheet
}

/** null: it is empty. */
function cellOf ({ type, style, value, text, hasFormula }: Raw, { texts, styles }: Shared): ReadCell | null {
  if (type === 'inlineStr') return textCell(text)
  // A formula that gives an empty text has an empty value, or none with the type of a text.
  if (type === 'str') return textCell(value ?? '')
  if (value === null || value === '') return hasFormula ? { kind: 'formula' } : null
  switch (type) {
    case 's': return textCell(texts[Number(value)] ?? refuse(`there is no shared text ${value}`))
    case 'b': return { kind: 'boolean', text: value === '0' ? 'FALSE' : 'TRUE' }
    case 'e': return { kind: 'error', text: value }
    case 'd': return { kind: 'number', number: NaN, shown: 'date' }
    default: {
      const number = Number(value)
      if (!Number.isFinite(number)) refuse(`${value} is not a number`)
      return { kind: 'number', number, shown: styles[style] ?? 'number' }
    }
  }
}

function textCell (text: string): ReadCell | null {
  return text === '' ? null : { kind: 'text', text }
}

function areaOf (text: string): Area {
  const [from, to = from] = text.split(':')
  const [top, left] = placeOf(from!)
  const [bottom, right] = placeOf(to!)
  return { top, left, bottom, right }
}

/** @param address such as `D17` */
function placeOf (address: string): [row: number, column: number] {
  const [, letters, digits] = /^\$?([A-Z]{1,3})\$?(\d{1,7})$/.exec(address) ?? refuse(`${address} is no cell`)
  const column = [...letters!].reduce((sum, letter) => 26 * sum + letter.charCodeAt(0) - 64, 0) - 1
  if (column >= MAX_COLUMN) refuse(`${address} is no cell`)
  return [boundedRow(Number(digits) - 1), column]
}

function boundedRow (row: number): number {
  return Number.isInteger(row) && row >= 0 && row < MAX_ROW ? row : refuse(`there is no row ${row + 1}`)
}

function refuse (why: string): never {
  throw unreadable(why)
}
