// npm run client: clients and keys from the command line, for the first key and for when the last is lost.
import { parseArgs } from 'node:util'
import { SCOPES } from '../../contract/caller.ts'
import { databaseOf, readConfig } from '../../config.ts'
import { migrateConfigured } from '../../database/migrations/migrate.ts'
import { openDatabase } from '../../database/open.ts'
import { runOwnWrite } from '../../writes/unit-of-work.ts'
import type { Write } from '../../writes/write.ts'
import { DomainError } from '../../contract/errors.ts'
import { MAX_LIMIT } from '../../contract/paging.ts'
import { checkOf } from '../../contract/validation.ts'
import { searchName } from '../../text/search-name.ts'
import { createClientKey, putClient, revokeClientKey } from './commands.ts'
import { clientKeys, clients } from './queries.ts'
import { ClientBody, ClientCode } from './schema.ts'

const USAGE = `npm run client -- create --name <name> [--code <code>] [--source <source>] [--unit <code>]
                         [--scopes ${SCOPES.join(',')}] [--requests-per-minute <n>] [--expires-at <instant>]
npm run client -- key <client>               makes another key
npm run client -- revoke <client> <key id>
npm run client -- list

Keys are shown once. The database is the one that the service is configured for.`

const { positionals: [command, ...names], values } = parseArgs({
  allowPositionals: true,
  options: Object.fromEntries(
    ['name', 'code', 'source', 'unit', 'scopes', 'requests-per-minute', 'expires-at'].map(name => [name, { type: 'string' as const }]))
})

try {
  await run()
} catch (error) {
  tell(error as Error)
  process.exitCode = 1
}

async function run () {
  const commands: Record<string, (name?: string, id?: string) => Promise<void>> = { create, key, revoke, list }
  const chosen = commands[command ?? '']
  if (chosen === undefined) throw new Error(USAGE)
  await chosen(...names)
}

async function create () {
  const text = (name: string) => values[name]
  const code = text('code') ?? searchName(text('name') ?? '').replaceAll(/[^a-z0-9]+/g, '-').replaceAll(/^-|-$/g, '')
  const perMinute = text('requests-per-minute')
  const body = {
    name: text('name'),
    scopes: text('scopes')?.split(',') ?? ['read'],
    ...given('source', text('source')),
    ...given('unit', text('unit')),
    ...given('expires_at', text('expires-at')),
    ...given('requests_per_minute', perMinute === undefined ? undefined : Number(perMinute))
  }
  const issues = [...checkOf(ClientBody)(body, ''), ...checkOf(ClientCode)(code, '/code')]
  if (issues.length > 0) throw new DomainError('invalid_rows', 'not a client:', issues)
  await writing(async write => {
    await putClient(write, code, body as ClientBody, 0)
    return createClientKey(write, code, 0)
  }, ({ id, key }) => `client ${code}\nkey id ${id}\nkey ${key}, shown once`)
}

function given (name: string, value: string | number | undefined) {
  return value === undefined ? {} : { [name]: value }
}

async function key (client = '') {
  await writing(write => createClientKey(write, client, 0), ({ id, key }) => `key id ${id}\nkey ${key}, shown once`)
}

async function revoke (client = '', id = '') {
  await writing(write => revokeClientKey(write, client, id), ({ revoked_at }) => `key ${id} is revoked since ${revoked_at}`)
}

async function list () {
  await withDatabase(async db => {
    for (const client of (await clients(db, { limit: MAX_LIMIT }, null)).items) {
      const { code, name, scopes, unit, source } = client
      console.log(`${code}: ${name}; ${scopes.join(',')}; unit ${unit ?? 'any'}; source ${source ?? 'none'}`)
      const { items } = await clientKeys(db, code, { limit: MAX_LIMIT }, null)
      for (const { id, last_used_at: used, revoked_at: revoked } of items) {
        console.log(`  ${id} last used ${used ?? 'never'}${revoked === null ? '' : `, revoked ${revoked}`}`)
      }
    }
  })
}

async function writing<T extends object> (work: (write: Write) => Promise<T>, report: (done: T) => string) {
  await withDatabase(async db => { console.log(report(await runOwnWrite(db, 'command line', `client ${command}`, work))) })
}

function tell (error: Error) {
  const issues = error instanceof DomainError ? error.issues.map(({ pointer, detail }) => `\n  ${pointer.slice(1)}: ${detail}`) : []
  console.error(`${error.message}${issues.join('')}`)
}

async function withDatabase (work: (db: Awaited<ReturnType<typeof openDatabase>>['db']) => Promise<void>) {
  const database = databaseOf(readConfig(process.env))
  const connection = await openDatabase(database, { onLost: tell })
  try {
    await migrateConfigured(connection.db, database, tell)
    await work(connection.db)
  } finally {
    await connection.close()
  }
}
