import { sql } from 'kysely'
import { Refusal } from '../contract/errors.ts'
import type { Caller } from '../contract/caller.ts'
import type { Db, Trx } from '../database/connect.ts'
import { keepAnswer, keptAnswer, type Retry } from './idempotency.ts'
import { record, type Recorded } from './audit-log.ts'
import { inTransaction } from '../database/transaction.ts'

/** Where a write comes from, for the audit, and on what terms. */
export interface Origin {
  by: Caller & { client: string }
  request_id: string | null
  address: string | null
  /** The operationId, or the command. */
  operation: string
  reason: string | null
  retry: Retry | null
  /** Versions of which the row must have one; null: any will do. */
  versions: readonly number[] | null
}

/** One write on its way: a transaction, and what it changes so far. */
export class Write {
  readonly trx: Trx
  readonly by: Origin['by']
  readonly recorded: Recorded[] = []
  /** Rows that keep their own account of what changed, under the id of the write; null: there are none. */
  accounted: { province: string, rows: number } | null = null
  readonly #versions: Origin['versions']
  #id: number | null = null

  constructor (trx: Trx, { by, versions }: Pick<Origin, 'by' | 'versions'>) {
    this.trx = trx
    this.by = by
    this.#versions = versions
  }

  /** What names the write in the audit, for rows that say who wrote them. */
  async takeId (): Promise<number> {
    if (this.#id === null) {
      const { rows: [taken] } = await sql<{ id: number }>`select nextval('write_ids') as id`.execute(this.trx)
      this.#id = taken!.id
    }
    return this.#id
  }

  /** @throws Refusal `precondition_failed` when the caller wants to change another version than that which is there */
  requireVersion (version: number | undefined) {
    if (this.#versions === null || (version !== undefined && this.#versions.includes(version))) return
    const found = version === undefined ? 'there is none' : `it has version ${version} by now`
    throw new Refusal('precondition_failed', `not the version that If-Match names: ${found}`)
  }
}

export interface Written<T> {
  answer: T
  replayed: boolean
}

/**
 * Does all of a write in one transaction: its rows, what is counted from them, the audit, and the answer under its
 * idempotency key. Whoever gets no answer may send the same again.
 * @param keep false: a dry run, which is the real run, rolled back
 * @throws Refusal `idempotency_key_in_use`, `idempotency_key_reused`, and what `work` throws
 */
export async function performWrite<T extends object> (
  db: Db, origin: Origin, keep: boolean, work: (write: Write) => Promise<T>,
  stored: (answer: T) => object = answer => answer
): Promise<Written<T>> {
  return inTransaction(db, keep, async trx => {
    const { by, retry } = origin
    const before = retry === null ? null : await keptAnswer(trx, by, retry.key, retry.sha256)
    if (before !== null) return { answer: JSON.parse(before.answer) as T, replayed: true }
    const write = new Write(trx, origin)
    const answer = await work(write)
    if (!keep) return { answer, replayed: false }
    if (retry !== null) await keepAnswer(trx, by, retry, stored(answer))
    if (write.recorded.length > 0 || write.accounted !== null) await record(write, origin)
    return { answer, replayed: false }
  })
}

/** A write of the service itself, such as of its sample data. */
export async function performOwnWrite<T extends object> (
  db: Db, client: string, operation: string, work: (write: Write) => Promise<T>
): Promise<T> {
  const by = {
    client, key_id: null, scopes: ['admin'], unit: null, province_code: '', source: null, requests_per_minute: null
  }
  const origin = { by, request_id: null, address: null, operation, reason: null, retry: null, versions: null }
  return (await performWrite(db, origin, true, work)).answer
}
