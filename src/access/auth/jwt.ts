import { createRemoteJWKSet, errors, jwtVerify, type JWTPayload } from 'jose'
import { SCOPES, type Caller } from '../../contract/caller.ts'
import type { Db } from '../../database/connect.ts'
import { DomainError } from '../../contract/errors.ts'
import { isStorable } from '../../text/storable.ts'
import type { Issuer } from './access-control.ts'
import { reachedUnit } from '../../catalogue/units/resolve.ts'

/** @throws DomainError `unauthenticated`, `issuer_unavailable` */
export type TokenReader = (token: string) => Promise<Caller>

/** Timeout of a request for the keys of the issuer. */
const TIMEOUT_MILLISECONDS = 1_500

/** Must be explicit: a token without a unit is refused, it does not reach all units. */
const ALL_UNITS = '*'

/**
 * Verifies JWTs of an external issuer (RFC 7519): signed with one of its keys, for this audience, not expired. Claims:
 * `sub` is the client; `scope` (or `scp`) its scopes, of which unknown ones are ignored; `unit` the code of its unit,
 * `*` for all units; `source` the source that it reports for.
 */
export function tokenReader (db: Db, { jwksUrl, issuer, audience }: Issuer): TokenReader {
  const keys = createRemoteJWKSet(new URL(jwksUrl), { timeoutDuration: TIMEOUT_MILLISECONDS })
  // No HMAC: with a shared secret, the issuer's public key could be used as the secret to forge tokens.
  const options = { issuer, audience, algorithms: ['RS256', 'PS256', 'ES256', 'EdDSA'], requiredClaims: ['sub', 'exp'] }
  return async token => {
    const { payload } = await jwtVerify(token, keys, options).catch(refuse)
    return callerOf(db, payload)
  }
}

function refuse (error: unknown): never {
  const isTokenError = error instanceof errors.JOSEError && !(error instanceof errors.JWKSTimeout) &&
    !(error instanceof errors.JWKSInvalid) && error.code !== 'ERR_JOSE_GENERIC'
  if (isTokenError) throw new DomainError('unauthenticated', `the token is not accepted: ${error.code}`)
  throw new DomainError('issuer_unavailable', 'the keys of the token issuer cannot be fetched')
}

function isText (claim: unknown): claim is string {
  return typeof claim === 'string' && claim !== '' && isStorable(claim)
}

async function callerOf (db: Db, payload: JWTPayload): Promise<Caller> {
  const { sub, unit } = payload
  // Nothing makes an issuer send what the contract of JWT asks for, or what PostgreSQL can store.
  if (!isText(sub)) throw new DomainError('unauthenticated', 'the token names no client in `sub`')
  if (!isText(unit)) throw new DomainError('unauthenticated', 'the token names no unit; `*` is all units')
  const source = payload['source']
  const granted = [payload['scope'] ?? payload['scp']].flat().flatMap(text => typeof text === 'string' ? text.split(' ') : [])
  const resolved = unit === ALL_UNITS ? null : await reachedUnit(db, unit, null)
  if (resolved === undefined) throw new DomainError('unauthenticated', 'the token names an unknown unit')
  return {
    // The code of a client has no space, so no client with a key has this name.
    client: `token ${sub}`,
    key_id: null,
    scopes: SCOPES.filter(scope => granted.includes(scope)),
    unit: resolved?.id ?? null,
    province_code: resolved?.province_code ?? '',
    source: typeof source === 'string' && /^[a-z0-9][a-z0-9-]{0,62}$/.test(source) ? source : null,
    requests_per_minute: null,
    expires_at: null
  }
}
