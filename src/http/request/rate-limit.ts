import rateLimit from '@fastify/rate-limit'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { ANYONE, type Caller } from '../../contract/caller.ts'
import { DomainError } from '../../contract/errors.ts'
import type { App } from '../context.ts'

declare module 'fastify' {
  interface FastifyRequest {
    caller: Caller
  }
  interface FastifyContextConfig {
    /** Asked by orchestrators all the time, and answered without work for each request: never refused. */
    isProbe?: true
  }
}

interface LimitOptions {
  /** Requests a minute of one client, or of one address without a client; 0: no limit. */
  requestsPerMinute: number
  /** Called for each request over the limit. */
  onLimited: () => void
}

/** Counts a request for its caller. @throws DomainError `rate_limited` */
export type Limit = (request: FastifyRequest, reply: FastifyReply) => Promise<void>

/**
 * Limits requests by client, or by address where there is no client. Routes with a scope count for themselves, once
 * they know who asks. All else is counted here by its address: what is not found, the documentation and the contract.
 */
export async function limitRequests (app: App, { requestsPerMinute, onLimited }: LimitOptions): Promise<Limit> {
  await app.register(rateLimit, {
    global: false,
    timeWindow: 60_000,
    cache: 10_000,
    // No client is called like this: codes of clients have no space, and names of tokens begin with `token`.
    keyGenerator: ({ caller, ip }: FastifyRequest) => caller.client ?? `address ${ip}`,
    max: ({ caller }: FastifyRequest) => caller.requests_per_minute ?? requestsPerMinute
  })
  const countRequest = app.createRateLimit()
  app.decorateRequest('caller')

  const limit: Limit = async (request, reply) => {
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

  app.addHook('onRequest', (request, reply, done) => {
    request.caller = ANYONE
    const { scope, isProbe } = request.routeOptions.config
    if (scope !== undefined || isProbe === true) return done()
    limit(request, reply).then(() => done(), done)
  })
  return limit
}
