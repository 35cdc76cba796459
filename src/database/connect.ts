import { Kysely, PostgresAdapter, PostgresDialect, type Transaction } from 'kysely'
import pg from 'pg'
import { instantText } from '../time/business-day.ts'
import { instantOf } from '../time/rfc3339.ts'
import { waitAtMost } from '../concurrency/request-deadline.ts'
import { Busy } from '../contract/errors.ts'
import { GIVEN_UP, ServiceClient, type ServiceClientConfig } from './service-client.ts'
import type { DB } from './tables.ts'
import { TIME_LIMITS } from './time-limits.ts'

export type Db = Kysely<DB>
/** A function that takes this writes; only a transaction can call it. */
export type Trx = Transaction<DB>

/** Where the database is: the URL of a server, or the socket of the embedded database and how it may be used. */
export type Address = { connectionString: string } | EmbeddedAddress

export interface EmbeddedAddress {
  host: string
  user: string
  database: string
  max?: number
  connectionTimeoutMillis?: number
  idleTimeoutMillis?: number
}

export interface Connection {
  db: Db
  pool: pg.Pool
  close: () => Promise<void>
}

export interface ConnectOptions {
  max: number
  /** Called for a connection that died while nothing used it; the pool replaces it by itself. */
  onLost: (error: Error) => void
  /** `interactive` for a server, and `relaxed` for the embedded database, where it is left out. */
  timeLimits?: keyof typeof TIME_LIMITS | undefined
}

const TEXT_PARSERS: Record<number, (text: string) => unknown> = {
  [pg.types.builtins.INT8]: exactNumber,
  [pg.types.builtins.NUMERIC]: exactNumber,
  // A JS Date would move the day with the time zone of the machine.
  [pg.types.builtins.DATE]: text => text,
  [pg.types.builtins.TIMESTAMPTZ]: text => instantText(Date.parse(text)),
  [pg.types.builtins.JSONB]: text => JSON.parse(text, text.includes('_at"') ? withLocalInstants : undefined) as unknown
}

/** Instants inside JSON are written in UTC by older versions, and by SQL in the time zone of the server. */
function withLocalInstants (name: string, value: unknown): unknown {
  if (typeof value !== 'string' || !name.endsWith('_at')) return value
  const instant = instantOf(value)
  return Number.isNaN(instant) ? value : instantText(instant)
}

/** @throws RangeError for a whole number that a double cannot hold: better no answer than another number. */
export function exactNumber (text: string): number {
  const number = Number(text)
  if (!Number.isSafeInteger(Math.trunc(number))) throw new RangeError(`not exact as a number: ${text}`)
  return number
}

/** Opens a pool. Every wait is bounded, so a slow or lost database becomes an error and not a queue. */
export function connect (address: Address, { max, onLost, timeLimits }: ConnectOptions): Connection {
  const limits = TIME_LIMITS[timeLimits ?? ('connectionString' in address ? 'interactive' : 'relaxed')]
  const options: pg.PoolConfig & ServiceClientConfig = {
    // The pool passes these options to each client, which its types do not know.
    Client: ServiceClient as never,
    max,
    application_name: 'cchc-statistics',
    // Otherwise the server plans a prepared statement at each call, which takes longer than to run it; and compiles for
    // a second what runs for some milliseconds, where it takes the rows of a JSON for many.
    options: '-c plan_cache_mode=force_generic_plan -c jit=off',
    idleTimeoutMillis: 30_000,
    ...limits,
    keepAlive: true,
    types: { getTypeParser: parserOf },
    ...address
  }
  const pool = new ServicePool(options)
  pool.on('error', onLost)
  // A client that dies while checked out emits on itself; without a listener that ends the process.
  pool.on('connect', client => {
    client.on('error', onLost)
    client.on(GIVEN_UP as 'error', () => { dropIdle(pool) })
  })
  const Dialect = 'connectionString' in address ? ServerDialect : PostgresDialect
  const db = new Kysely<DB>({ dialect: new Dialect({ pool }) })
  return { db, pool, close: () => db.destroy() }
}

class ServerAdapter extends PostgresAdapter {}

/** Of a server, and not of the embedded database. */
class ServerDialect extends PostgresDialect {
  override createAdapter (): PostgresAdapter {
    return new ServerAdapter()
  }
}

/** Whether the database takes rows by COPY. The socket of the embedded database passes on one message at a time. */
export function takesCopy (db: Db): boolean {
  return db.getExecutor().adapter instanceof ServerAdapter
}

/** A pool of which a request does not wait for a connection when its deadline is over. */
class ServicePool extends pg.Pool {
  override connect (callback?: unknown): never {
    const limit = this.options.connectionTimeoutMillis!
    const timeout = waitAtMost(limit)
    const connecting = super.connect(callback as never) as Promise<pg.PoolClient> | undefined
    return (timeout < limit && connecting !== undefined ? within(connecting, timeout) : connecting) as never
  }
}

function within (connecting: Promise<pg.PoolClient>, timeout: number): Promise<pg.PoolClient> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => { reject(new Busy(`no connection within ${timeout} ms`)) }, timeout)
  })
  return Promise.race([connecting, late]).catch((error: unknown) => {
    connecting.then(client => { client.release() }, () => {})
    throw error
  }).finally(() => { clearTimeout(timer) })
}

/** Where one connection hangs, the idle ones probably do too: drop them, rather than lose a request on each. */
function dropIdle (pool: pg.Pool) {
  for (let idle = pool.idleCount; idle > 0; idle--) pool.connect().then(client => { client.release(true) }, () => {})
}

function parserOf (oid: number): (text: string) => unknown {
  return TEXT_PARSERS[oid] ?? pg.types.getTypeParser(oid) as (text: string) => unknown
}
