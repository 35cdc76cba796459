import { sql } from 'kysely'
import type { Db, Trx } from './connect.ts'
import { PreparingClient } from './sql/prepared.ts'

/** Milliseconds after which a statement has no answer. A request has several things to wait for, and two seconds. */
export const PATIENCE = 1_700

/** Emitted by a connection that is given up. */
export const GIVEN_UP = 'given up'

const MARK = '/* takes its time */'
const SECONDS = 20

/** Lets the statements of a transaction take longer than usual: those that count a whole source anew. */
export async function allowSlowStatements (trx: Trx): Promise<void> {
  await sql.raw(`${MARK} set local statement_timeout = '${SECONDS}s'`).execute(trx)
}

/** Reads, as of one moment, what takes more than a moment to count. */
export async function inSlowRead<R> (db: Db, read: (trx: Trx) => Promise<R>): Promise<R> {
  return db.transaction().setIsolationLevel('repeatable read').execute(async trx => {
    await allowSlowStatements(trx)
    return read(trx)
  })
}

/**
 * A connection that is given up when a statement has no answer in time. The server ends what takes too long; this is
 * for a server that does not even do that, because its process is stopped or the network gone.
 */
export class ServiceClient extends PreparingClient {
  #allowed = PATIENCE

  override query (text: unknown, values?: unknown, callback?: unknown): never {
    const result = super.query(text, values, callback) as unknown
    if (!(result instanceof Promise)) return result as never
    const timer = setTimeout(() => { this.#giveUp() }, this.#allowanceOf(text))
    return result.finally(() => { clearTimeout(timer) }) as never
  }

  /** What a transaction is allowed ends with it: the connection is used again, and not always for a transaction. */
  #allowanceOf (text: unknown): number {
    if (typeof text === 'string' && text.startsWith(MARK)) this.#allowed = (SECONDS + 1) * 1_000
    const allowed = this.#allowed
    if (text === 'commit' || text === 'rollback') this.#allowed = PATIENCE
    return allowed
  }

  /** Whoever waits is told so, and the pool makes another. */
  #giveUp () {
    this.emit(GIVEN_UP)
    const { stream } = (this as unknown as { connection: { stream: { destroy: () => void } } }).connection
    stream.destroy()
  }
}
