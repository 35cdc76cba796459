import type { Caller } from '../contract/caller.ts'
import type { Semaphore } from '../concurrency/semaphore.ts'
import { DomainError } from '../contract/errors.ts'
import type { Db } from '../database/connect.ts'
import { inTransaction } from '../database/transaction.ts'
import { assertBatchSize } from '../writes/batch.ts'
import { assertSound } from '../writes/row-issues.ts'
import type { Written } from '../writes/unit-of-work.ts'
import type { Origin, Write } from '../writes/write.ts'
import { assertSource } from '../catalogue/sources/register.ts'
import { sourceIssues } from '../catalogue/sources/source-rules.ts'
import { lock } from '../database/sql/advisory-lock.ts'
import { countsOf } from './imports/counts.ts'
import { beginImport, endImport } from './imports/commands.ts'
import { ingestDossiers } from './ingest/chunk.ts'
import { contextOf, errorsOf, ingestStream, MAX_ERRORS, type ImportOptions, type Stream } from './ingest/stream.ts'
import { warningsByLine } from './ingest/warnings.ts'
import { recordConflicts, type SourcesInConflict } from './source-conflicts/record.ts'
import { lockCode, shownDossier, storedDossier } from './queries.ts'
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
 * @param conflicts gets the codes that another source sends as well, also when the batch is refused
 * @throws DomainError `too_many_items`, `invalid_request`, `invalid_rows`, `forbidden_rows`
 */
export async function postDossiers (
  write: Write, items: readonly unknown[], options: ImportOptions, conflicts: SourcesInConflict[]
): Promise<DossierAnswer> {
  assertBatchSize(items, '; a stream holds any number')
  const { trx, by } = write
  const { source, dry_run, unknown_codes: unknown } = options
  await assertSource(trx, source, '/query/source')
  const begin = () => beginImport(trx, by, { source, dry_run, idempotency_key: null })
  // Rows that wait name their import, which otherwise begins when it is clear that nothing is at fault.
  const begun = unknown === 'keep' && !dry_run ? await begin() : null
  const ingested = await ingestDossiers(write, items, contextOf(by, begun ?? 0, options, lineOf))
  conflicts.push(...ingested.conflicts)
  assertSound(ingested.issues, items.length)
  const counts = countsOf(ingested.outcomes, ingested.conflicts)
  const errors = errorsOf(ingested.waits, lineOf).slice(0, MAX_ERRORS)
  const answer = { ...counts, errors, ...warningsByLine(ingested.warnings, lineOf) }
  if (dry_run) return { import: null, ...answer }
  const id = begun ?? await begin()
  await endImport(trx, by, id, 'done', answer)
  return { import: id, ...answer }
}

function lineOf (index: number): number {
  return index + 1
}

/**
 * Ingests a stream of dossiers, in many transactions.
 * @throws what `ingestStream` throws
 */
export function importDossiers (
  db: Db, writers: Semaphore, origin: Origin, stream: Stream, options: ImportOptions
): Promise<Written<DossierAnswer>> {
  return ingestStream(db, writers, origin, stream, options)
}

/** Lists the conflicts of a batch that was refused for them, of which nothing was written. */
export async function listConflicts (db: Db, conflicts: readonly SourcesInConflict[]): Promise<void> {
  const refused = conflicts.filter(({ other }) => other === 'refused')
  if (refused.length > 0) await inTransaction(db, trx => recordConflicts(trx, refused))
}

/**
 * Deletes a dossier as its source would; a newer version of it brings it back.
 * @param unit whose dossier, if several of the code are within reach
 * @returns what it was
 * @throws DomainError `not_found`, for one out of reach as well; `forbidden_rows` for one of another source
 */
export async function deleteDossier (write: Write, code: string, unit: string | undefined): Promise<Dossier> {
  const { trx, by } = write
  await lock(trx, 'dossiers', 'shared')
  await lockCode(trx, code)
  const dossier = shownDossier(await storedDossier(trx, code, unit, by.unit))
  const { source, received_at, submitted_at, updated_at } = dossier
  if (by.source !== null && by.source !== source) {
    const detail = `dossier ${code} belongs to source ${source}`
    throw new DomainError('forbidden_rows', detail, [{ pointer: '/path/code', code: 'other_source', detail }])
  }
  // As old as what it deletes, so that any newer version is not stale, whatever the clocks say.
  const deletion = { code, unit: dossier.unit, received_at, submitted_at, updated_at, deleted: true }
  const { issues } = await ingestDossiers(write, [deletion], { source, reach: by.unit })
  assertSound(issues, 1)
  return dossier
}
