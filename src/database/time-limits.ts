import { sql, type Kysely, type Transaction } from 'kysely'
import { MARKS, type Deadlines } from './service-client.ts'
// Not Db and Trx of connect.ts, which takes its limits from here.
import type { DB } from './tables.ts'

/** Limits of a connection in milliseconds, under the names of PostgreSQL and of pg; 0: none. */
interface TimeLimits {
  lock_timeout: number
  statement_timeout: number
  idle_in_transaction_session_timeout: number
  /** For a connection that is opened, or that another has in use. */
  connectionTimeoutMillis: number
  /** For all that a request waits for, one thing after another: its turn, a connection, and each lock. */
  requestMillis: number
  deadlines?: Deadlines
}

/** After this a statement is cancelled in a transaction of which `allowSlowStatements` was asked. */
const SLOW_STATEMENT = 20_000

// A process that stops in the middle of a transaction must not hold its locks for longer.
const IDLE_IN_TRANSACTION = 10_000

export const TIME_LIMITS = {
  /** For requests, which are answered or refused in about two seconds, and have several things to wait for. */
  interactive: {
    // Below statement_timeout: the error then says that it was a lock.
    lock_timeout: 900,
    statement_timeout: 1_600,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION,
    connectionTimeoutMillis: 450,
    requestMillis: 1_500,
    // Above the timeouts of the server, so that they come first where the server still works.
    deadlines: { usual: 1_700, slow: SLOW_STATEMENT + 1_000 }
  },
  /** No request waits, as in a migration; or statements queue for one connection, as on the embedded database. */
  relaxed: {
    // Requests queue up behind a migration that waits for its lock.
    lock_timeout: 20_000,
    statement_timeout: 0,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION,
    connectionTimeoutMillis: 5_000,
    // As long as a writer waits for its turn on the embedded database.
    requestMillis: 30_000
  }
} satisfies Record<string, TimeLimits>

/**
 * Lets the statements of a transaction take longer than usual: those that roll up a whole source again. Where they may
 * take any time, they still may.
 */
export async function allowSlowStatements (trx: Transaction<DB>): Promise<void> {
  await sql.raw(`${MARKS.slow} select set_config('statement_timeout', '${SLOW_STATEMENT}', true)
    where current_setting('statement_timeout') <> '0'`).execute(trx)
}

/**
 * Reads, in one snapshot, what takes longer to count than a statement usually may. Within a transaction that writes it
 * reads what that one sees.
 */
export async function inSlowRead<R> (db: Kysely<DB>, read: (trx: Transaction<DB>) => Promise<R>): Promise<R> {
  if (db.isTransaction) {
    await allowSlowStatements(db as Transaction<DB>)
    return read(db as Transaction<DB>)
  }
  return db.transaction().setIsolationLevel('repeatable read').execute(async trx => {
    await allowSlowStatements(trx)
    return read(trx)
  })
}
