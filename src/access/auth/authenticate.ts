import { sql } from 'kysely'
import type { Caller } from '../../contract/caller.ts'
import type { Db } from '../../database/connect.ts'
import { prepared } from '../../database/sql/prepared.ts'
import { DomainError } from '../../contract/errors.ts'
import { SingleFlight } from '../../concurrency/single-flight.ts'
import { isSame, keyIn, type Key } from './api-keys.ts'
import type { TokenReader } from './jwt.ts'

interface Found extends Caller {
  client: string
  secret_sha256: Buffer
  revoked: boolean
  expired: boolean
  used_lately: boolean
}

/**
 * Tells who sends a request, from its key or, where there is an issuer of tokens, its token. A key is looked up each
 * time, so that it ends the moment it is revoked; requests that come together share the look.
 */
export function authenticator (db: Db, readToken: TokenReader | null) {
  const lookUps = new SingleFlight<Found | undefined>()

  /** @throws DomainError `unauthenticated`, `issuer_unavailable` */
  return async (credentials: { user: string | null, secret: string }): Promise<Caller> => {
    const key = keyIn(credentials)
    if (key === null) {
      if (readToken !== null && credentials.user === null) return readToken(credentials.secret)
      throw new DomainError('unauthenticated', 'that is no key of this service')
    }
    const found = await lookUps.run(key.id, () => lookedUp(db, key.id))
    const caller = callerOf(found, key)
    // To the minute is enough, and no request waits for it or fails with it.
    if (!found!.used_lately) void markUsed(db, key.id).catch(() => {})
    return caller
  }
}

function callerOf (found: Found | undefined, { sha256 }: Key): Caller {
  // Nothing tells a wrong secret from a key that there never was.
  if (found === undefined || !isSame(found.secret_sha256, sha256)) throw new DomainError('unauthenticated', 'there is no such key')
  if (found.revoked) throw new DomainError('unauthenticated', `key ${found.key_id} is revoked`)
  if (found.expired) throw new DomainError('unauthenticated', `client ${found.client} has expired`)
  const { client, key_id, scopes, unit, province_code, source, requests_per_minute } = found
  return { client, key_id, scopes, unit, province_code, source, requests_per_minute }
}

async function lookedUp (db: Db, id: string): Promise<Found | undefined> {
  const { rows: [found] } = await prepared(sql<Found>`
    select client, client_keys.id as key_id, scopes, unit, coalesce(province_code, '') as province_code, source,
      requests_per_minute, secret_sha256, revoked_at is not null as revoked, coalesce(expires_at <= now(), false) as expired,
      coalesce(last_used_at > now() - interval '1 minute', false) as used_lately
    from client_keys
    join clients on clients.code = client
    left join units on units.code = unit
    where client_keys.id = ${id}`).execute(db)
  return found
}

async function markUsed (db: Db, id: string): Promise<void> {
  await sql`update client_keys set last_used_at = now() where id = ${id}`.execute(db)
}
