import type { IncomingHttpHeaders } from 'node:http'
import { DomainError } from '../../contract/errors.ts'

/** The credentials of a request. */
export interface Credentials {
  /** A key or a token. */
  secret: string
  /** The user of Basic, which is the id of the key; null: not Basic. */
  user: string | null
}

/**
 * Reads `Authorization: Bearer`, `Authorization: Basic` and `X-API-Key`, of which at least one is there. Generated
 * clients send a key both ways.
 * @throws DomainError `unauthenticated` if they are malformed, or if there are two that differ
 */
export function credentialsIn (headers: IncomingHttpHeaders): Credentials {
  const { authorization } = headers
  const key = headers['x-api-key'] as string | undefined
  if (authorization === undefined) return { secret: key!, user: null }
  const credentials = authorized(authorization)
  if (key === undefined || key === credentials.secret) return credentials
  throw new DomainError('unauthenticated', 'Authorization and X-API-Key hold different keys')
}

function authorized (authorization: string): Credentials {
  const [, scheme, value] = /^(\w+) +(\S+)$/.exec(authorization.trim()) ?? []
  switch (scheme?.toLowerCase()) {
    case 'bearer': return { secret: value!, user: null }
    case 'basic': return basic(value!)
    default: throw new DomainError('unauthenticated', 'Authorization is neither Bearer nor Basic')
  }
}

function basic (value: string): Credentials {
  const [, user, secret] = /^([^:]*):(.*)$/s.exec(Buffer.from(value, 'base64').toString()) ?? []
  if (user === undefined) throw new DomainError('unauthenticated', 'Basic has no user and password')
  return { user, secret: secret! }
}
