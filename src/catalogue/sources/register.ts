import { sql } from 'kysely'
import { DomainError, invalid } from '../../contract/errors.ts'
import type { Trx } from '../../database/connect.ts'
import { allowSlowStatements } from '../../database/time-limits.ts'
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

/**
 * Refuses a key that is bound to a unit if the source has figures, dossiers, clients or aliases out of its reach: these
 * would change as well.
 * @param pointers to what would change; none: nothing would
 * @throws DomainError `forbidden_rows` with `forbidden_source`
 */
export async function assertNoOthersUse (
  { trx, by }: Write, source: string, pointers: readonly string[]
): Promise<void> {
  const { unit } = by
  if (unit === null || pointers.length === 0 || !await isUsedOutside(trx, source, unit)) return
  const detail = `source ${source} is in use outside of ${unit}: changing it needs a key for all units`
  throw new DomainError('forbidden_rows', detail, pointers.map(pointer => ({ pointer, code: 'forbidden_source', detail })))
}

async function isUsedOutside (trx: Trx, source: string, reach: string): Promise<boolean> {
  // It may have millions of dossiers.
  await allowSlowStatements(trx)
  const outside = sql`source = ${source} and unit not in (select id from units where ${reach} = any(reached_by))`
  const { rows: [found] } = await sql<{ used: boolean }>`
    select exists(select from clients where source = ${source} and unit is null)
      or exists(select from clients where ${outside})
      or exists(select from unit_aliases where ${outside})
      or exists(select from statistics_sets where ${outside})
      or exists(select from feedback_sets where ${outside})
      or exists(select from evaluation_inputs where ${outside})
      or exists(select from dossiers where ${outside}) as used`.execute(trx)
  return found!.used
}
