import { sql } from 'kysely'
import type { Db } from '../connect.ts'
import { inTransaction } from '../transaction.ts'

/** The role of a connection. */
export async function roleOf (db: Db): Promise<string> {
  const { rows: [row] } = await sql<{ role: string }>`select current_user as role`.execute(db)
  return row!.role
}

/** History: rows are added and read, and never changed. */
const APPEND_ONLY = ['writes', 'changes', 'dossier_versions', 'dossier_changes', 'report_revisions']

/**
 * Lets the role of the service use the tables of their owner, and only add to and read those that hold history.
 * @throws Error when they are the same role
 */
export async function grantUse (owner: Db, role: string): Promise<void> {
  if (role === await roleOf(owner)) {
    throw new Error(`MIGRATION_DATABASE_URL and DATABASE_URL are the same role, ${role}, which owns the tables`)
  }
  const to = sql.id(role)
  await inTransaction(owner, async trx => {
    // Processes that start together would otherwise change the same rows of the catalogue, which fails.
    await sql`select pg_advisory_xact_lock(hashtextextended('cchc grants', 0))`.execute(trx)
    const { rows: tables } = await sql<{ name: string }>`
      select tablename as name from pg_tables where schemaname = 'public' and tablename not like 'kysely%'
      union all
      select viewname from pg_views where schemaname = 'public'`.execute(trx)
    await sql`grant usage on schema public to ${to}`.execute(trx)
    await sql`grant usage on all sequences in schema public to ${to}`.execute(trx)
    for (const { name } of tables) {
      const rights = APPEND_ONLY.includes(name) ? sql`select, insert` : sql`select, insert, update, delete`
      await sql`grant ${rights} on ${sql.id(name)} to ${to}`.execute(trx)
    }
  })
}
