import { readXml, type Attributes } from './xml.ts'

/** What a number format makes of a number. */
export type Shown = 'number' | 'percent' | 'date'

/** The formats that every workbook knows by their numbers. */
function builtIn (id: number): Shown {
  if (id === 9 || id === 10) return 'percent'
  return (id >= 14 && id <= 22) || (id >= 27 && id <= 36) || (id >= 45 && id <= 47) || (id >= 50 && id <= 58) ? 'date' : 'number'
}

/** What is shown as it stands: quoted, escaped, filled up, or in brackets, such as a colour. */
const LITERAL = /"[^"]*"|[\\_*].|\[(?!h+\]|m+\]|s+\])[^\]]*\]/gi

/** @param code such as `#,##0.00" %"` or `dd/mm/yyyy` */
export function shownBy (code: string): Shown {
  const telling = code.replaceAll(LITERAL, '')
  if (telling.includes('%')) return 'percent'
  return /[dmyhs]/i.test(telling.replaceAll(/general/gi, '')) ? 'date' : 'number'
}

/** How each style of a workbook shows numbers, by the number of the style. */
export async function stylesIn (path: string, xml: string): Promise<Shown[]> {
  const formats = new Map<number, Shown>()
  const styles: Shown[] = []
  let isOfCells = false
  const open = (name: string, { numFmtId, formatCode = '' }: Attributes) => {
    const id = Number(numFmtId ?? 0)
    if (name === 'numFmt') formats.set(id, shownBy(formatCode))
    if (name === 'cellXfs') isOfCells = true
    if (name === 'xf' && isOfCells) styles.push(formats.get(id) ?? builtIn(id))
  }
  const close = (name: string) => { if (name === 'cellXfs') isOfCells = false }
  await readXml(path, xml, { open, close })
  return styles
}
