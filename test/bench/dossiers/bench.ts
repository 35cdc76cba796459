import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { promisify } from 'node:util'
import { ROLLUPS } from '../../../src/dossiers/rollups/families.ts'
import { folderOf, type Postgres } from '../../postgres.ts'
import { clientKey, run, type Running } from '../process.ts'
import { procedures } from './desks.ts'
import { COPIED, type Written } from './files.ts'

/** A service on a PostgreSQL server, both as an operator runs them, and a client that may send dossiers. */
export interface Bench {
  postgres: Postgres
  url: string
  service: Running
  key: string
}

/** What an operator sets for 8 GB of memory; all else is as it comes, and what is committed is on the disk. */
export const SETTINGS = ['shared_buffers=2GB', 'max_wal_size=8GB', 'checkpoint_timeout=15min']

export type Counts = Record<'received' | 'created' | 'updated' | 'unchanged' | 'stale' | 'deleted' | 'rejected', number>

export const TABLES = ['dossiers', 'dossier_states', 'dossier_desks', ...Object.keys(ROLLUPS), 'dossier_sums_log', 'backlog_sums', 'backlog_sums_by_month', 'backlog_sums_log', 'dossier_versions', 'dossier_changes']

/** Starts the service on an empty database, with all procedures in its catalogue. */
export async function startBench (postgres: Postgres): Promise<Bench> {
  const url = await postgres.createDatabase()
  const environment = {
    DATABASE_URL: url, PORT: '0', PUBLIC_READ: 'true', RATE_LIMIT: '0', NODE_OPTIONS: ''
  }
  // Once, and not by the process that is measured: its memory is that of a service in use.
  await (await run('src/server.ts', { ...environment, LOAD_SAMPLE: 'catalogue' })).stop()
  const key = await clientKey(environment, '--name', 'bench', '--source', 'one-stop', '--scopes', 'read,write:dossiers,write:catalogue')
  const service = await run('src/server.ts', environment)
  const bench = { postgres, url, service, key }
  await send(bench, '/v1/procedures', { items: procedures() })
  await postgres.query(`create table copied (like dossiers including all)`, [], url)
  return bench
}

/** Sends JSON, again where the service is busy. @throws Error for another answer than 200 */
export async function send<Answer> ({ service, key }: Bench, path: string, body: object): Promise<Answer> {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
  const sendOnce = () => fetch(service.address + path, { method: 'POST', headers, body: JSON.stringify(body) })
  let response = await sendOnce()
  for (let tries = 1; response.status === 503 && tries < 5; tries++) {
    await setTimeout(1_000 * Number(response.headers.get('retry-after')))
    response = await sendOnce()
  }
  if (!response.ok) throw new Error(`${path}: ${await response.text()}`)
  return await response.json() as Answer
}

/** Sends a file as a stream, from a process of its own. */
export async function post ({ service, key }: Bench, { path }: Written, to = '/v1/dossiers'): Promise<Counts> {
  const script = new URL('post.ts', import.meta.url).pathname
  const { stdout } = await promisify(execFile)(process.execPath, [script, service.address, key, path, to])
  const answer = JSON.parse(stdout) as Counts & { errors: unknown[] }
  if (answer.rejected > 0) throw new Error(`rejected: ${JSON.stringify(answer.errors.slice(0, 3))}`)
  return answer
}

export async function copy (bench: Bench, { path }: Written): Promise<void> {
  await psql(bench, '-c', `\\copy copied (${COPIED.join()}) from '${path}'`)
}

/** @returns what psql writes */
export async function psql ({ url }: Bench, ...options: string[]): Promise<string> {
  const all = ['-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', url, ...options]
  return (await promisify(execFile)(join(folderOf('psql')!, 'psql'), all)).stdout
}

/** Forgets all dossiers, and leaves nothing for a checkpoint to do during the next measurement. */
export async function clear ({ postgres, url }: Bench): Promise<void> {
  await postgres.query(`truncate ${TABLES.join()}, copied`, [], url)
  await postgres.query('checkpoint', [], url)
}
