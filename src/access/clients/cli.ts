// npm run client: clients and keys from the command line, for the first key and for when the last is lost.
import { parseArgs } from 'node:util'
import { SCOPES } from '../../contract/caller.ts'
import { databaseOf, readConfig } from '../../config.ts'
import type { Db } from '../../database/connect.ts'
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

const OPTIONS = Object.fromEntries(
  ['name', 'code', 'source', 'unit', 'scopes', 'requests-per-minute', 'expires-at'].map(name => [name, { type: 'string' as const }]))

/** A command as it was given, where it runs, and where it says how that went. */
interface Run {
  command: string
  values: Record<string, string | undefined>
  environment: NodeJS.ProcessEnv
  say: (text: string) => void
  complain: (error: Error) => void
}

type Terminal = Pick<Console, 'log' | 'error'>
type Command = (run: Run, ...names: string[]) => Promise<void>

const COMMANDS = new Map<string, Command>(Object.entries({ create, key, revoke, list }))

if (import.meta.main) process.exitCode = await main(process.argv.slice(2), process.env, console)

/** @returns the exit code */
export async function main (args: string[], environment: NodeJS.ProcessEnv, terminal: Terminal): Promise<number> {
  const say = (text: string) => { terminal.log(text) }
  const complain = (error: Error) => { terminal.error(reasonOf(error)) }
  try {
    const { positionals: [command = '', ...names], values } = parseArgs({ args, allowPositionals: true, options: OPTIONS })
    const chosen = COMMANDS.get(command)
    if (chosen === undefined) throw new Error(USAGE)
    await chosen({ command, values, environment, say, complain }, ...names)
    return 0
  } catch (error) {
    complain(error as Error)
    return 1
  }
}

async function create (run: Run) {
  const text = (name: string) => run.values[name]
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
  await writing(run, async write => {
    await putClient(write, code, body as ClientBody, 0)
    return createClientKey(write, code, 0)
  }, ({ id, key }) => `client ${code}\nkey id ${id}\nkey ${key}, shown once`)
}

function given (name: string, value: string | number | undefined) {
  return value === undefined ? {} : { [name]: value }
}

async function key (run: Run, client = '') {
  await writing(run, write => createClientKey(write, client, 0), ({ id, key }) => `key id ${id}\nkey ${key}, shown once`)
}

async function revoke (run: Run, client = '', id = '') {
  await writing(run, write => revokeClientKey(write, client, id), ({ revoked_at }) => `key ${id} is revoked since ${revoked_at}`)
}

async function list (run: Run) {
  await withDatabase(run, async db => {
    for (const client of (await clients(db, { limit: MAX_LIMIT }, null)).items) {
      const { code, name, scopes, unit, source } = client
      run.say(`${code}: ${name}; ${scopes.join(',')}; unit ${unit ?? 'any'}; source ${source ?? 'none'}`)
      const { items } = await clientKeys(db, code, { limit: MAX_LIMIT }, null)
      for (const { id, last_used_at: used, revoked_at: revoked } of items) {
        run.say(`  ${id} last used ${used ?? 'never'}${revoked === null ? '' : `, revoked ${revoked}`}`)
      }
    }
  })
}

async function writing<T extends object> (run: Run, work: (write: Write) => Promise<T>, report: (done: T) => string) {
  const operation = `client ${run.command}`
  await withDatabase(run, async db => { run.say(report(await runOwnWrite(db, 'command line', operation, work))) })
}

function reasonOf (error: Error): string {
  const issues = error instanceof DomainError ? error.issues.map(({ pointer, detail }) => `\n  ${pointer.slice(1)}: ${detail}`) : []
  return `${error.message}${issues.join('')}`
}

async function withDatabase ({ environment, complain }: Run, work: (db: Db) => Promise<void>) {
  const database = databaseOf(readConfig(environment))
  const connection = await openDatabase(database, { onLost: complain })
  try {
    await migrateConfigured(connection.db, database, complain)
    await work(connection.db)
  } finally {
    await connection.close()
  }
}
