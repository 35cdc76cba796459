import { sql } from 'kysely'
import { DomainError } from '../contract/errors.ts'
import type { Caller } from '../contract/caller.ts'
import type { Db, Trx } from '../database/connect.ts'
import { storeAnswer, storedAnswer, type IdempotentRequest } from './idempotency.ts'
import { appendAudit, type AuditRow } from './audit-log.ts'
import { inTransaction } from '../database/transaction.ts'

/** Where a write comes from, for the audit, and on what terms. */
export interface Origin {
  by: Caller & { client: string }
  request_id: string | null
  address: string | null
  /** The operationId, or the command. */
  operation: string
  reason: string | null
  idempotency: IdempotentRequest | null
  /** Versions of which the row must have one; null: any will do. */
  versions: readonly number[] | null
}

/** One write on its way: a transaction, and what it changes so far. */
export class Write {
  readonly trx: Trx
  readonly by: Origin['by']
  readonly auditRows: AuditRow[] = []
  /** Rows that keep their own account of what changed, under the id of the write; null: there are none. */
  ownAuditRows: { province: string, rows: number } | null = null
  readonly #versions: Origin['versions']
  #id: number | null = null

  constructor (trx: Trx, { by, versions }: Pick<Origin, 'by' | 'versions'>) {
    this.trx = trx
    this.by = by
    this.#versions = versions
  }

  /** What names the write in the audit, for rows that say who wrote them. */
  async writeId (): Promise<number> {
    if (this.#id === null) {
      const { rows: [taken] } = await sql<{ id: number }>`select nextval('write_ids') as id`.execute(this.trx)
      this.#id = taken!.id
    }
    return this.#id
  }

  /** @throws DomainError `precondition_failed` when the row has none of the versions that the caller names */
  requireVersion (version: number | undefined) {
    if (this.#versions === null || (version !== undefined && this.#versions.includes(version))) return
    const found = version === undefined ? 'there is none' : `it has version ${version} by now`
    throw new DomainError('precondition_failed', `not the version that If-Match names: ${found}`)
  }
}

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
 * Does all of a write in one transaction: its rows, what is counted from them, the audit, and the answer under its
 * idempotency key. A caller that gets no answer may send the same again.
 * @throws DomainError `idempotency_key_in_use`, `idempotency_key_reused`, and what `work` throws
 */
export async function runWrite<T extends object> (
  db: Db, origin: Origin, work: (write: Write) => Promise<T>,
  { dryRun = false, stored = answer => answer }: WriteOptions<T> = {}
): Promise<Written<T>> {
  return inTransaction(db, async trx => {
    const { by, idempotency } = origin
    const before = idempotency === null ? null : await storedAnswer(trx, by, idempotency.key, idempotency.sha256)
    if (before !== null) return { answer: JSON.parse(before.answer) as T, replayed: true }
    const write = new Write(trx, origin)
    const answer = await work(write)
    if (dryRun) return { answer, replayed: false }
    if (idempotency !== null) await storeAnswer(trx, by, idempotency, stored(answer))
    if (write.auditRows.length > 0 || write.ownAuditRows !== null) await appendAudit(write, origin)
    return { answer, replayed: false }
  }, { dryRun })
}

/** A write of the service itself, such as of its sample data. */
export async function runOwnWrite<T extends object> (
  db: Db, client: string, operation: string, work: (write: Write) => Promise<T>
): Promise<T> {
  const by = {
    client, key_id: null, scopes: ['admin'], unit: null, province_code: '', source: null, requests_per_minute: null
  }
  const origin = { by, request_id: null, address: null, operation, reason: null, idempotency: null, versions: null }
  return (await runWrite(db, origin, work)).answer
}
