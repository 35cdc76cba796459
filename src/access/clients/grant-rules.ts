import type { Caller } from '../../contract/caller.ts'
import type { Issue } from '../../contract/errors.ts'
import type { ResolvedUnit } from '../../catalogue/units/resolve.ts'
import { instantOf } from '../../time/rfc3339.ts'
import type { RegisteredClient } from './schema.ts'

/** What the keys of a client may do. */
export type Rights = Pick<RegisteredClient, 'source' | 'scopes' | 'requests_per_minute' | 'expires_at'> & {
  /** null: all units. */
  unit: ResolvedUnit | null
}

/**
 * A caller gives at most its own rights, to a client or with a key of one.
 * @param defaultLimit requests a minute of a client for which no limit is set; 0: no limit
 * @returns what exceeds them, with pointers into a client
 */
export function grantIssues (by: Caller, rights: Rights, defaultLimit: number): Issue[] {
  return [
    ...unitIssues(by, rights), ...scopeIssues(by, rights), ...sourceIssues(by, rights),
    ...limitIssues(by, rights, defaultLimit), ...expiryIssues(by, rights)
  ]
}

function unitIssues ({ unit: own }: Caller, { unit }: Rights): Issue[] {
  if (own === null || unit?.path.includes(own) === true) return []
  return [{ pointer: '/unit', code: 'forbidden_unit', detail: `only clients within ${own} can be managed with this key` }]
}

function scopeIssues (by: Caller, { scopes }: Rights): Issue[] {
  const excess = scopes.filter(scope => !by.scopes.includes(scope))
  if (excess.length === 0) return []
  return [{ pointer: '/scopes', code: 'forbidden_scope', detail: `this key may not give the scope ${excess.join(', ')}` }]
}

/** Without a source, an administrator posts for any source, and other clients post nothing. */
function sourceIssues ({ source: own }: Caller, { source, scopes }: Rights): Issue[] {
  if (own === null || source === own || (source === null && !scopes.includes('admin'))) return []
  return [{ pointer: '/source', code: 'forbidden_source', detail: `this key may give the source ${own} alone` }]
}

/** An administrator of all units for whom no limit is set decides about limits. */
function limitIssues (by: Caller, { requests_per_minute: limit }: Rights, defaultLimit: number): Issue[] {
  if (by.unit === null && by.requests_per_minute === null) return []
  const own = by.requests_per_minute ?? defaultLimit
  const given = limit ?? defaultLimit
  if (own === 0 || (given > 0 && given <= own)) return []
  return [{
    pointer: '/requests_per_minute', code: 'forbidden_limit', detail: `this key may give at most ${own} requests a minute`
  }]
}

function expiryIssues ({ expires_at: own }: Caller, { expires_at: expiry }: Rights): Issue[] {
  if (own === null || (expiry !== null && instantOf(expiry) <= instantOf(own))) return []
  return [{ pointer: '/expires_at', code: 'forbidden_expiry', detail: `what this key gives ends with it: by ${own}` }]
}
