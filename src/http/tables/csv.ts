import { Readable, pipeline } from 'node:stream'
import { stringify } from 'csv-stringify'
import { listText } from './cells.ts'

const FORMULA = /^(?:[=+\-@\t\r](?!$)|'+[=+\-@\t\r])/
const PLAIN_NUMBER = /^[+-]?\d+(?:[.,]\d+)*$/

/** @returns the text, with an apostrophe before it where a spreadsheet would take it for a formula */
export function safeText (text: string): string {
  return FORMULA.test(text) && !PLAIN_NUMBER.test(text) ? `'${text}` : text
}

/** The text that `safeText` made safe. */
export function unsafeText (text: string): string {
  const rest = text.slice(1)
  return text.startsWith('\'') && safeText(rest) === text ? rest : text
}

const CSV = {
  header: true,
  // Without the BOM Excel reads a csv in the code page of the machine, which breaks Vietnamese letters.
  bom: true,
  record_delimiter: '\r\n',
  quoted_match: /[\r\n]/,
  cast: { string: safeText, object: (value: object) => safeText(listText(value)), boolean: String }
} as const

/** Rows as csv, with a heading. */
export function csvOf (columns: string[], rows: Iterable<object> | AsyncIterable<object>): Readable {
  return pipeline(Readable.from(rows), stringify({ ...CSV, columns }), () => {})
}
