import rateLimit from '@fastify/rate-limit'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { ANYONE, type Caller, type Scope } from '../../contract/caller.ts'
import { DomainError } from '../../contract/errors.ts'
import type { App } from '../../http/context.ts'
import { credentialsIn, type Credentials } from './credentials.ts'

declare module 'fastify' {
  interface FastifyRequest {
    caller: Caller
  }
  interface FastifyContextConfig {
    /** The scope that this route requires. Default of a GET: `read`. */
    scope?: Scope
    /** Where answers are cached. Only for answers that depend on stored rows alone, and not on the time of day. */
    cache?: 'until-commit'
  }
}

export interface AccessOptions {
  /** Whether reading needs no key. */
  publicRead: boolean
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
  /** Called for each request over the limit. */
  onLimited: () => void
}

/** Authenticates, limits and authorises the requests of all routes below. Each has a scope, and gets the caller. */
export async function controlAccess (app: App, { authenticate, publicRead, requestsPerMinute, onLimited }: Access) {
  await app.register(rateLimit, {
    global: false,
    timeWindow: 60_000,
    cache: 10_000,
    keyGenerator: ({ caller, ip }: FastifyRequest) => caller.client ?? ip,
    max: ({ caller }: FastifyRequest) => caller.requests_per_minute ?? requestsPerMinute
  })
  const countRequest = app.createRateLimit()
  app.decorateRequest('caller')
  app.addHook('onRoute', route => {
    const config = { scope: route.method === 'GET' || route.method === 'HEAD' ? 'read' as const : undefined, ...route.config }
    if (config.scope === undefined) throw new Error(`${String(route.method)} ${route.url} names no scope`)
    route.config = config
  })

  const limit = async (request: FastifyRequest, reply: FastifyReply) => {
    if ((request.caller.requests_per_minute ?? requestsPerMinute) === 0) return
    // There is no allow list, so every request is counted.
    const counted = await countRequest(request)
    const { max, remaining, ttlInSeconds, isExceeded } = counted as Exclude<typeof counted, { isAllowed: true }>
    reply.headers({ 'ratelimit-limit': max, 'ratelimit-remaining': remaining, 'ratelimit-reset': ttlInSeconds })
    if (!isExceeded) return
    onLimited()
    reply.header('retry-after', ttlInSeconds)
    throw new DomainError('rate_limited', `more than ${max} requests within a minute; try again in ${ttlInSeconds} s`)
  }

  const admit = async (request: FastifyRequest, reply: FastifyReply, credentials: Credentials | null) => {
    try {
      if (credentials !== null) request.caller = await authenticate(credentials)
    } catch (error) {
      // Failed attempts count as well, to slow down guessing.
      await limit(request, reply)
      throw error
    }
    await limit(request, reply)
    const scope = request.routeOptions.config.scope!
    if ((scope === 'read' && publicRead) || request.caller.scopes.includes(scope)) return
    if (request.caller.client === null) throw new DomainError('unauthenticated', `a key is needed, with the scope ${scope}`)
    throw new DomainError('insufficient_scope', `this needs the scope ${scope}; the key has ${request.caller.scopes.join(', ')}`)
  }

  app.addHook('onRequest', (request, reply, done) => {
    request.caller = ANYONE
    const { authorization } = request.headers
    const isAnonymous = authorization === undefined && request.headers['x-api-key'] === undefined
    // The fast path of a public read: nothing to await.
    if (isAnonymous && publicRead && requestsPerMinute === 0 && request.routeOptions.config.scope === 'read') return done()
    let credentials
    try {
      credentials = credentialsIn(request.headers)
    } catch (error) {
      return done(error as Error)
    }
    admit(request, reply, credentials).then(() => done(), done)
  })
}
