import type { HostileRequest } from './hostile-requests.ts'
import type { Answer, Service } from './service.ts'

type Row = Record<string, unknown>

const path = (strings: TemplateStringsArray, ...values: unknown[]) =>
  String.raw(strings, ...values.map(value => encodeURIComponent(String(value))))

/** Where what an operation writes can be read, and which of the rows there it is. */
const PLACES: Record<string, (row: Row, code: string) => { at: string, is?: (found: Row) => boolean }> = {
  putSource: (_, code) => ({ at: `/v1/sources/${code}` }),
  putClient: (_, code) => ({ at: `/v1/clients/${code}` }),
  postProcedures: row => ({ at: path`/v1/procedures/${row['code']}` }),
  postIndicatorValues: row => ({ at: path`/v1/indicator-values?unit=${row['unit']}&period=${row['period']}&indicator=${row['indicator']}` }),
  postDossierStatistics: row => ({
    at: path`/v1/dossier-statistics?unit=${row['unit']}&period=${row['period']}&source=${row['source']}&scope=${row['scope'] ?? 'own'}`,
    is: found => found['procedure'] === (row['procedure'] ?? null) && (row['field'] == null || found['field'] === row['field'])
  })
}

/**
 * Reads what was accepted of a request.
 * @returns how many values it compared, and those that are not as they were sent; text may come back in NFC
 */
export async function readBack (service: Service, request: HostileRequest, answer: Answer) {
  const place = PLACES[request.operation.operationId]
  if (place === undefined || answer.status !== 200 || isWithoutEffect(request, answer)) {
    return { compared: 0, altered: [] }
  }
  const code = /^\/v1\/\w+\/([^/?]+)/.exec(request.path)?.[1] ?? ''
  const altered: unknown[] = []
  let compared = 0
  for (const row of rowsOf(request.sent, answer)) {
    const { at, is = () => true } = place(row, code)
    const { body } = await service.get(at)
    const found = ((body.items as Row[] | undefined) ?? [body as Row]).find(is)
    for (const [name, value] of Object.entries(row)) {
      // What is not given may follow from the rest; an empty note is none.
      if (value === null || (name === 'note' && value === '')) continue
      // Says what the change is, and is not stored.
      if (name === 'correction') continue
      compared++
      if (!isSame(name, value, found?.[name])) altered.push({ at, name, sent: value, found: found?.[name] ?? null })
    }
  }
  return { compared, altered }
}

/** The answer itself says so: an older version than the stored one is stale. */
function isWithoutEffect ({ path }: HostileRequest, { headers, body }: Answer): boolean {
  const { stale = 0 } = body as { stale?: number }
  return stale > 0 || headers.get('idempotency-replayed') !== null || /[?&]dry_run=(true|1)/.test(path)
}

/** The rows of a batch that were not rejected, or the one row. */
function rowsOf (sent: unknown, { body }: Answer): Row[] {
  const { items } = sent as { items?: Row[] }
  const rejected = new Set((body.errors as { pointer: string }[] | undefined)?.map(({ pointer }) => pointer.split('/')[2]))
  return items === undefined ? [sent as Row] : items.filter((_, index) => !rejected.has(String(index)))
}

function isSame (name: string, sent: unknown, found: unknown): boolean {
  // An alias of a unit comes back as its code.
  if (name === 'unit' && typeof sent === 'string' && sent.includes(':')) return true
  if (name.endsWith('_at')) return Date.parse(sent as string) === Date.parse(found as string)
  return JSON.stringify(typeof sent === 'string' ? sent.normalize('NFC') : sent) === JSON.stringify(found)
}
