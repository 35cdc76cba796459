import { sql } from 'kysely'
import type { Db } from '../database/connect.ts'

/**
 * Writes no row, which fails on a server that is read-only, and locks none.
 * @throws the error of a database that cannot answer, or not take writes
 */
export async function reachDatabase (db: Db): Promise<void> {
  await sql`update change_feed set position = position where false`.execute(db)
}
