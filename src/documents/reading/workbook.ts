import { posix } from 'node:path'
import { partsOf, type TextOf } from './archive.ts'
import { stylesIn, type Shown } from './formats.ts'
import { sheetIn, type ReadSheet } from './sheet.ts'
import { textIn } from './text.ts'
import { unreadable } from './unreadable.ts'
import { readXml, type Part } from './xml.ts'

/** Sheets that are read; a workbook of a report has two. */
export const MAX_SHEETS = 20

/**
 * The sheets of a workbook, in their order, also hidden ones. Nothing in it is calculated, and nothing that it names
 * elsewhere is looked up.
 * @throws DomainError `invalid_request` for what is no workbook, or too large
 */
export async function readWorkbook (file: Buffer): Promise<ReadSheet[]> {
  const parts = { textOf: await partsOf(file), elements: { count: 0 } }
  const [workbook] = (await related(parts, '')).filter(({ kind }) => kind === 'officeDocument')
  if (workbook === undefined) throw unreadable('no part of it is a workbook')
  const beside = await related(parts, workbook.path)
  const pathOf = (kind: string) => beside.find(one => one.kind === kind)?.path
  const [texts, styles] = [await textsIn(parts, pathOf('sharedStrings')), await formatsIn(parts, pathOf('styles'))]
  const shared = { texts, styles, cells: 0 }
  const sheets: ReadSheet[] = []
  for (const { name, id } of await sheetsListed(parts, workbook.path)) {
    const found = beside.find(one => one.id === id && one.kind === 'worksheet')
    // A chart that is a sheet has no cells.
    if (found !== undefined) sheets.push(await sheetIn(await part(parts, found.path), name, shared))
  }
  return sheets
}

async function sheetsListed (parts: Parts, path: string): Promise<{ name: string, id: string }[]> {
  const listed: { name: string, id: string }[] = []
  await readXml(await part(parts, path), {
    open: (element, { name = '', id = '' }) => { if (element === 'sheet') listed.push({ name, id }) }
  })
  if (listed.length > MAX_SHEETS) throw unreadable(`it has more than ${MAX_SHEETS} sheets`)
  return listed
}

async function textsIn (parts: Parts, path: string | undefined): Promise<string[]> {
  const texts: string[] = []
  if (path === undefined) return texts
  await readXml(await part(parts, path), {
    open: element => { if (element === 'si') texts.push('') },
    // The reading of East Asian names is beside the text, not in it.
    close: (element, text, around) => {
      if (element === 't' && !around.includes('rPh')) texts.push(`${texts.pop() ?? ''}${text}`)
    }
  })
  // Here, once each: a hundred thousand cells may refer to one of them.
  return texts.map(text => textIn(path, text))
}

async function formatsIn (parts: Parts, path: string | undefined): Promise<Shown[]> {
  return path === undefined ? [] : stylesIn(await part(parts, path))
}

interface Parts extends Pick<Part, 'elements'> {
  textOf: TextOf
}

interface Related {
  id: string
  /** The last word of the type, such as `worksheet`. */
  kind: string
  path: string
}

/** The parts that a part names; of the package itself for an empty path. */
async function related (parts: Parts, path: string): Promise<Related[]> {
  const folder = posix.dirname(path)
  const at = posix.join(folder, '_rels', `${posix.basename(path)}.rels`)
  const found: Related[] = []
  await readXml(await part(parts, at), {
    open: (element, { Id = '', Type = '', Target = '', TargetMode }) => {
      if (element !== 'Relationship' || TargetMode === 'External') return
      found.push({ id: Id, kind: posix.basename(Type), path: posix.resolve('/', folder, Target).slice(1) })
    }
  })
  return found
}

async function part ({ textOf, elements }: Parts, path: string): Promise<Part> {
  const xml = await textOf(path)
  if (xml === undefined) throw unreadable(`it has no part ${path}`)
  return { path, xml, elements }
}
