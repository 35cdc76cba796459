import type { FastifyReply, FastifyRequest } from 'fastify'
import { ANYONE, type Caller, type Scope } from '../../contract/caller.ts'
import { DomainError } from '../../contract/errors.ts'
import type { App } from '../../http/context.ts'
import type { Limit } from '../../http/request/rate-limit.ts'
import { credentialsIn, type Credentials } from './credentials.ts'
import { KnownCredentials } from './known-credentials.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The scope that this route requires. Default of a GET: `read`. */
    scope?: Scope
    /** Where answers are cached. Only for answers that depend on stored rows alone, and not on the time of day. */
    cache?: 'until-commit'
  }
}

export interface AccessOptions {
  /** What needs no key: reading, and the metrics of the service. */
  publicScopes: readonly ('read' | 'metrics')[]
  /** Requests a minute of one client, or of one address without a key; 0: no limit. */
  requestsPerMinute: number
  /** The issuer whose tokens are accepted; null: no tokens. */
  issuer: Issuer | null
}

/** An issuer of JWTs: the address of its public keys, its name, and its name for this service. */
export interface Issuer {
  jwksUrl: string
  issuer: string
  audience: string
}

interface Access extends Omit<AccessOptions, 'issuer'> {
  /** @throws DomainError `unauthenticated` */
  authenticate: (credentials: Credentials) => Promise<Caller>
  limit: Limit
}

/** Authenticates, limits and authorises the requests of all routes below. Each has a scope, and gets the caller. */
export function controlAccess (app: App, { authenticate, publicScopes, requestsPerMinute, limit }: Access) {
  const known = new KnownCredentials()
  const isPublic = (scope: Scope) => publicScopes.some(one => one === scope)
  app.addHook('onRoute', route => {
    const config = { scope: route.method === 'GET' || route.method === 'HEAD' ? 'read' as const : undefined, ...route.config }
    if (config.scope === undefined) throw new Error(`${String(route.method)} ${route.url} names no scope`)
    route.config = config
  })

  const identify = async (request: FastifyRequest, reply: FastifyReply) => {
    const { headers } = request
    // Counted for the address before anything is looked up, to slow down guessing. Others at the same address, whose
    // credentials were right before, go on being served.
    if (!known.has(headers)) await limit(request, reply)
    try {
      request.caller = await authenticate(credentialsIn(headers))
      known.add(headers)
    } catch (error) {
      // Not where the database or the issuer failed: afterwards right credentials would count for the address.
      if (error instanceof DomainError && error.code === 'unauthenticated') known.delete(headers)
      throw error
    }
  }

  const admit = async (request: FastifyRequest, reply: FastifyReply) => {
    if (hasCredentials(request)) await identify(request, reply)
    await limit(request, reply)
    const scope = request.routeOptions.config.scope!
    if (isPublic(scope) || request.caller.scopes.includes(scope)) return
    if (request.caller.client === null) throw new DomainError('unauthenticated', `a key is needed, with the scope ${scope}`)
    throw new DomainError('insufficient_scope', `this needs the scope ${scope}; the key has ${request.caller.scopes.join(', ')}`)
  }

  app.addHook('onRequest', (request, reply, done) => {
    request.caller = ANYONE
    // The fast path of a public read: nothing to await.
    const isFree = requestsPerMinute === 0 && isPublic(request.routeOptions.config.scope!)
    if (isFree && !hasCredentials(request)) return done()
    admit(request, reply).then(() => done(), done)
  })
}

function hasCredentials ({ headers }: FastifyRequest): boolean {
  return headers.authorization !== undefined || headers['x-api-key'] !== undefined
}
