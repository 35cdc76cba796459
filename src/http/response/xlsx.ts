import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { DomainError } from '../../contract/errors.ts'

/** A sheet holds 1 048 576 rows; long before that a person wants csv. */
const MAX_SHEET_ROWS = 100_000

/** Rows that are handed over at once: few enough to be copied in a moment. */
const PART = 1_000

export type Cell = string | number | boolean | null

/**
 * A spreadsheet with a line of headings. Written in a thread of its own, because that takes a tenth of a second for
 * each thousand rows, in which nobody else would be answered.
 * @throws DomainError `too_many_rows`
 */
export async function sheetOf (columns: string[], rows: Iterable<object> | AsyncIterable<object>): Promise<Buffer> {
  const worker = new Worker(new URL('xlsx-worker.ts', import.meta.url), { workerData: columns, execArgv: [] })
  const written = once(worker, 'message') as Promise<[Uint8Array]>
  // It is waited for below, unless the rows cannot be had.
  written.catch(() => {})
  try {
    let count = 0
    let part: Cell[][] = []
    for await (const row of rows) {
      if (count++ === MAX_SHEET_ROWS) {
        throw new DomainError('too_many_rows', `a sheet holds at most ${MAX_SHEET_ROWS} rows; ask for csv, or less`)
      }
      part.push(columns.map(column => cellOf((row as Record<string, unknown>)[column])))
      if (part.length < PART) continue
      worker.postMessage(part)
      part = []
      // Rows that are there already come without a pause.
      await new Promise(resolve => setImmediate(resolve))
    }
    worker.postMessage(part)
    worker.postMessage(null)
    const [file] = await written
    return Buffer.from(file.buffer, file.byteOffset, file.byteLength)
  } catch (error) {
    await worker.terminate()
    throw error
  }
}

function cellOf (value: unknown): Cell {
  return typeof value === 'object' && value !== null ? listText(value) : value as Cell
}

/** JSON; a list as `[{ value: 0, name: 'Chưa' }]` as `0=Chưa`, as the form's own file writes it. */
export function listText (value: object): string {
  if (!Array.isArray(value)) return JSON.stringify(value)
  return (value as (object | string)[]).map(item => typeof item === 'object' ? Object.values(item).join('=') : item).join('; ')
}
