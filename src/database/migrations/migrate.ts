import { readdir, readFile } from 'node:fs/promises'
import { sql } from 'kysely'
import { Migrator, type Migration } from 'kysely/migration'
import { connect, type Db } from '../connect.ts'
import { grantUse, roleOf } from './grant.ts'

export const MIGRATIONS = new URL('../../../migrations/', import.meta.url)

/**
 * Brings the schema to `target`, or to the newest migration. Forward only. Processes that start at the same time
 * wait for one another on the migrator's lock.
 * @throws the error of the migration that failed; its statements are rolled back. Error with one line, for a database
 *   of a newer version.
 */
export async function migrate (db: Db, target?: string): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: readMigrations } })
  const { error } = await (target === undefined ? migrator.migrateToLatest() : migrator.migrateTo(target))
  if (error !== undefined) throw explained(error as Error)
}

/** kysely calls a database with a migration that it does not know corrupted. */
function explained (error: Error): Error {
  const unknown = /previously executed migration (\S+) is missing$/.exec(error.message)?.[1]
  if (unknown === undefined) return error
  return new Error(`a newer version of the service has used the database: ${unknown} is not a migration of this version`)
}

export interface MigrationOptions {
  /** Of the server, as the service connects; left out: the embedded database. */
  url?: string | undefined
  /** As the owner of the tables connects, where the service runs as a role of its own. */
  ownerUrl?: string | undefined
}

/**
 * Brings the schema of the service's database to the newest migration. An owner of the tables then lets the role of the
 * service use them, but not change what was recorded.
 */
export async function migrateConfigured (
  db: Db, { url, ownerUrl }: MigrationOptions, onLost: (error: Error) => void
): Promise<void> {
  const connectionString = ownerUrl ?? url
  if (connectionString === undefined) return migrate(db)
  // A migration may take as long as it needs.
  const owner = connect({ connectionString }, { max: 1, onLost, timeLimits: 'relaxed' })
  try {
    await migrate(owner.db)
    if (ownerUrl !== undefined) await grantUse(owner.db, await roleOf(db))
  } finally {
    await owner.close()
  }
}

async function readMigrations (): Promise<Record<string, Migration>> {
  const files = (await readdir(MIGRATIONS)).filter(file => file.endsWith('.sql'))
  const migrations = files.map(async (file): Promise<[string, Migration]> => {
    const statements = statementsOf(await readFile(new URL(file, MIGRATIONS), 'utf8'))
    return [file.replace('.sql', ''), { up: db => runAll(db, statements) }]
  })
  return Object.fromEntries(await Promise.all(migrations))
}

/** One DDL statement a query, which Citus requires. A statement ends with a semicolon at the end of a line. */
export function statementsOf (text: string): string[] {
  return text.replaceAll(/^--.*$/gm, '').split(/;\s*$/m).map(statement => statement.trim()).filter(Boolean)
}

async function runAll (db: Parameters<Migration['up']>[0], statements: string[]) {
  for (const statement of statements) await sql.raw(statement).execute(db)
}
