import { sql } from 'kysely'
import { DomainError } from '../contract/errors.ts'
import type { Caller } from '../contract/caller.ts'
import type { Db, Trx } from '../database/connect.ts'

/** By what a repeated request is recognised: the key that the client chose, and a hash of all that it asks. */
export interface IdempotentRequest {
  key: string
  sha256: Buffer
}

const STORED_FOR = sql`interval '24 hours'`

/** The client that chose a key; keys of different provinces are apart. */
export type Owner = Pick<Caller, 'province_code'> & { client: string }

const REFUSED = {
  idempotency_key_in_use: 'a request with this Idempotency-Key is still running; try again for its answer',
  idempotency_key_reused: 'this Idempotency-Key came with another request before; choose a new one'
} as const

/** The answer to an earlier request, with the hash of that request. */
export interface StoredAnswer {
  request_sha256: Buffer
  answer: string
}

/**
 * Locks a key until the transaction ends.
 * @throws DomainError `idempotency_key_in_use`
 */
export async function lockKey (trx: Trx, { client, province_code }: Owner, key: string): Promise<void> {
  const name = JSON.stringify([province_code, client, key])
  const { rows: [lock] } = await sql<{ refused: keyof typeof REFUSED | null }>`
    select case when not pg_try_advisory_xact_lock(hashtextextended(${name}, 0)) then 'idempotency_key_in_use' end
      as refused`.execute(trx)
  refuse(lock!.refused)
}

/** The stored answer under a key. Not in one statement with the lock: its snapshot would be older than that. */
export async function storedAnswer (
  trx: Trx, { client, province_code }: Owner, key: string
): Promise<StoredAnswer | undefined> {
  const { rows: [found] } = await sql<StoredAnswer>`
    select answer, request_sha256 from idempotency_keys
    where province_code = ${province_code} and client = ${client} and key = ${key}
      and created_at > now() - ${STORED_FOR}`.execute(trx)
  return found
}

/**
 * The answer, for the same request.
 * @throws DomainError `idempotency_key_reused`
 */
export function replayAnswer (sha256: Buffer, { request_sha256, answer }: StoredAnswer): object {
  refuse(request_sha256.equals(sha256) ? null : 'idempotency_key_reused')
  return JSON.parse(answer) as object
}

/** For both refusals, as the one session of the embedded database never finds a key in use. */
function refuse (code: keyof typeof REFUSED | null) {
  if (code !== null) throw idempotencyError(code)
}

/** @param retryAfter seconds until the key is free, if that is known */
export function idempotencyError (code: keyof typeof REFUSED, retryAfter?: number): DomainError {
  return new DomainError(code, REFUSED[code], [], retryAfter)
}

export async function storeAnswer (
  trx: Trx, { client, province_code }: Owner, { key, sha256 }: IdempotentRequest, answer: object
) {
  await sql`
    insert into idempotency_keys (province_code, client, key, request_sha256, answer)
    values (${province_code}, ${client}, ${key}, ${sha256}, ${JSON.stringify(answer)})
    on conflict (province_code, client, key) do update
    set request_sha256 = excluded.request_sha256, answer = excluded.answer, created_at = excluded.created_at`.execute(trx)
}

const PRUNED_AT_ONCE = 1_000

/** Deletes keys that are older than a day, some at a time, so that no statement takes long. */
export async function pruneIdempotencyKeys (db: Db): Promise<void> {
  for (;;) {
    const { numAffectedRows } = await sql`
      delete from idempotency_keys where (province_code, client, key) in (
        select province_code, client, key from idempotency_keys
        where created_at <= now() - ${STORED_FOR} limit ${PRUNED_AT_ONCE})`.execute(db)
    if (Number(numAffectedRows) < PRUNED_AT_ONCE) return
  }
}
