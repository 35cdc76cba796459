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
    /** What a key needs for this route; `read` where a GET says nothing. */
    scope?: Scope
    /** Its answers are kept until anything is written: they follow from rows alone. */
    kept?: boolean
  }
}

export interface AccessOptions {
  /** Whether reading needs no key. */
  publicRead: boolean
  /** Requests a minute of one client, or of one address without a key; 0 for any number. */
  requestsPerMinute: number
  /** Whose tokens are taken for keys. */
  issuer: Issuer | null
}

/** An issuer of JWTs: where its public keys are, its name, and the name that it has for this service. */
export interface Issuer {
  jwksUrl: string
  issuer: string
  audience: string
}

interface Access extends Omit<AccessOptions, 'issuer'> {
  /** @throws DomainError `unauthenticated` */
  authenticate: (credentials: Credentials) => Promise<Caller>
  /** Told of each request beyond that. */
  onLimited: () => void
}

/** Lets in who may come in: every route below says which scope it needs, and gets the caller. */
export async function controlAccess (app: App, { authenticate, publicRead, requestsPerMinute, onLimited }: Access) {
  await app.register(rateLimit, {
    global: false,
    timeWindow: 60_000,
    cache: 10_000,
    keyGenerator: ({ caller, ip }: FastifyRequest) => caller.client ?? ip,
    max: ({ caller }: FastifyRequest) => caller.requests_per_minute ?? requestsPerMinute
  })
  const count = app.createRateLimit()
  app.decorateRequest('caller')
  app.addHook('onRoute', route => {
    const config = { scope: route.method === 'GET' || route.method === 'HEAD' ? 'read' as const : undefined, ...route.config }
    if (config.scope === undefined) throw new Error(`${String(route.method)} ${route.url} names no scope`)
    route.config = config
  })

  const limit = async (request: FastifyRequest, reply: FastifyReply) => {
    if ((request.caller.requests_per_minute ?? requestsPerMinute) === 0) return
    // Nobody is on a list of those who are not counted.
    const counted = await count(request) as Exclude<Awaited<ReturnType<typeof count>>, { isAllowed: true }>
    const { max, remaining, ttlInSeconds, isExceeded } = counted
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
      // Who guesses is slowed down, too.
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
    const plain = authorization === undefined && request.headers['x-api-key'] === undefined
    // The usual question costs nothing here.
    if (plain && publicRead && requestsPerMinute === 0 && request.routeOptions.config.scope === 'read') return done()
    let credentials
    try {
      credentials = credentialsIn(request.headers)
    } catch (error) {
      return done(error as Error)
    }
    admit(request, reply, credentials).then(() => done(), done)
  })
}
