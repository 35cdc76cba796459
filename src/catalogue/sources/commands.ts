import { sql } from 'kysely'
import type { Trx } from '../../database/connect.ts'
import { allowSlowStatements } from '../../database/time-limits.ts'
import { changeOf } from '../../writes/batch.ts'
import { auditRowsOf } from '../../writes/changes.ts'
import type { Write } from '../../writes/write.ts'
import type { Source, SourceBody } from './schema.ts'

/** Rolls up again what a source takes part in, after its rank among the sources has changed. */
export type Rerank = (trx: Trx, source: string) => Promise<void>

/**
 * Describes a source, whether it has posted already or not. What it reported counts by its new rank at once.
 * @param rerank given from outside: sources know nothing of what is reported under them
 * @throws DomainError `precondition_failed`
 */
export async function putSource (
  write: Write, code: string, body: SourceBody, rerank: Rerank
): Promise<Source> {
  const { trx, auditRows } = write
  const described = { ...body, name: body.name.normalize('NFC') }
  // A concurrent request that creates the same code waits here, and then finds it.
  await sql`select pg_advisory_xact_lock(hashtextextended(${`source ${code}`}, 0))`.execute(trx)
  const before = await trx.selectFrom('sources').selectAll().where('code', '=', code).forUpdate().executeTakeFirst()
  write.requireVersion(before?.version)
  if (before !== undefined && changeOf(0, before, { ...before, ...described }).outcome === 'unchanged') return before
  const after = await trx.insertInto('sources').values({ code, ...described })
    .onConflict(conflict => conflict.column('code').doUpdateSet({ ...described, version: sql`sources.version + 1` }))
    .returningAll().executeTakeFirstOrThrow()
  if (before?.precedence !== body.precedence) {
    await allowSlowStatements(trx)
    await rerank(trx, code)
  }
  auditRows.push(...auditRowsOf('sources', [changeOf(0, before, after)], { key: ['code'] }))
  return after
}
