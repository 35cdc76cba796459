import { sql } from 'kysely'
import { DomainError, type IssueCode } from '../../contract/errors.ts'
import type { Trx } from '../../database/connect.ts'
import { allowSlowStatements } from '../../database/time-limits.ts'
import { changeOf } from '../../writes/batch.ts'
import { auditRowsOf } from '../../writes/changes.ts'
import type { Write } from '../../writes/write.ts'
import { assertNoOthersUse, unknownSources } from './register.ts'
import type { Source, SourceBody } from './schema.ts'

/** What depends on sources. It is given from outside: sources know nothing of what is reported under them. */
export interface SourceEffects {
  /** Rolls up again what a source takes part in, after its rank among the sources has changed. */
  rerank: (trx: Trx, source: string) => Promise<void>
  /** Makes the dossiers of a source those of its successor. @returns how many */
  handOver: (trx: Trx, source: string, successor: string) => Promise<number>
}

/**
 * Describes a source, whether it has posted already or not. What it reported counts by its new rank at once, and what
 * the source that it succeeds sent is handed over.
 * @throws DomainError `precondition_failed`, `invalid_rows`, `forbidden_rows`
 */
export async function putSource (
  write: Write, code: string, body: SourceBody, { rerank, handOver }: SourceEffects
): Promise<Source> {
  const { trx, auditRows } = write
  const described = { ...body, name: body.name.normalize('NFC'), succeeds: body.succeeds ?? null }
  // A concurrent request that creates the same code waits here, and then finds it.
  await sql`select pg_advisory_xact_lock(hashtextextended(${`source ${code}`}, 0))`.execute(trx)
  const before = await trx.selectFrom('sources').selectAll().where('code', '=', code).forUpdate().executeTakeFirst()
  write.requireVersion(before?.version)
  if (described.succeeds !== null) await assertSuccession(write, code, described.succeeds, body.precedence)
  await assertNoOthersUse(write, code, before === undefined ? [''] : PROPERTIES
    .filter(property => before[property] !== described[property]).map(property => `/${property}`))
  const isSame = before !== undefined && changeOf(0, before, { ...before, ...described }).outcome === 'unchanged'
  const after = isSame ? before : await trx.insertInto('sources').values({ code, ...described })
    .onConflict(conflict => conflict.column('code').doUpdateSet({ ...described, version: sql`sources.version + 1` }))
    .returningAll().executeTakeFirstOrThrow()
  if (before?.precedence !== body.precedence) {
    await allowSlowStatements(trx)
    await rerank(trx, code)
  }
  if (!isSame) auditRows.push(...auditRowsOf('sources', [changeOf(0, before, after)], { key: ['code'] }))
  if (described.succeeds !== null) await recordHandOver(write, code, described.succeeds, handOver)
  return after
}

const PROPERTIES = ['name', 'precedence', 'synthetic', 'succeeds'] as const

/** A predecessor of higher precedence would take over again what was handed over. */
async function assertSuccession ({ trx, by }: Write, code: string, succeeds: string, precedence: number) {
  if (by.unit !== null) throw refusal('forbidden_rows', 'succeeds', 'forbidden_unit', 'this needs a key for all units')
  if (succeeds === code) throw refusal('invalid_rows', 'succeeds', 'not_allowed', 'a source does not succeed itself')
  const unknown = (await unknownSources(trx, [succeeds])).get(succeeds)
  if (unknown !== undefined) throw refusal('invalid_rows', 'succeeds', 'unknown_source', unknown)
  const predecessor = await trx.selectFrom('sources').select('precedence').where('code', '=', succeeds).executeTakeFirstOrThrow()
  if (predecessor.precedence > precedence) {
    const detail = `the precedence is lower than that of ${succeeds} (${predecessor.precedence})`
    throw refusal('invalid_rows', 'precedence', 'out_of_range', detail)
  }
}

function refusal (code: 'invalid_rows' | 'forbidden_rows', property: string, issue: IssueCode, detail: string) {
  return new DomainError(code, detail, [{ pointer: `/${property}`, code: issue, detail }])
}

async function recordHandOver (
  { trx, auditRows }: Write, code: string, succeeds: string, handOver: SourceEffects['handOver']
) {
  await allowSlowStatements(trx)
  const dossiers = await handOver(trx, succeeds, code)
  if (dossiers === 0) return
  auditRows.push({
    province_code: '', resource: 'source-successions', action: 'updated', key: { source: code, succeeds }, unit: null,
    before: null, after: { dossiers }
  })
}
