import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { ZipFile } from 'yazl'
import { Semaphore } from '../../concurrency/semaphore.ts'
import { DomainError } from '../../contract/errors.ts'
import { sheetXml, type Column } from './sheet-xml.ts'
import { WORKBOOK_PARTS, workbookXml } from './workbook-xml.ts'

/** A sheet can hold 1 048 576 rows, but csv suits long tables better. */
const MAX_SHEET_ROWS = 100_000

/** Writing a spreadsheet takes as much of the processor as thousands of other answers. */
const AT_ONCE = 2
/** Milliseconds. Proxies wait for half a minute at least. */
const TIMEOUT = 20_000
const RETRY_AFTER_SECONDS = 10

/**
 * Limits how many spreadsheets are written at a time.
 * @param timeout milliseconds that a request waits for its turn, before it is refused as `too_many_spreadsheets`
 */
export function spreadsheetLimiter (timeout = TIMEOUT): Semaphore {
  const refusal = (detail: string) => new DomainError(
    'too_many_spreadsheets', `${AT_ONCE} spreadsheets are written at a time, ${detail}; ask later, or for csv`, [], RETRY_AFTER_SECONDS)
  return new Semaphore(AT_ONCE, { timeout, refusal })
}

/** What a sheet is called, and its columns with their formats in the contract. */
export interface Sheet {
  name: string
  columns: Column[]
}

/**
 * A spreadsheet with a row of headings. Rows are written as they are read, so that only the compressed file is in
 * memory. It is complete before it is sent: a table that fails halfway is an error, not half a file.
 * @throws DomainError `too_many_rows`
 */
export async function spreadsheetOf (
  { name, columns }: Sheet, rows: Iterable<object> | AsyncIterable<object>
): Promise<Buffer> {
  const zip = new ZipFile()
  for (const [path, text] of Object.entries({ ...WORKBOOK_PARTS, 'xl/workbook.xml': workbookXml(name) })) {
    zip.addBuffer(Buffer.from(text), path)
  }
  const file = zip.outputStream as Readable
  const sheet = Readable.from(sheetXml(columns, bounded(rows))).once('error', error => { file.destroy(error) })
  zip.addReadStream(sheet, 'xl/worksheets/sheet1.xml')
  zip.end()
  return buffer(file)
}

async function * bounded (rows: Iterable<object> | AsyncIterable<object>) {
  let count = 0
  for await (const row of rows) {
    if (count++ === MAX_SHEET_ROWS) {
      throw new DomainError('too_many_rows', `a sheet holds at most ${MAX_SHEET_ROWS} rows; ask for csv, or less`)
    }
    yield row as Record<string, unknown>
  }
}
