import type { Readable } from 'node:stream'
import type { Hash } from 'node:crypto'
import { MAX_ITEMS } from '../../writes/batch.ts'
import { reaches, type Caller } from '../../contract/caller.ts'
import type { Db } from '../../database/connect.ts'
import { allowSlowStatements } from '../../database/time-limits.ts'
import { replayAnswer, storeAnswer, storedAnswer, idempotencyError, type StoredAnswer } from '../../writes/idempotency.ts'
import { inTransaction } from '../../database/transaction.ts'
import type { Semaphore } from '../../concurrency/semaphore.ts'
import { runWrite, type Origin, type Write, type Written } from '../../writes/unit-of-work.ts'
import { invalid, DomainError, type Issue } from '../../contract/errors.ts'
import { linesOf } from '../../text/ndjson-lines.ts'
import { addToImport, beginImport, endImport, isRunning } from '../imports/queries.ts'
import { OUTCOMES } from '../../writes/outcomes.ts'
import type { OutcomeCounts, ImportError } from '../imports/schema.ts'
import { registerSources } from '../../catalogue/sources/register.ts'
import type { Ingested } from './validate.ts'
import { ingestDossiers } from './chunk.ts'
import { Lanes, withRetries, type Chunk } from './chunk-workers.ts'
import type { DossierAnswer } from '../schema.ts'

export interface ImportOptions {
  /** The system that sends. */
  source: string
  dry_run: boolean
}

/** Errors that an answer lists; the import knows the others. */
const MAX_ERRORS = 1_000

/**
 * The source that a caller sends for: its own. Only whoever manages the service may send for another.
 * @throws DomainError `forbidden_rows`, `invalid_request`
 */
export function sourceOf (asked: string | undefined, { source, scopes }: Caller): string {
  const refuse = (detail: string) => {
    const fault: Issue = { pointer: '/query/source', code: 'forbidden_source', detail }
    return new DomainError('forbidden_rows', detail, [fault])
  }
  if (source !== null && asked !== undefined && asked !== source) throw refuse(`this key reports for ${source} alone`)
  if (source === null && !scopes.includes('admin')) throw refuse('this key has no source to report for')
  const taken = source ?? asked
  if (taken !== undefined) return taken
  throw invalid('/query/source', 'missing', 'source is needed: this key has none of its own')
}

/**
 * Takes in a batch of dossiers, all or nothing.
 * @throws DomainError `too_many_items`, `invalid_rows`, `forbidden_rows`
 */
export async function importBatch (
  write: Write, items: readonly unknown[], { source, dry_run }: ImportOptions
): Promise<DossierAnswer> {
  if (items.length > MAX_ITEMS) {
    throw new DomainError('too_many_items', `a batch holds at most ${MAX_ITEMS} items, not ${items.length}; a stream holds any number`)
  }
  const { trx, by } = write
  await registerSources(write, [source])
  const ingested = await ingestDossiers(write, items, contextOf(source, by))
  refuseFaults(ingested)
  const counts = countsOf(ingested)
  if (dry_run) return { import: null, ...counts, errors: [] }
  const id = await beginImport(trx, by, { source, dry_run, idempotency_key: null })
  await endImport(trx, by, id, 'done', counts)
  return { import: id, ...counts, errors: [] }
}

function contextOf (source: string, by: Caller) {
  return { source, mayWrite: (unit: { path: readonly string[] }) => reaches(by.unit, unit) }
}

function refuseFaults ({ outcomes, issues }: Ingested) {
  if (issues.size === 0) return
  const all = [...issues].sort(([a], [b]) => a - b)
    .flatMap(([index, each]) => each.map(fault => ({ ...fault, pointer: `/items/${index}${fault.pointer}` })))
  const forbidden = all.some(({ code }) => code === 'forbidden_unit' || code === 'forbidden_source')
  const detail = `${issues.size} of ${outcomes.length} rows are at fault; nothing was written`
  throw new DomainError(forbidden ? 'forbidden_rows' : 'invalid_rows', detail, all)
}

function nothing (): OutcomeCounts {
  return { received: 0, created: 0, updated: 0, unchanged: 0, stale: 0, deleted: 0, rejected: 0 }
}

function countsOf ({ outcomes }: Ingested): OutcomeCounts {
  const counts = nothing()
  counts.received = outcomes.length
  for (const outcome of outcomes) counts[outcome]++
  return counts
}

export interface Stream {
  body: Readable
  idempotency_key: string | null
  /** Has taken in what else makes a request another one. */
  hash: Hash
}

/**
 * Takes in a stream of dossiers, a JSON text a line, as long as it may be. Commits in chunks, each with its sums, its
 * audit and its place in the import. What is at fault is left out and told. Whatever ends it early, it can be sent
 * again.
 * @throws DomainError `idempotency_key_in_use`, `idempotency_key_reused`; what the database throws, after some tries
 */
export async function importStream (
  db: Db, writers: Semaphore, origin: Origin, { body, idempotency_key: key, hash }: Stream, options: ImportOptions
): Promise<Written<DossierAnswer>> {
  const { by } = origin
  const opened = await writers.run(() => (
    runWrite(db, origin, write => openImport(write, key, options))))
  const seen = (bytes: Buffer) => { if (key !== null) hash.update(bytes) }
  const { before, id } = opened.answer
  if (before !== null) {
    for await (const _ of linesOf(body, seen));
    return { answer: replayAnswer(hash.digest(), before) as DossierAnswer, replayed: true }
  }

  const answer: DossierAnswer = { import: id, ...nothing(), errors: [] }
  const send = (chunk: Chunk) => writers.run(() => sendChunk(db, origin, id, chunk, options))
  const lanes = new Lanes(send, ({ counts, errors }: ChunkAnswer) => {
    for (const name of ['received', ...OUTCOMES] as const) answer[name] += counts[name]
    answer.errors.push(...errors.slice(0, MAX_ERRORS - answer.errors.length))
  })
  const feed = async () => {
    for await (const lines of linesOf(body, seen)) await lanes.take(lines)
    await lanes.end()
  }
  try {
    // Whoever sends is told at once, not when there is more of the body.
    await Promise.race([feed(), lanes.failure])
  } catch (error) {
    await lanes.stop()
    // Where even this fails, the import shows itself by its silence.
    await inTransaction(db, trx => endImport(trx, by, id, 'interrupted', answer)).catch(() => {})
    throw error
  }
  answer.errors.sort((a, b) => a.line - b.line)
  const sha256 = hash.digest()
  await withRetries(() => writers.run(() => inTransaction(db, async trx => {
    await endImport(trx, by, id, 'done', answer)
    if (key !== null) await storeAnswer(trx, by, { key, sha256 }, answer)
  })))
  return { answer, replayed: false }
}

interface Opened {
  id: number
  /** What was answered to the same key before; then there is no import. */
  before: StoredAnswer | null
}

async function openImport (write: Write, key: string | null, { source, dry_run }: ImportOptions): Promise<Opened> {
  const { trx, by } = write
  if (key !== null) {
    const before = await storedAnswer(trx, by, key, null)
    if (before !== null) return { id: 0, before }
    if (await isRunning(trx, by, key)) throw idempotencyError('idempotency_key_in_use')
  }
  if (!dry_run) await registerSources(write, [source])
  return { id: await beginImport(trx, by, { source, dry_run, idempotency_key: key }), before: null }
}

export interface ChunkAnswer {
  counts: OutcomeCounts
  errors: ImportError[]
}

async function sendChunk (
  db: Db, origin: Origin, id: number, { items, lines, unreadable }: Chunk, { source, dry_run }: ImportOptions
): Promise<ChunkAnswer> {
  const { by } = origin
  const { answer } = await runWrite(db, origin, async write => {
    await allowSlowStatements(write.trx)
    const ingested = await ingestDossiers(write, items, contextOf(source, by))
    const counts = countsOf(ingested)
    counts.received += unreadable.length
    counts.rejected += unreadable.length
    const errors = [
      ...unreadable,
      ...[...ingested.issues].flatMap(([index, issues]) => issues.map(fault => ({ line: lines[index]!, ...fault })))
    ]
    if (!dry_run) await addToImport(write.trx, by, id, counts, errors)
    return { counts, errors }
  }, { dryRun: dry_run })
  if (dry_run) await inTransaction(db, trx => addToImport(trx, by, id, answer.counts, answer.errors))
  return answer
}
