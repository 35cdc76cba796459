// Ingest of dossiers. A line of a stream passes: stream.ts (reads lines, opens and ends the import), chunk-workers.ts
// (gathers chunks for some connections) with records/ (reads usual ones), chunk.ts (one transaction, stage by stage):
// validate.ts (shape, reach), lookups.ts (codes), normalise.ts (what is stored), rounds.ts (one version of each),
// compare/ (beside what is stored), store.ts (insert or replace), then rollups, audit and warnings.ts (what is odd).
import type { Readable } from 'node:stream'
import type { Hash } from 'node:crypto'
import type { Db } from '../../database/connect.ts'
import { compressByLz4 } from '../../database/sql/compression.ts'
import { allowSlowStatements } from '../../database/time-limits.ts'
import { inTransaction } from '../../database/transaction.ts'
import { withRetries } from '../../database/retry.ts'
import { withoutDeadline } from '../../concurrency/request-deadline.ts'
import type { Semaphore } from '../../concurrency/semaphore.ts'
import {
  idempotencyError, lockKey, replayAnswer, storeAnswer, storedAnswer, type StoredAnswer
} from '../../writes/idempotency.ts'
import { MAX_WARNINGS } from '../../writes/batch.ts'
import type { IssuesByRow } from '../../writes/row-issues.ts'
import { runWrite, type Written } from '../../writes/unit-of-work.ts'
import type { Origin, Write } from '../../writes/write.ts'
import { DomainError } from '../../contract/errors.ts'
import { linesOf } from '../../text/ndjson-lines.ts'
import { assertSource } from '../../catalogue/sources/register.ts'
import { COUNTS, countsOf, noCounts } from '../imports/counts.ts'
import { endExpired, keepLease, renewLease, secondsLeased } from '../imports/lease.ts'
import { addToImport, beginImport, endImport, type Progress } from '../imports/commands.ts'
import type { ImportError } from '../imports/schema.ts'
import type { DossierAnswer } from '../schema.ts'
import type { IngestContext } from './validate.ts'
import { ingestDossiers, type Ingested } from './chunk.ts'
import { warningsByLine } from './warnings.ts'
import { ChunkWorkers, codeOfRecord, type Chunk, type CodeOf } from './chunk-workers.ts'
import { RecordNames } from './records/record-names.ts'
import { RecordList } from './records/record-list.ts'

export interface ImportOptions {
  /** The system that sends. */
  source: string
  dry_run: boolean
  /** What becomes of rows that name units or procedures which the catalogue does not have. */
  unknown_codes: 'refuse' | 'keep'
}

/** How the lines of a stream are read that are no records of this service but of others. */
export interface LineFormat {
  codeOf: CodeOf
  /** What is kept of an item until its chunk is sent, where that is less than all of it. */
  read?: (item: unknown) => unknown
  /** What the items of a chunk are added to; left out: an array. */
  list?: () => Chunk['items']
  /**
   * @param id of the import
   * @param lineOf the line of an item by its index
   */
  ingest: (
    write: Write, items: Chunk['items'], id: number, lineOf: (index: number) => number
  ) => Promise<Ingested>
}

export interface Stream {
  body: Readable
  idempotency_key: string | null
  /** Has taken in all but the body of what makes a request another one. */
  hash: Hash
}

/** Errors that an answer lists; the import has more of them. */
export const MAX_ERRORS = 1_000

/** Rows after which a stream ends of which none was valid: it is something else than dossiers. */
const HOPELESS = 50_000

/**
 * Ingests a stream of dossiers of any length, one JSON text a line. Commits in chunks, each with its rollups, its audit
 * and its progress of the import. Rows at fault are left out and listed. Whatever ends a stream early, it can be sent
 * again: its key is held by a lease, which ends with the process.
 * @throws DomainError `invalid_request`, `idempotency_key_in_use`, `idempotency_key_reused`; `invalid_rows` for nothing
 *   but invalid rows; an error with status 400 when it breaks off; what the database throws, after some retries
 */
export async function ingestStream (
  db: Db, writers: Semaphore, origin: Origin, { body, idempotency_key: key, hash }: Stream, options: ImportOptions,
  format: LineFormat = recordsOf(options, origin)
): Promise<Written<DossierAnswer>> {
  const { by } = origin
  const opened = await writers.run(() => (
    runWrite(db, origin, write => openImport(write, key, options))))
  const seen = (bytes: Buffer) => { if (key !== null) hash.update(bytes) }
  const { before, id } = opened.answer
  if (before !== undefined) {
    for await (const _ of linesOf(body, seen));
    return { answer: replayAnswer(hash.digest(), before) as DossierAnswer, replayed: true }
  }

  return withoutDeadline(async () => {
    const endLease = keepLease(() => renewLease(db, by, id))
    try {
      return { answer: await ingestLines(), replayed: false }
    } finally {
      endLease()
    }
  })

  async function ingestLines (): Promise<DossierAnswer> {
    const answer: DossierAnswer = { import: id, ...noCounts(), errors: [], warning_count: 0, warnings: [] }
    const workers = new ChunkWorkers(chunk => (
      withRetries(() => writers.run(() => ingestChunk(db, origin, id, chunk, options, format)))), format)
    const feed = async () => {
      for await (const lines of linesOf(body, seen)) {
        addResults(answer, await workers.take(lines))
        assertHopeful(answer)
      }
      addResults(answer, await workers.end())
    }
    try {
      // A failure is answered at once, not when more of the body arrives.
      await Promise.race([feed(), workers.failure])
    } catch (error) {
      addResults(answer, await workers.stop())
      // Where even this fails, the import is shown as interrupted when its lease is over.
      await inTransaction(db, trx => endImport(trx, by, id, 'interrupted', answer)).catch(() => {})
      throw error
    }
    for (const list of [answer.errors, answer.warnings]) list.sort((a, b) => a.line - b.line)
    const sha256 = hash.digest()
    await withRetries(() => writers.run(() => inTransaction(db, async trx => {
      await endImport(trx, by, id, 'done', answer)
      if (key !== null) await storeAnswer(trx, by, { key, sha256 }, answer)
    })))
    return answer
  }
}

/** Lines of `DossierItem`. */
function recordsOf (options: ImportOptions, { by }: Origin): LineFormat {
  const { source, unknown_codes: unknown } = options
  const shared = { names: new RecordNames(), source }
  return {
    codeOf: codeOfRecord,
    // What waits is kept as it was sent.
    list: () => unknown === 'keep' ? [] : new RecordList(shared),
    ingest: (write, items, id, lineOf) => ingestDossiers(write, items, contextOf(by, id, options, lineOf))
  }
}

interface Opened {
  id: number
  /** What was answered to the same key before; then there is no import. */
  before: StoredAnswer | undefined
}

async function openImport (write: Write, key: string | null, { source, dry_run }: ImportOptions): Promise<Opened> {
  const { trx, by } = write
  if (key !== null) {
    await lockKey(trx, by, key)
    await endExpired(trx, by, key)
    const seconds = await secondsLeased(trx, by, key)
    if (seconds !== null) throw idempotencyError('idempotency_key_in_use', seconds)
    // Last: a stream that was running above has stored its answer when it is done.
    const before = await storedAnswer(trx, by, key)
    if (before !== undefined) return { id: 0, before }
  }
  await assertSource(trx, source, '/query/source')
  return { id: await beginImport(trx, by, { source, dry_run, idempotency_key: key }), before: undefined }
}

/** Ingests a chunk in a transaction of its own, with its progress of the import. */
async function ingestChunk (
  db: Db, origin: Origin, id: number, { items, lines, unreadable }: Chunk, { dry_run }: ImportOptions,
  { ingest }: LineFormat
): Promise<Progress> {
  const { by } = origin
  const lineOf = (index: number) => lines[index]!
  const { answer: result } = await runWrite(db, origin, async write => {
    await allowSlowStatements(write.trx)
    // The audit of a chunk is a long list of codes.
    await compressByLz4(write.trx)
    const { outcomes, issues, waits, conflicts, warnings: found } = await ingest(write, items, id, lineOf)
    const counts = countsOf(outcomes, conflicts)
    counts.received += unreadable.length
    counts.rejected += unreadable.length
    const errors = [...unreadable, ...errorsOf(issues, lineOf)]
    const progress = { counts, errors, waits: errorsOf(waits, lineOf), ...warningsByLine(found, lineOf) }
    if (!dry_run) await addToImport(write.trx, by, id, progress)
    return progress
  }, { dryRun: dry_run })
  // The transaction of a dry run is rolled back, and the progress with it.
  if (dry_run) await inTransaction(db, trx => addToImport(trx, by, id, result))
  return result
}

/** @param id of the import of the rows; 0: there is none */
export function contextOf (
  { unit: reach, client, province_code: province }: Origin['by'], id: number,
  { source, unknown_codes: unknown }: ImportOptions, lineOf: (index: number) => number
): IngestContext {
  return unknown === 'keep' ? { source, reach, keep: { import: id, client, province, lineOf } } : { source, reach }
}

export function errorsOf (issues: IssuesByRow, lineOf: (index: number) => number): ImportError[] {
  return [...issues].flatMap(([index, each]) => each.map(issue => ({ line: lineOf(index), ...issue })))
}

/** @throws DomainError `invalid_rows` */
function assertHopeful ({ import: id, received, rejected, errors }: DossierAnswer): void {
  if (received < HOPELESS || rejected < received) return
  const [{ line, code, detail }] = errors as [ImportError]
  throw new DomainError('invalid_rows', `the first ${received} rows are all invalid, such as line ${line}: ${detail} ` +
    `(${code}); the rest is not read; /v1/imports/${id}/errors lists more`)
}

function addResults (answer: DossierAnswer, results: readonly Progress[]): void {
  for (const { counts, errors, waits, warning_count: count, warnings } of results) {
    for (const name of COUNTS) answer[name] += counts[name]
    answer.errors.push(...[...errors, ...waits].slice(0, MAX_ERRORS - answer.errors.length))
    answer.warning_count += count
    answer.warnings.push(...warnings.slice(0, MAX_WARNINGS - answer.warnings.length))
  }
}
