import { sql } from 'kysely'
import type { Db, Trx } from './connect.ts'

/** Runs `work` in one transaction. A dry run is the real run, rolled back. */
export async function inTransaction<T> (
  db: Db, work: (trx: Trx) => Promise<T>, { dryRun = false } = {}
): Promise<T> {
  const trx = await db.startTransaction().execute()
  try {
    const result = await work(trx)
    await (dryRun ? trx.rollback() : trx.commit()).execute()
    return result
  } catch (error) {
    if (!trx.isCommitted && !trx.isRolledBack) await trx.rollback().execute().catch(() => {})
    throw error
  }
}

/**
 * Runs a step of a transaction that may fail with an error of this code: then the step is rolled back, and the
 * transaction goes on.
 * @returns whether it succeeded
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
