// How a request writes: runWrite opens a transaction, looks the idempotency key up (idempotency.ts), runs the command
// with a Write (write.ts), stores the answer under the key, and appends what changed (changes.ts) to the audit log
// (audit-log.ts) as the last statement before the commit. A batch is checked and stored by ingest-batch.ts. A dry run
// is rolled back. What it waits for, and for how long, is bounded by concurrency/request-deadline.ts.
import { ANYONE, SCOPES } from '../contract/caller.ts'
import type { Db } from '../database/connect.ts'
import { inTransaction } from '../database/transaction.ts'
import { appendAudit } from './audit-log.ts'
import { lockKey, replayAnswer, storeAnswer, storedAnswer } from './idempotency.ts'
import { Write, type Origin } from './write.ts'

export interface WriteOptions<T> {
  /** The real run, rolled back. */
  dryRun?: boolean
  /** The answer as it may be stored for a repetition: without what is shown once. */
  stored?: (answer: T) => object
}

export interface Written<T> {
  answer: T
  replayed: boolean
}

/**
 * Runs all of a write in one transaction: its rows, their rollups, the audit, and the answer under its idempotency key.
 * A caller that gets no answer may send the same again.
 * @throws DomainError `idempotency_key_in_use`, `idempotency_key_reused`, and what `work` throws
 */
export async function runWrite<T extends object> (
  db: Db, origin: Origin, work: (write: Write) => Promise<T>,
  { dryRun = false, stored = answer => answer }: WriteOptions<T> = {}
): Promise<Written<T>> {
  return inTransaction(db, async trx => {
    const { by, idempotency } = origin
    if (idempotency !== null) {
      await lockKey(trx, by, idempotency.key)
      const before = await storedAnswer(trx, by, idempotency.key)
      if (before !== undefined) return { answer: replayAnswer(idempotency.sha256, before) as T, replayed: true }
    }
    const write = new Write(trx, origin)
    const answer = await work(write)
    if (dryRun) return { answer, replayed: false }
    if (idempotency !== null) await storeAnswer(trx, by, idempotency, stored(answer))
    for (const each of [write, ...write.further]) {
      if (each.auditRows.length > 0 || each.ownAuditRows !== null) await appendAudit(each, origin)
    }
    return { answer, replayed: false }
  }, { dryRun })
}

/** A write of the service itself, such as of its sample data. */
export async function runOwnWrite<T extends object> (
  db: Db, client: string, operation: string, work: (write: Write) => Promise<T>, options: { dryRun?: boolean } = {}
): Promise<T> {
  const by = { ...ANYONE, client, scopes: SCOPES }
  const origin = { by, request_id: null, address: null, operation, reason: null, idempotency: null, versions: null }
  return (await runWrite(db, origin, work, options)).answer
}
