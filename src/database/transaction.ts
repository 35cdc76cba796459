import { sql } from 'kysely'
import type { Db, Trx } from './connect.ts'

/** Runs `work` in one transaction; keeps what it wrote only when asked to. A dry run is the real run, rolled back. */
export async function inTransaction<T> (db: Db, keep: boolean, work: (trx: Trx) => Promise<T>): Promise<T> {
  const trx = await db.startTransaction().execute()
  try {
    const result = await work(trx)
    await (keep ? trx.commit() : trx.rollback()).execute()
    return result
  } catch (error) {
    if (!trx.isCommitted && !trx.isRolledBack) await trx.rollback().execute().catch(() => {})
    throw error
  }
}

/**
 * Does part of a transaction that may fail with an error of this code: then nothing of the part is kept, and the
 * transaction goes on.
 * @returns whether it was done
 */
export async function attempt (trx: Trx, code: string, work: () => Promise<void>): Promise<boolean> {
  await sql`savepoint attempt`.execute(trx)
  try {
    await work()
  } catch (error) {
    if ((error as { code?: string }).code !== code) throw error
    await sql`rollback to savepoint attempt`.execute(trx)
    return false
  }
  await sql`release savepoint attempt`.execute(trx)
  return true
}
