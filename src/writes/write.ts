import { sql } from 'kysely'
import type { Caller } from '../contract/caller.ts'
import { DomainError } from '../contract/errors.ts'
import type { Trx } from '../database/connect.ts'
import type { AuditRow } from './changes.ts'
import type { IdempotentRequest } from './idempotency.ts'

/** Where a write comes from, for the audit, and on what terms. */
export interface Origin {
  by: Caller & { client: string }
  request_id: string | null
  address: string | null
  /** The operationId, or the command. */
  operation: string
  reason: string | null
  idempotency: IdempotentRequest | null
  /** The row must have one of these versions; null: any. */
  versions: readonly number[] | null
}

/** A unit of work: a transaction, who writes in it, and what it has changed so far. */
export class Write {
  readonly trx: Trx
  readonly by: Origin['by']
  readonly auditRows: AuditRow[] = []
  /** Rows that have an audit log of their own, such as versions of dossiers, under the id of the write; null: none. */
  ownAuditRows: { province: string, rows: number } | null = null
  /** Those that go on with it in its transaction, each under an id of its own. */
  readonly further: Write[] = []
  readonly #versions: Origin['versions']
  #id: number | null = null

  constructor (trx: Trx, { by, versions }: Pick<Origin, 'by' | 'versions'>) {
    this.trx = trx
    this.by = by
    this.#versions = versions
  }

  /** The id of the write in the audit log, for rows that store which write they come from. */
  async writeId (): Promise<number> {
    if (this.#id === null) {
      const { rows: [taken] } = await sql<{ id: number }>`select nextval('write_ids') as id`.execute(this.trx)
      this.#id = taken!.id
    }
    return this.#id
  }

  /** A further write of the same transaction, which the audit lists after this one. */
  continued (): Write {
    const further = new Write(this.trx, { by: this.by, versions: this.#versions })
    this.further.push(further)
    return further
  }

  /** @throws DomainError `precondition_failed` when the row has none of the versions that the caller names */
  requireVersion (version: number | undefined) {
    if (this.#versions === null || (version !== undefined && this.#versions.includes(version))) return
    const found = version === undefined ? 'there is none' : `it has version ${version} by now`
    throw new DomainError('precondition_failed', `not the version that If-Match names: ${found}`)
  }
}
