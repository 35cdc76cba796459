import { readdir, readFile } from 'node:fs/promises'
import { sql } from 'kysely'
import { Migrator, type Migration } from 'kysely/migration'
import { connect, type Db } from './connect.ts'
import { inTransaction } from './transaction.ts'

export const MIGRATIONS = new URL('../../migrations/', import.meta.url)

/**
 * Brings the schema to `target`, or to the newest migration. Forward only. Processes that start at the same time
 * wait for one another on the migrator's lock.
 * @throws the error of the migration that failed; its statements are rolled back.
 */
export async function migrate (db: Db, target?: string): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: readMigrations } })
  const { error } = await (target === undefined ? migrator.migrateToLatest() : migrator.migrateTo(target))
  if (error !== undefined) throw error as Error
}

interface Owned {
  DATABASE_URL?: string
  MIGRATION_DATABASE_URL?: string
}

/**
 * Brings the schema of the service's database to the newest migration. Where the service runs as a role of its own,
 * `MIGRATION_DATABASE_URL` is how the owner of the tables connects, who then lets the service's role use them, but not
 * change what was recorded.
 */
export async function migrateFor (
  db: Db, { DATABASE_URL: url, MIGRATION_DATABASE_URL: ownerUrl }: Owned
): Promise<void> {
  const connectionString = ownerUrl ?? url
  if (connectionString === undefined) return migrate(db)
  // Migrations take as long as they take.
  /* c8 ignore start -- tested on a server, which the embedded database is not */
  const owner = connect({ connectionString }, { max: 1, onLost: () => {}, hurried: false })
  try {
    await migrate(owner.db)
    if (ownerUrl !== undefined) await grantUse(owner.db, await roleOf(db))
  } finally {
    await owner.close()
  }
}

async function roleOf (db: Db): Promise<string> {
  const { rows: [row] } = await sql<{ role: string }>`select current_user as role`.execute(db)
  return row!.role
}

/** What is recorded stays as it is: rows are added and read, and nothing else. */
const APPEND_ONLY = ['writes', 'changes']

async function grantUse (owner: Db, role: string): Promise<void> {
  if (role === await roleOf(owner)) {
    throw new Error(`MIGRATION_DATABASE_URL and DATABASE_URL are the same role, ${role}, which owns the tables`)
  }
  const to = sql.id(role)
  await inTransaction(owner, true, async trx => {
    // Processes that start together would else change the same rows of the catalogue.
    await sql`select pg_advisory_xact_lock(hashtextextended('cchc grants', 0))`.execute(trx)
    const { rows: tables } = await sql<{ name: string }>`
      select tablename as name from pg_tables where schemaname = 'public' and tablename not like 'kysely%'`.execute(trx)
    await sql`grant usage on schema public to ${to}`.execute(trx)
    await sql`grant usage on all sequences in schema public to ${to}`.execute(trx)
    for (const { name } of tables) {
      const rights = APPEND_ONLY.includes(name) ? sql`select, insert` : sql`select, insert, update, delete`
      await sql`grant ${rights} on ${sql.id(name)} to ${to}`.execute(trx)
    }
  })
}
/* c8 ignore stop */

async function readMigrations (): Promise<Record<string, Migration>> {
  const files = (await readdir(MIGRATIONS)).filter(file => file.endsWith('.sql'))
  const migrations = files.map(async (file): Promise<[string, Migration]> => {
    const statements = statementsOf(await readFile(new URL(file, MIGRATIONS), 'utf8'))
    return [file.replace('.sql', ''), { up: db => runAll(db, statements) }]
  })
  return Object.fromEntries(await Promise.all(migrations))
}

/** One DDL statement a query, as distributed PostgreSQL wants it. A statement ends with a semicolon at a line's end. */
export function statementsOf (text: string): string[] {
  return text.replaceAll(/^--.*$/gm, '').split(/;\s*$/m).map(statement => statement.trim()).filter(Boolean)
}

async function runAll (db: Parameters<Migration['up']>[0], statements: string[]) {
  for (const statement of statements) await sql.raw(statement).execute(db)
}
