import { readSheet } from 'read-excel-file/node'
import { MEDIA_TYPES } from '../../../src/contract/formats.ts'
import { ADMIN, forEachDatabase, type Service } from '../../database.ts'
import { edited, SHEET, typed, withCells } from '../../documents/packages.ts'

export const XLSX = { 'content-type': MEDIA_TYPES.xlsx }

/** Sends a workbook, as a client with every scope. */
export async function sending ({ app }: Service, url: string, file: Buffer, headers: Record<string, string> = {}) {
  const { statusCode: status, headers: answered, ...answer } = await app.inject({
    method: 'POST', url: `/v1/reports/${url}`, headers: { ...ADMIN, ...XLSX, ...headers }, payload: file
  })
  return { status, headers: answered, body: answer.json() }
}

/** The workbook of a report. */
export async function workbookOf ({ app }: Service, url: string): Promise<Buffer> {
  return (await app.inject(`/v1/reports/${url}?format=xlsx`)).rawPayload
}

/** The row of each indicator in the sheet, by its hidden code. */
export async function rowsByCode (file: Buffer): Promise<Record<string, number>> {
  return Object.fromEntries((await readSheet(file)).flatMap((row, i) => row[5] == null ? [] : [[String(row[5]), i + 1]]))
}

forEachDatabase('a report that was filled in as a workbook', async (t, service) => {
  const { get } = service
  const file = await workbookOf(service, 'H56/2021-H1')
  const at = await rowsByCode(file)
  const send = (file: Buffer, query = '', headers = {}) => sending(service, `H56/2021-H1/import${query}`, file, headers)
  const stored = async (code: string) => {
    const { rows } = (await get('/v1/reports/H56/2021-H1')).body as { rows: { code: string }[] }
    return rows.find(row => row.code === code)
  }

  t.test('changes nothing where nothing was changed', async t => {
    const before = (await get('/v1/reports/H56/2021-H1')).body
    t.match(await send(file), { status: 200, body: { created: 0, updated: 0, unchanged: 97, rejected: 0, errors: [] } })
    t.same((await get('/v1/reports/H56/2021-H1')).body, before)
  })
})
