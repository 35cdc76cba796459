import { readdir, readFile } from 'node:fs/promises'
import { MIGRATIONS } from '../../src/database/migrations/migrate.ts'

/** The SQL of each migration by its file name. */
export async function readMigrationFiles (): Promise<Record<string, string>> {
  const names = (await readdir(MIGRATIONS)).toSorted()
  return Object.fromEntries(await Promise.all(
    names.map(async name => [name, await readFile(new URL(name, MIGRATIONS), 'utf8')] as const)))
}
