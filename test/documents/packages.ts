import { buffer } from 'node:stream/consumers'
import type { Readable } from 'node:stream'
import { fromBufferPromise } from 'yauzl'
import { ZipFile } from 'yazl'

/** The parts of a package (docx, xlsx) by their paths, in their order. */
export async function partsIn (file: Buffer): Promise<Map<string, string>> {
  const zip = await fromBufferPromise(file, { lazyEntries: true, autoClose: false })
  const parts = new Map<string, string>()
  for await (const entry of zip.eachEntry()) {
    parts.set(entry.fileName, String(await buffer(await zip.openReadStreamPromise(entry))))
  }
  return parts
}

export async function zipOf (parts: Iterable<readonly [string, string | Buffer]>): Promise<Buffer> {
  const zip = new ZipFile()
  for (const [path, part] of parts) zip.addBuffer(Buffer.from(part), path)
  zip.end()
  return buffer(zip.outputStream as Readable)
}

/** The package with some parts changed; null: left out. */
export async function edited (
  file: Buffer, changes: Record<string, ((part: string) => string) | null>
): Promise<Buffer> {
  const parts = await partsIn(file)
  for (const [path, change] of Object.entries(changes)) {
    if (change === null) parts.delete(path)
    else parts.set(path, change(parts.get(path) ?? ''))
  }
  return zipOf(parts)
}

export const SHEET = 'xl/worksheets/sheet1.xml'

/** The workbook with other cells: what stands inside of `<c …>`, and its attributes beside its address. */
export async function withCells (file: Buffer, cells: Record<string, string>): Promise<Buffer> {
  return edited(file, {
    [SHEET]: xml => Object.entries(cells).reduce((changed, [address, cell]) => {
      const pattern = new RegExp(`<c r="${address}" s="\\d+"(?:/>|[^/>]*>.*?</c>)`)
      if (!pattern.test(changed)) throw new Error(`there is no cell ${address}`)
      return changed.replace(pattern, `<c r="${address}"${cell}</c>`)
    }, xml)
  })
}

/** A cell with text. */
export function typed (text: string): string {
  return ` t="inlineStr"><is><t xml:space="preserve">${text}</t></is>`
}
