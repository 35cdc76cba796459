import { Kysely, PostgresDialect, type Transaction } from 'kysely'
import pg from 'pg'
import { GIVEN_UP, ServiceClient, PATIENCE } from './service-client.ts'
import { PreparingClient } from './sql/prepared.ts'
import type { DB } from './tables.ts'

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

interface ConnectOptions {
  max: number
  /** Told of a connection that died while nobody used it; the pool replaces it by itself. */
  onLost: (error: Error) => void
  /** Whether someone waits for each statement: not so in migrations, nor where only one can run at a time. */
  hurried?: boolean
}

const TEXT_PARSERS: Record<number, (text: string) => unknown> = {
  [pg.types.builtins.INT8]: exactNumber,
  [pg.types.builtins.NUMERIC]: exactNumber,
  // A JS Date would move the day with the time zone of the machine.
  [pg.types.builtins.DATE]: text => text,
  [pg.types.builtins.TIMESTAMPTZ]: text => new Date(text).toISOString()
}

/** @throws RangeError for a whole number that a double cannot hold: better no answer than another number. */
export function exactNumber (text: string): number {
  const number = Number(text)
  if (!Number.isSafeInteger(Math.trunc(number))) throw new RangeError(`not exact as a number: ${text}`)
  return number
}

/** Opens a pool. Every wait is bounded, so a slow or lost database becomes an error and not a queue. */
export function connect (address: Address, { max, onLost, hurried = 'connectionString' in address }: ConnectOptions): Connection {
  const pool = new pg.Pool({
    Client: hurried ? ServiceClient : PreparingClient,
    max,
    application_name: 'cchc-statistics',
    // Else the server plans a prepared statement anew at each call, which takes longer than to run it; and compiles for
    // a second what runs for some milliseconds, where it takes the rows of a JSON for many.
    options: '-c plan_cache_mode=force_generic_plan -c jit=off',
    connectionTimeoutMillis: 450,
    idleTimeoutMillis: 30_000,
    lock_timeout: hurried ? 900 : 20_000,
    statement_timeout: hurried ? PATIENCE - 100 : 0,
    idle_in_transaction_session_timeout: 10_000,
    keepAlive: true,
    types: { getTypeParser: parserOf },
    ...address
  })
  pool.on('error', onLost)
  // A client that dies while checked out emits on itself; without a listener that ends the process.
  pool.on('connect', client => {
    client.on('error', onLost)
    client.on(GIVEN_UP as 'error', () => { dropIdle(pool) })
  })
  const db = new Kysely<DB>({ dialect: new PostgresDialect({ pool }) })
  return { db, pool, close: () => db.destroy() }
}

/** What keeps one connection from being answered may keep all: that is not to be found out with a request for each. */
function dropIdle (pool: pg.Pool) {
  for (let idle = pool.idleCount; idle > 0; idle--) pool.connect().then(client => { client.release(true) }, () => {})
}

function parserOf (oid: number): (text: string) => unknown {
  return TEXT_PARSERS[oid] ?? pg.types.getTypeParser(oid) as (text: string) => unknown
}
