import type {
  FastifyBaseLogger, FastifyInstance, FastifyTypeProvider, RawReplyDefaultExpression, RawRequestDefaultExpression,
  RawServerDefault
} from 'fastify'
import type { Static, TSchema } from 'typebox'
import type { Db } from '../database/connect.ts'
import type { Semaphore } from '../concurrency/semaphore.ts'
import type { Metrics } from '../observability/metrics.ts'
import type { Clock } from '../time/cut.ts'
import type { ResponseCache } from './response/response-cache.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The log has the route in place of the address: what is sent in the address can be about a person. */
    hasPrivateAddress?: boolean
    /** Its senders read `error_code` and `message` of any answer, also of a problem. */
    hasErrorCode?: boolean
  }
}

/** Gives handlers the types of what their schemas let through. */
export interface TypeBoxProvider extends FastifyTypeProvider {
  validator: this['schema'] extends TSchema ? Static<this['schema']> : unknown
}

export type App = FastifyInstance<
  RawServerDefault, RawRequestDefaultExpression, RawReplyDefaultExpression, FastifyBaseLogger, TypeBoxProvider
>

/** What every feature gets. */
export interface Context {
  db: Db
  /** Lets writers in. */
  writers: Semaphore
  /** Shared by identical questions, across all features. */
  cache: ResponseCache
  metrics: Metrics
  now: Clock
}
