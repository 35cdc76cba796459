import sax from 'sax'
import { partsIn } from './packages.ts'

export interface DocxRow {
  cells: string[]
  isHead: boolean
  /** Of each cell: whether it is bold, how many columns it covers, and whether a merge downwards begins or goes on. */
  bold: boolean[]
  spans: number[]
  merges: (string | null)[]
}

/** The tables of a text document, as another program would read them, and the text outside of them. */
export async function tablesIn (file: Buffer): Promise<{ tables: DocxRow[][], lines: string[] }> {
  const tables: DocxRow[][] = []
  const lines: string[] = []
  const parser = sax.parser(true)
  let isInTable = false
  let paragraph = ''
  let name = ''
  const row = () => tables.at(-1)!.at(-1)!
  parser.onopentag = ({ name: opened, attributes }) => {
    const value = String((attributes as Record<string, string>)['w:val'])
    name = opened
    switch (opened) {
      case 'w:tbl': tables.push([]); isInTable = true; break
      case 'w:tr': tables.at(-1)!.push({ cells: [], isHead: false, bold: [], spans: [], merges: [] }); break
      case 'w:tblHeader': row().isHead = true; break
      case 'w:tc': row().cells.push(''); row().bold.push(false); row().spans.push(1); row().merges.push(null); break
      case 'w:gridSpan': row().spans.splice(-1, 1, Number(value)); break
      case 'w:vMerge': row().merges.splice(-1, 1, value); break
      case 'w:b': if (isInTable) row().bold.splice(-1, 1, true); break
      case 'w:br': paragraph += '\n'; break
      case 'w:p': paragraph = ''
    }
  }
  parser.ontext = text => { if (name === 'w:t') paragraph += text }
  parser.onclosetag = closed => {
    if (closed === 'w:tbl') isInTable = false
    if (closed !== 'w:p') return
    if (!isInTable) lines.push(paragraph)
    else row().cells.push([row().cells.pop()!, paragraph].filter(text => text !== '').join('\n'))
  }
  parser.write((await partsIn(file)).get('word/document.xml')!).close()
  return { tables, lines: lines.filter(line => line !== '') }
}
