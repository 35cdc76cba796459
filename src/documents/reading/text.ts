import { unreadable } from './unreadable.ts'

/** Letters of the longest text that a cell may hold, by Excel's own rule. */
export const MAX_TEXT = 32_767

/** What XML cannot hold is written so: `_x000B_`. */
const ESCAPED = /_x([0-9A-Fa-f]{4})_/g
const ESCAPED_LENGTH = 7

/**
 * The text that a workbook writes for a cell. Call it once for each text, not for each cell that refers to it.
 * @throws DomainError `invalid_request` for a text that is longer than a cell can hold
 */
export function textIn (path: string, written: string): string {
  // Of what is longer, the beginning is already too long, however it is escaped.
  const text = unescape(written.slice(0, ESCAPED_LENGTH * (MAX_TEXT + 1)))
  if (text.length <= MAX_TEXT) return text
  throw unreadable(`${path} has a text of more than ${MAX_TEXT} characters`, 'invalid_length')
}

export function unescape (text: string): string {
  return text.replaceAll(ESCAPED, (_, code: string) => String.fromCharCode(parseInt(code, 16)))
}
