import type { IssueCode } from '../../contract/errors.ts'
import type { DocumentLanguage } from '../../documents/document.ts'
import type { ReadCell } from '../../documents/reading/sheet.ts'
import { otherNotation } from '../../documents/vietnamese-number.ts'
import { parsePrinted } from '../indicators/notation.ts'
import type { IndicatorValueItem, ValueType } from '../indicators/schema.ts'

/** The properties of an item that a cell gives. */
type Given = Pick<IndicatorValueItem, 'number' | 'choice' | 'printed'>

export interface CellIssue {
  code: IssueCode
  detail: string
}

/** The value that a cell of results holds, or what is wrong with the cell. Whether the value fits is checked later. */
export function valueIn (
  cell: ReadCell | undefined, type: ValueType, language: DocumentLanguage = 'vi'
): Given | CellIssue {
  if (cell === undefined) return { printed: '' }
  switch (cell.kind) {
    case 'text': return language === 'en' ? englishIn(printedIn(cell.text, type), type) : { printed: printedIn(cell.text, type) }
    case 'number': return numberIn(cell, type)
    default: return noValue(cell)
  }
}

/** The text that a cell of notes holds; null: none. */
export function noteIn (cell: ReadCell | undefined): string | null | CellIssue {
  if (cell === undefined) return null
  switch (cell.kind) {
    case 'text': return cell.text.trim() === '' ? null : cell.text
    case 'number': return cell.shown === 'number' ? String(exactly(cell.number)) : {
      code: 'invalid_type', detail: `the cell shows a number as a ${cell.shown}; enter the note as text`
    }
    default: return noValue(cell)
  }
}

/** What Excel and Word make of a hyphen while people type. */
const DASH = /^[\u2010-\u2015\u2212]$/

/** Letters that nobody sees, such as those that come with what is copied from a page. */
const INVISIBLE = /[\u200b-\u200d\u2060\ufeff]/g

/** The unit of a percentage stands in a column of its own. */
function printedIn (written: string, type: ValueType): string {
  const text = written.replaceAll(INVISIBLE, '').trim()
  if (DASH.test(text)) return '-'
  return type === 'percent' && text.endsWith('%') ? text.slice(0, -1).trimEnd() : text
}

function englishIn (text: string, type: ValueType): Given | CellIssue {
  const printed = otherNotation(text)
  if (parsePrinted(printed, type) !== null) return { printed }
  const detail = `${JSON.stringify(text)} is not a value in English notation, such as 2,079 or 92.41, which the file was given in`
  return { code: 'malformed', detail }
}

function numberIn ({ number, shown }: ReadCell & { kind: 'number' }, type: ValueType): Given | CellIssue {
  if (shown === 'date') {
    const detail = 'the cell is a date or a time, not a number: Excel makes one of what looks like it, such as 1/2; ' +
      'format the cell as text and enter the value again'
    return { code: 'invalid_type', detail }
  }
  if (shown === 'percent' && type !== 'percent') {
    const detail = `the cell shows ${hundredfold(number)} %, and the value type of the indicator is ${type}; format the cell as text`
    return { code: 'value_of_other_type', detail }
  }
  if (shown === 'percent') return { number: hundredfold(number) }
  return type === 'choice' ? { choice: exactly(number) } : { number: exactly(number) }
}

function noValue (cell: ReadCell & { kind: 'boolean' | 'error' | 'formula' }): CellIssue {
  const detail = cell.kind === 'formula'
    ? 'the cell has a formula and no result: open the file in Excel or LibreOffice, and save it again'
    : `the cell holds ${cell.text}, which is ${cell.kind === 'error' ? 'the error of a formula' : 'neither a number nor text'}`
  return { code: 'invalid_type', detail }
}

/** What Excel itself shows of a number: 15 digits, without the traces of binary fractions. */
function exactly (number: number): number {
  return Number(number.toPrecision(15))
}

/** A percentage of what a cell stores as a share: its decimal point moves, so that 0.9241 is 92.41. */
function hundredfold (share: number): number {
  const [digits, exponent = '0'] = share.toPrecision(15).split('e')
  return Number(`${digits!}e${Number(exponent) + 2}`)
}
