import { unreadable } from './unreadable.ts'
import { readXml, type Attributes, type Part } from './xml.ts'

/** What a number format makes of a number. */
export type Shown = 'number' | 'percent' | 'date'

/** The formats that every workbook knows by their numbers. */
function builtIn (id: number): Shown {
  if (id === 9 || id === 10) return 'percent'
  return (id >= 14 && id <= 22) || (id >= 27 && id <= 36) || (id >= 45 && id <= 47) || (id >= 50 && id <= 58) ? 'date' : 'number'
}

/** Letters of a format, by Excel's own rule. */
const MAX_FORMAT = 255

/** What is shown as it stands: quoted, escaped, filled up, or in brackets, such as a colour. */
const LITERAL = /"[^"]*"|[\\_*].|\[(?!h+\]|m+\]|s+\])[^\]]*\]/gi

/** @param code such as `#,##0.00" %"` or `dd/mm/yyyy` */
export function shownBy (code: string): Shown {
  const telling = code.replaceAll(LITERAL, '')
  if (telling.includes('%')) return 'percent'
  return /[dmyhs]/i.test(telling.replaceAll(/general/gi, '')) ? 'date' : 'number'
}

/**
 * How each style of a workbook shows numbers, by the number of the style.
 * @throws DomainError `invalid_request` for a format that is longer than any
 */
export async function stylesIn (part: Part): Promise<Shown[]> {
  const formats = new Map<number, Shown>()
  const styles: Shown[] = []
  let isOfCells = false
  const open = (name: string, { numFmtId, formatCode = '' }: Attributes) => {
    const id = Number(numFmtId ?? 0)
    if (formatCode.length > MAX_FORMAT) {
      throw unreadable(`${part.path} has a format of more than ${MAX_FORMAT} characters`, 'invalid_length')
    }
    if (name === 'numFmt') formats.set(id, shownBy(formatCode))
    if (name === 'cellXfs') isOfCells = true
    if (name === 'xf' && isOfCells) styles.push(formats.get(id) ?? builtIn(id))
  }
  const close = (name: string) => { if (name === 'cellXfs') isOfCells = false }
  await readXml(part, { open, close })
  return styles
}
