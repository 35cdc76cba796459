import { sql } from 'kysely'
import type { Caller } from '../../contract/caller.ts'
import type { Db } from '../../database/connect.ts'
import { prepared } from '../../database/sql/prepared.ts'
import { DomainError } from '../../contract/errors.ts'
import { SingleFlight } from '../../concurrency/single-flight.ts'
import { isSame, keyIn, type Key } from './api-keys.ts'
import type { TokenReader } from './jwt.ts'

interface KeyRow extends Caller {
  client: string
  secret_sha256: Buffer
  revoked: boolean
  expired: boolean
  used_recently: boolean
}

/**
 * Identifies the caller by a key or, if there is an issuer of tokens, by a token. A key is looked up for each request,
 * so that revoking it takes effect at once. Concurrent requests share a lookup (single flight).
 */
export function authenticator (db: Db, readToken: TokenReader | null) {
  const lookups = new SingleFlight<KeyRow | undefined>()

  /** @throws DomainError `unauthenticated`, `issuer_unavailable` */
  return async (credentials: { user: string | null, secret: string }): Promise<Caller> => {
    const key = keyIn(credentials)
    if (key === null) {
      if (readToken !== null && credentials.user === null) return readToken(credentials.secret)
      throw new DomainError('unauthenticated', 'this is not a key of this service')
    }
    const found = await lookups.run(key.id, () => keyById(db, key.id))
    const caller = callerOf(found, key)
    // At most once a minute. No request waits for the update or fails with it.
    if (!found!.used_recently) void markUsed(db, key.id).catch(() => {})
    return caller
  }
}

function callerOf (found: KeyRow | undefined, { sha256 }: Key): Caller {
  // The same error for a wrong secret and an unknown id, so that it does not reveal which ids exist.
  if (found === undefined || !isSame(found.secret_sha256, sha256)) throw new DomainError('unauthenticated', 'there is no such key')
  if (found.revoked) throw new DomainError('unauthenticated', `key ${found.key_id} is revoked`)
  if (found.expired) throw new DomainError('unauthenticated', `client ${found.client} has expired`)
  const { client, key_id, scopes, unit, province_code, source, requests_per_minute, expires_at } = found
  return { client, key_id, scopes, unit, province_code, source, requests_per_minute, expires_at }
}

async function keyById (db: Db, id: string): Promise<KeyRow | undefined> {
  const { rows: [found] } = await prepared(sql<KeyRow>`
    select client, client_keys.id as key_id, scopes, unit, coalesce(province_code, '') as province_code, source,
      requests_per_minute, expires_at, secret_sha256, revoked_at is not null as revoked, coalesce(expires_at <= now(), false) as expired,
      coalesce(last_used_at > now() - interval '1 minute', false) as used_recently
    from client_keys
    join clients on clients.code = client
    left join units on units.id = unit
    where client_keys.id = ${id}`).execute(db)
  return found
}

async function markUsed (db: Db, id: string): Promise<void> {
  await sql`update client_keys set last_used_at = now() where id = ${id}`.execute(db)
}
