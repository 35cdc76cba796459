import type { IncomingHttpHeaders } from 'node:http'
import { DomainError } from '../../contract/errors.ts'

/** What a request brings to show who sends it. */
export interface Credentials {
  /** A key or a token. */
  secret: string
  /** What Basic names as the user: the id of the key. */
  user: string | null
}

/**
 * Reads `Authorization: Bearer`, `Authorization: Basic` (key id : secret) and `X-API-Key`.
 * @returns null when there are none
 * @throws DomainError `unauthenticated` when they cannot be read, or are two
 */
export function credentialsIn (headers: IncomingHttpHeaders): Credentials | null {
  const { authorization } = headers
  const key = headers['x-api-key'] as string | undefined
  if (authorization === undefined) return key === undefined ? null : { secret: key, user: null }
  if (key !== undefined) throw new DomainError('unauthenticated', 'Authorization and X-API-Key are two answers to one question; send one')
  const [, scheme, value] = /^(\w+) +(\S+)$/.exec(authorization.trim()) ?? []
  switch (scheme?.toLowerCase()) {
    case 'bearer': return { secret: value!, user: null }
    case 'basic': return basic(value!)
    default: throw new DomainError('unauthenticated', 'Authorization is neither Bearer nor Basic')
  }
}

function basic (value: string): Credentials {
  const [, user, secret] = /^([^:]*):(.*)$/s.exec(Buffer.from(value, 'base64').toString()) ?? []
  if (user === undefined) throw new DomainError('unauthenticated', 'Basic holds no user and password')
  return { user, secret: secret! }
}
