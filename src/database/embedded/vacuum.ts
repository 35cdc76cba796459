import { sql } from 'kysely'
import type { Db } from '../connect.ts'
import type { DB } from '../tables.ts'

/**
 * Lets tables reuse the room of what was deleted from them. A server does so by itself; the embedded database does not,
 * and its tables would grow with all that ever was in them.
 */
export async function vacuum (db: Db, tables: readonly (keyof DB)[]): Promise<void> {
  await sql`vacuum ${sql.join(tables.map(table => sql.table(table)))}`.execute(db)
}
