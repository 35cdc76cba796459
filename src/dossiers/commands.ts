import { sql } from 'kysely'
import type { Caller } from '../contract/caller.ts'
import { DomainError } from '../contract/errors.ts'
import { assertBatchSize } from '../writes/batch.ts'
import { assertSound } from '../writes/row-issues.ts'
import type { Write } from '../writes/write.ts'
import { registerSources } from '../catalogue/sources/register.ts'
import { sourceIssues } from '../catalogue/sources/source-rules.ts'
import { countsOf } from './imports/counts.ts'
import { beginImport, endImport } from './imports/queries.ts'
import { ingestDossiers } from './ingest/chunk.ts'
import type { ImportOptions } from './ingest/stream.ts'
import { contextOf } from './ingest/validate.ts'
import { storedDossier } from './queries.ts'
import type { Dossier, DossierAnswer } from './schema.ts'

/**
 * The source that a caller sends for: its own, or the one that it names where it may send for any.
 * @throws DomainError `forbidden_rows`, `invalid_request`
 */
export function sourceOf (asked: string | undefined, by: Caller): string {
  const [issue] = sourceIssues(asked, by, '/query/source')
  if (issue === undefined) return (by.source ?? asked)!
  throw new DomainError(issue.code === 'missing' ? 'invalid_request' : 'forbidden_rows', issue.detail, [issue])
}

/**
 * Ingests a batch of dossiers, all or nothing.
 * @throws DomainError `too_many_items`, `invalid_rows`, `forbidden_rows`
 */
export async function postDossiers (
  write: Write, items: readonly unknown[], { source, dry_run }: ImportOptions
): Promise<DossierAnswer> {
  assertBatchSize(items, '; a stream holds any number')
  const { trx, by } = write
  await registerSources(write, [source])
  const { outcomes, issues } = await ingestDossiers(write, items, contextOf(source, by))
  assertSound(issues, items.length)
  const counts = countsOf(outcomes)
  if (dry_run) return { import: null, ...counts, errors: [] }
  const id = await beginImport(trx, by, { source, dry_run, idempotency_key: null })
  await endImport(trx, by, id, 'done', counts)
  return { import: id, ...counts, errors: [] }
}

/**
 * Deletes a dossier as its source would; a newer version of it brings it back.
 * @returns what it was
 * @throws DomainError `not_found`, for one out of reach as well
 */
export async function deleteDossier (write: Write, code: string): Promise<Dossier> {
  const { trx, by } = write
  const { province_code: _, ...dossier } = await storedDossier(trx, code, by.unit, sql`for update`)
  // A version that a wrong clock has dated in the future is deleted as well.
  const updated = new Date(Math.max(Date.now(), Date.parse(dossier.updated_at))).toISOString()
  const item = { code, unit: dossier.unit, updated_at: updated, deleted: true }
  await ingestDossiers(write, [item], { source: by.source ?? dossier.source, mayWrite: () => true })
  return dossier
}
