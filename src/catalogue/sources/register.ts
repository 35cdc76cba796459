import { invalid } from '../../contract/errors.ts'
import type { Trx } from '../../database/connect.ts'
import { nearestTo } from '../../text/nearest.ts'
import { auditRowsOf } from '../../writes/changes.ts'
import type { Write } from '../../writes/write.ts'

/** Of a source that has not been described yet. */
const DEFAULT_PRECEDENCE = 100

/** Adds the source of a client, unless there is one of this code. */
export async function registerSource ({ trx, auditRows }: Write, code: string): Promise<void> {
  const source = { code, name: code, precedence: DEFAULT_PRECEDENCE, synthetic: false }
  const added = await trx.insertInto('sources').values(source).onConflict(conflict => conflict.doNothing())
    .returningAll().execute()
  const changes = added.map(after => ({ outcome: 'created' as const, before: null, after }))
  auditRows.push(...auditRowsOf('sources', changes, { key: ['code'] }))
}

/** The sources among `codes` that do not exist, with what to say of each. */
export async function unknownSources (trx: Trx, codes: Iterable<string>): Promise<Map<string, string>> {
  const asked = [...new Set(codes)]
  if (asked.length === 0) return new Map()
  const known = (await trx.selectFrom('sources').select('code').orderBy('code').execute()).map(({ code }) => code)
  return new Map(asked.filter(code => !known.includes(code)).map(code => [code, unknownSource(code, known)]))
}

function unknownSource (code: string, known: readonly string[]): string {
  const nearest = nearestTo(code, known)
  return `there is no source ${code}${nearest === undefined ? '' : `; the nearest known one is ${nearest}`}`
}

/** @throws DomainError `invalid_request` with `unknown_source` */
export async function assertSource (trx: Trx, code: string, pointer: string): Promise<void> {
  const detail = (await unknownSources(trx, [code])).get(code)
  if (detail !== undefined) throw invalid(pointer, 'unknown_source', detail)
}
