import { sql } from 'kysely'
import type { Trx } from '../../database/connect.ts'

/**
 * Who writes dossiers by code shares the lock, and who changes them all over the table has it alone: then no chunk
 * in flight brings more of what is being changed, and the order of the row locks does not matter. Take it before
 * anything that it protects is read or locked.
 */
export async function lockDossiers (trx: Trx, mode: 'shared' | 'exclusive'): Promise<void> {
  const lock = sql.raw(mode === 'shared' ? 'pg_advisory_xact_lock_shared' : 'pg_advisory_xact_lock')
  await sql`select ${lock}(hashtextextended('dossiers', 0))`.execute(trx)
}
