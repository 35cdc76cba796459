import type { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { ZipFile } from 'yazl'
import { XML_HEADER } from './xml.ts'

/** The text of a part, in pieces that are short enough to write without blocking others. */
export type Pieces = Iterable<string>

/** A package of parts (ECMA-376) by their paths. They are written in this order. */
export async function packageOf (parts: Readonly<Record<string, Pieces>>): Promise<Buffer> {
  const zip = new ZipFile()
  // A file of the same contents has the same bytes, whenever and wherever it is written: a zip has local times.
  const options = { mtime: new Date(2000, 0, 1), mode: 0o100644, forceDosTimestamp: true }
  for (const [path, pieces] of Object.entries(parts)) zip.addBuffer(await written(pieces), path, options)
  zip.end()
  return buffer(zip.outputStream as Readable)
}

async function written (pieces: Pieces): Promise<Buffer> {
  const texts: Buffer[] = []
  for (const piece of pieces) {
    texts.push(Buffer.from(piece))
    await nextTurn()
  }
  return Buffer.concat(texts)
}

const PACKAGE = 'http://schemas.openxmlformats.org/package/2006'
export const RELATIONSHIPS = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'

/** @param types content types by the paths of their parts */
export function contentTypes (types: Readonly<Record<string, string>>): Pieces {
  const overrides = Object.entries(types).map(([path, type]) => (
    `<Override PartName="/${path}" ContentType="application/vnd.openxmlformats-officedocument.${type}+xml"/>`))
  return [`${XML_HEADER}<Types xmlns="${PACKAGE}/content-types">` +
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>' +
    `${overrides.join('')}</Types>`]
}

/** @param targets kind and path of each part, by the id of the relationship */
export function relationships (targets: Readonly<Record<string, readonly [kind: string, path: string]>>): Pieces {
  const all = Object.entries(targets).map(([id, [kind, path]]) => (
    `<Relationship Id="${id}" Type="${RELATIONSHIPS}/${kind}" Target="${path}"/>`))
  return [`${XML_HEADER}<Relationships xmlns="${PACKAGE}/relationships">${all.join('')}</Relationships>`]
}
