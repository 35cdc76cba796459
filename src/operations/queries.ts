import { sql } from 'kysely'
import type { Db } from '../database/connect.ts'

/** @throws the error of a database that cannot answer */
export async function reachDatabase (db: Db): Promise<void> {
  await sql`select 1`.execute(db)
}
