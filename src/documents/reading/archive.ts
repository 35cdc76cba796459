import { buffer } from 'node:stream/consumers'
import { fromBufferPromise, type Entry, type ZipFile } from 'yauzl'
import { DomainError } from '../../contract/errors.ts'
import { decodeUtf8 } from '../../text/utf8.ts'
import { unreadable } from './unreadable.ts'

// A workbook of a report has some ten parts of together 100 KB, and pictures that people add. What a zip says of its
// sizes is held against what it inflates to.
export const MAX_PARTS = 500
const MIB = 1_024 ** 2
/** Of the parts that are read. */
export const MAX_READ = 16 * MIB
/** Of all parts. */
export const MAX_INFLATED = 64 * MIB

/** What a workbook is stored as with a password, and what it was before 2007. */
const COMPOUND_FILE = Buffer.from('d0cf11e0', 'hex')

/** The text of a part by its path; undefined: there is no such part. */
export type TextOf = (path: string) => Promise<string | undefined>

/**
 * The parts of a zip, within bounds.
 * @throws DomainError `invalid_request` for what is no zip or inflates to too much
 */
export async function partsOf (file: Buffer): Promise<TextOf> {
  if (file.subarray(0, 4).equals(COMPOUND_FILE)) {
    throw unreadable('it has a password, or is of Excel before 2007; save it as xlsx without a password')
  }
  const zip = await readable(() => fromBufferPromise(file, { lazyEntries: true }))
  const entries = await readable(() => entriesOf(zip))
  let read = 0
  return async path => {
    const entry = entries.get(path.toLowerCase())
    if (entry === undefined) return undefined
    read += entry.uncompressedSize
    if (read > MAX_READ) throw unreadable(`its sheets and texts inflate to more than ${MAX_READ} bytes`)
    return readable(async () => decodeUtf8(await buffer(await zip.openReadStreamPromise(entry))))
  }
}

async function entriesOf (zip: ZipFile): Promise<Map<string, Entry>> {
  if (zip.entryCount > MAX_PARTS) throw unreadable(`it has more than ${MAX_PARTS} parts`)
  const entries = new Map<string, Entry>()
  let inflated = 0
  for await (const entry of zip.eachEntry()) {
    inflated += entry.uncompressedSize
    if (inflated > MAX_INFLATED) throw unreadable(`it inflates to more than ${MAX_INFLATED} bytes`)
    // Packages do not tell capitals from small letters in the names of parts, and some programs mix them.
    const path = entry.fileName.toLowerCase()
    if (entries.has(path)) throw unreadable(`it has two parts ${entry.fileName}`)
    entries.set(path, entry)
  }
  return entries
}

/** What goes wrong with a zip is the fault of who sent it. */
async function readable<T> (work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw error instanceof DomainError ? error : unreadable((error as Error).message)
  }
}
