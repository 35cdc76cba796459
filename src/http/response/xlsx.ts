import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { DomainError } from '../../contract/errors.ts'
import { cellOf, type Cell } from '../tables/cells.ts'

/** A sheet can hold 1 048 576 rows, but csv suits long tables better. */
const MAX_SHEET_ROWS = 100_000

/** Rows of one message to the worker: few enough that copying them does not block the event loop. */
const ROWS_PER_MESSAGE = 1_000

/** What a sheet is called, and its columns with their formats in the contract. */
export interface Sheet {
  name: string
  columns: { name: string, format: string | undefined }[]
}

/**
 * A spreadsheet with a row of headings. A worker thread writes it, because a thousand rows take a tenth of a second and
 * would block the event loop.
 * @throws DomainError `too_many_rows`
 */
export async function sheetOf (sheet: Sheet, rows: Iterable<object> | AsyncIterable<object>): Promise<Buffer> {
  const worker = new Worker(new URL('xlsx-worker.ts', import.meta.url), { workerData: sheet, execArgv: [] })
  const written = once(worker, 'message') as Promise<[Uint8Array]>
  // Awaited below, unless reading the rows fails: then a rejection must not be unhandled.
  written.catch(() => {})
  try {
    let count = 0
    let message: Cell[][] = []
    for await (const row of rows) {
      if (count++ === MAX_SHEET_ROWS) {
        throw new DomainError('too_many_rows', `a sheet holds at most ${MAX_SHEET_ROWS} rows; ask for csv, or less`)
      }
      message.push(sheet.columns.map(({ name, format }) => cellOf((row as Record<string, unknown>)[name], format)))
      if (message.length < ROWS_PER_MESSAGE) continue
      worker.postMessage(message)
      message = []
      // Rows that are in memory already would never yield to the event loop.
      await new Promise(resolve => setImmediate(resolve))
    }
    worker.postMessage(message)
    worker.postMessage(null)
    const [file] = await written
    return Buffer.from(file.buffer, file.byteOffset, file.byteLength)
  } catch (error) {
    await worker.terminate()
    throw error
  }
}
