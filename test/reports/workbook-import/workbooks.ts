import { readSheet } from 'read-excel-file/node'
import { MEDIA_TYPES } from '../../../src/contract/formats.ts'
import { ADMIN, type Service } from '../../database.ts'

/** Sends a workbook, as a client with every scope. */
export async function sendWorkbook ({ app }: Service, url: string, file: Buffer, headers: Record<string, string> = {}) {
  const { statusCode: status, headers: answered, ...answer } = await app.inject({
    method: 'POST', url: `/v1/reports/${url}`, payload: file,
    headers: { ...ADMIN, 'content-type': MEDIA_TYPES.xlsx, ...headers }
  })
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- what a client sees: anything
  return { status, headers: answered, body: answer.json<any>() }
}

/** The workbook of a report. */
export async function workbookOf ({ app }: Service, url: string): Promise<Buffer> {
  return (await app.inject(`/v1/reports/${url}?format=xlsx`)).rawPayload
}

/** The row of each indicator in the sheet, from 1, by its hidden code. */
export async function rowsByCode (file: Buffer): Promise<Record<string, number>> {
  const rows = await readSheet(file)
  return Object.fromEntries(rows.flatMap((row, i) => row[5] === null || row[5] === 'Mã chỉ tiêu' ? [] : [[String(row[5]), i + 1]]))
}
