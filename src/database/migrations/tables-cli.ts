// Writes tables.ts from a freshly migrated database; with --check it only compares.
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { connect } from '../connect.ts'
import { startEmbedded } from '../embedded/embedded.ts'
import { migrate } from './migrate.ts'

const TABLES = new URL('../tables.ts', import.meta.url)
const TYPES = { int8: 'number', numeric: 'number', date: 'string', timestamptz: 'string' }

const folder = await mkdtemp(join(tmpdir(), 'cchc-tables-'))
const embedded = await startEmbedded(join(folder, 'data'))
const connection = connect(embedded.address, { max: 2, onLost: console.error })
try {
  await migrate(connection.db)
  const generated = await generate(embedded.address.host)
  if (!process.argv.includes('--check')) await writeFile(TABLES, generated)
  else if (await readFile(TABLES, 'utf8') !== generated) {
    console.error('src/database/tables.ts is not what the migrations make: run npm run write:tables')
    process.exitCode = 1
  }
} finally {
  await connection.close()
  await embedded.close()
  await rm(folder, { recursive: true })
}

async function generate (host: string): Promise<string> {
  const out = join(folder, 'tables.ts')
  await promisify(execFile)('kysely-codegen', [
    '--dialect', 'postgres', '--url', `postgres://postgres@${encodeURIComponent(host)}/postgres`,
    '--exclude-pattern', 'kysely_*', '--type-mapping', JSON.stringify(TYPES), '--out-file', out
  ])
  return readFile(out, 'utf8')
}
