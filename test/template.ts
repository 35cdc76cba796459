// Runs once before the tests: fills a database that each of them gets a copy of.
import { createHash } from 'node:crypto'
import { globSync, lstatSync } from 'node:fs'
import { appendFile, cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sql } from 'kysely'
import { SCOPES } from '../src/contract/caller.ts'
import { keyOf } from '../src/access/auth/api-keys.ts'
import { createClientKey, putClient } from '../src/access/clients/commands.ts'
import { registerSource } from '../src/catalogue/sources/register.ts'
import { connect, type Address } from '../src/database/connect.ts'
import { startEmbedded } from '../src/database/embedded/embedded.ts'
import { migrate } from '../src/database/migrations/migrate.ts'
import { runOwnWrite } from '../src/writes/unit-of-work.ts'
import { loadCatalogue, loadSample } from '../src/seed/load.ts'
import { trimLog } from './data-folder.ts'

export const TEMPLATE_DIR = new URL('../.tap/template', import.meta.url).pathname
/** An embedded database with nothing in it, not even the tables: to make one takes half of a first start. */
export const EMPTY_DIR = new URL('../.tap/empty', import.meta.url).pathname
/** Tells what the two were made from. */
export const MADE_FROM = new URL('../.tap/made-from', import.meta.url).pathname
/** One folder for each file of tests that a shard has taken. */
export const CLAIMS = new URL('../.tap/claims', import.meta.url).pathname
export const TEMPLATE_NAME = 'cchc_test_template'

/**
 * To clear the usual 128 MB takes longer than all else that a start does, and to clear a segment of the log as long as
 * many tests.
 */
const SETTINGS = 'shared_buffers = 16MB\nwal_init_zero = off\nwal_recycle = off\n'

/** Of a client with every scope, for all units. */
export const ADMIN_KEY = `cchc_0123456789abcdef_${'A'.repeat(43)}`

/** Sources that tests report for. */
const SOURCES = ['a', 'b', 'first', 'gso', 'other', 'property', 'second', 'silent', 'thanh-hoa', 'x']

/** The server that tests also run on, where there is one. */
export const SERVER = process.env['TEST_DATABASE_URL']

export function addressOf (database: string): Address {
  const url = new URL(SERVER!)
  url.pathname = database
  return { connectionString: url.href }
}

if (import.meta.main) await prepare(fillEmbedded)

export async function prepare (embedded: () => Promise<void>) {
  await rm(CLAIMS, { recursive: true, force: true })
  await mkdir(CLAIMS, { recursive: true })
  // The embedded database runs in a thread, beside what fills the server.
  await Promise.all([embedded(), ...SERVER === undefined ? [] : [fillServer(SERVER)]])
}

export async function fillEmbedded () {
  await rm(MADE_FROM, { force: true })
  for (const folder of [EMPTY_DIR, TEMPLATE_DIR]) await rm(folder, { recursive: true, force: true })
  const empty = await startEmbedded(EMPTY_DIR)
  await trim(empty.address)
  await empty.close()
  await appendFile(join(EMPTY_DIR, 'postgresql.conf'), SETTINGS)
  await cp(EMPTY_DIR, TEMPLATE_DIR, { recursive: true })
  const embedded = await startEmbedded(TEMPLATE_DIR)
  await fill(embedded.address)
  await embedded.close()
  for (const folder of [EMPTY_DIR, TEMPLATE_DIR]) trimLog(folder)
  await writeFile(MADE_FROM, await embeddedSource())
}

/** A hash of all that they hold depends on. */
export async function embeddedSource (): Promise<string> {
  const hash = createHash('sha256').update(new Date().toDateString())
  const root = new URL('..', import.meta.url).pathname
  const patterns = ['{src,migrations}/**', 'test/{template,data-folder}.ts', 'package-lock.json']
  for (const file of globSync(patterns, { cwd: root }).toSorted().map(name => join(root, name))) {
    if (lstatSync(file).isFile()) hash.update(file).update(await readFile(file))
  }
  return hash.digest('hex')
}

/** Drops what only `create database` needs, which is half of the files that each test copies. */
async function trim (address: Address) {
  const { db, close } = connect(address, { max: 1, onLost: console.error })
  await sql`update pg_database set datistemplate = false where datname in ('template0', 'template1')`.execute(db)
  await sql`drop database template0`.execute(db)
  await sql`drop database template1`.execute(db)
  await close()
}

async function fillServer (connectionString: string) {
  const { db, close } = connect({ connectionString }, { max: 1, onLost: console.error, timeLimits: 'relaxed' })
  await sql`drop database if exists ${sql.id(TEMPLATE_NAME)}`.execute(db)
  await sql`create database ${sql.id(TEMPLATE_NAME)}`.execute(db)
  await close()
  await fill(addressOf(TEMPLATE_NAME))
  await analyze(addressOf(TEMPLATE_NAME))
}

/** As nothing vacuums while tests run: a question about the sample data would take three times as long. */
async function analyze (address: Address) {
  const { db, close } = connect(address, { max: 1, onLost: console.error })
  await sql`analyze`.execute(db)
  await close()
}

async function fill (address: Address) {
  const { db, close } = connect(address, { max: 2, onLost: console.error, timeLimits: 'relaxed' })
  await migrate(db)
  await loadCatalogue(db)
  await loadSample(db)
  await runOwnWrite(db, 'template', 'template', async write => {
    for (const source of SOURCES) await registerSource(write, source)
    return {}
  })
  await runOwnWrite(db, 'tests', 'template', async write => {
    await putClient(write, 'tests', { name: 'Tests', scopes: [...SCOPES] }, 0)
    return createClientKey(write, 'tests', 0, keyOf(ADMIN_KEY)!)
  })
  await close()
}
