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
