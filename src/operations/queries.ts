import { sql } from 'kysely'
import type { Db } from '../database/connect.ts'

/** @throws what keeps the database from answering */
export async function reachDatabase (db: Db): Promise<void> {
  await sql`select 1`.execute(db)
}
