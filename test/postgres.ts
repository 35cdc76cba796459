import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createWriteStream, existsSync, globSync } from 'node:fs'
import { chown, mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import pg from 'pg'

const run = promisify(execFile)

/** How long a server may take to be ready, with the recovery of what was killed. */
const READY_WITHIN = 60_000

/** A PostgreSQL server of the tests' own, with fsync on, that can be killed and started again. */
export interface Postgres {
  version: string
  /** Of the postmaster as it runs now. */
  pid: () => number
  url: (database?: string) => string
  /** @returns the URL of a new, empty database */
  createDatabase: () => Promise<string>
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- rows of any query
  query: (text: string, values?: unknown[], url?: string) => Promise<any[]>
  /** Starts it, unless it runs, and waits until it answers. */
  start: () => Promise<void>
  /** The postmaster and all its children at once, as when the power fails. */
  kill: () => Promise<void>
  /** Ends it in order and removes its folder. */
  remove: () => Promise<void>
}

interface PostgresOptions {
  /** Where the tables are, instead of in a folder of its own; it must be empty. */
  dataDir?: string
  /** Where the write-ahead log is, instead of beside the tables. */
  walDir?: string
  /** As after `postgres -c`. */
  settings?: string[]
  initdb?: string[]
}

/** Why no server can be started here; null when one can. */
export async function whyNoPostgres (): Promise<string | null> {
  if (process.platform !== 'linux') return 'needs Linux'
  if (programs() === undefined) return 'needs initdb of PostgreSQL in PATH or under /usr/lib/postgresql'
  if (process.getuid!() === 0 && await unprivileged() === undefined) return 'needs a user postgres or nobody, as PostgreSQL does not run as root'
  return null
}

/** The folder that holds the programs of the newest PostgreSQL. */
function programs (): string | undefined {
  return folderOf('initdb')
}

/** The folder with a program of PostgreSQL: not every one has them all. */
export function folderOf (program: string): string | undefined {
  const installed = globSync('/usr/lib/postgresql/*/bin').sort((a, b) => a.localeCompare(b, 'en', { numeric: true })).reverse()
  return [...(process.env['PATH'] ?? '').split(delimiter), ...installed].find(folder => existsSync(join(folder, program)))
}

interface User { uid: number, gid: number }

async function unprivileged (): Promise<User | undefined> {
  const lines = (await readFile('/etc/passwd', 'utf8')).split('\n')
  const line = ['postgres:', 'nobody:'].map(name => lines.find(line => line.startsWith(name))).find(line => line !== undefined)
  const [, , uid, gid] = line?.split(':') ?? []
  return line === undefined ? undefined : { uid: Number(uid), gid: Number(gid) }
}

/** Who may run a server: the user of the tests, or `postgres` or `nobody` where that is root. */
export async function serverUser (): Promise<User> {
  return process.getuid!() === 0 ? (await unprivileged())! : { uid: process.getuid!(), gid: process.getgid!() }
}

export async function startPostgres (options: PostgresOptions = {}): Promise<Postgres> {
  const user = await serverUser()
  const folder = await mkdtemp(join(tmpdir(), 'cchc-postgres-'))
  await chown(folder, user.uid, user.gid)
  const { dataDir = join(folder, 'data'), walDir, settings = [], initdb = [] } = options
  const program = (name: string) => join(programs()!, name)
  // What is lost when the machine itself fails while it is made, nobody misses.
  await run(program('initdb'), [
    '-D', dataDir, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync',
    ...(walDir === undefined ? [] : [`--waldir=${walDir}`]), ...initdb
  ], { ...user, cwd: folder })
  const { stdout } = await run(program('postgres'), ['--version'])

  const port = await freePort()
  const url = (database = 'postgres') => `postgres://postgres@127.0.0.1:${port}/${database}`
  const log = createWriteStream(join(folder, 'log'), { flags: 'a' })
  const flags = ['listen_addresses=127.0.0.1', `port=${port}`, `unix_socket_directories=${folder}`, 'max_connections=200', ...settings]
  let child = spawned()

  function spawned (): ChildProcess {
    const started = spawn(program('postgres'), ['-D', dataDir, ...flags.flatMap(flag => ['-c', flag])], {
      ...user, cwd: folder, stdio: ['ignore', 'ignore', 'pipe']
    })
    started.stderr.pipe(log, { end: false })
    return started
  }

  async function start () {
    if (hasEnded()) child = spawned()
    const deadline = Date.now() + READY_WITHIN
    while (!await answers(url())) {
      if (hasEnded()) throw new Error(`PostgreSQL ended with ${child.exitCode}: ${await lastLines()}`)
      if (Date.now() > deadline) throw new Error('PostgreSQL does not get ready')
      await sleep(20)
    }
  }

  const hasEnded = () => child.exitCode !== null || child.signalCode !== null
  const lastLines = async () => (await readFile(join(folder, 'log'), 'utf8')).slice(-1_000)

  async function end (signal: NodeJS.Signals) {
    if (hasEnded()) return
    const ended = once(child, 'exit')
    child.kill(signal)
    await ended
  }

  // A test that ends early must not leave servers behind.
  const quit = () => { child.kill('SIGQUIT') }
  process.on('exit', quit)
  await start()
  return {
    version: stdout.replace(/\D*([\d.]+).*\s*/, '$1'),
    pid: () => child.pid!,
    url,
    query: (text, values = [], at = url()) => queried(at, text, values),
    start,
    createDatabase: async () => {
      const name = `faults_${randomBytes(6).toString('hex')}`
      await queried(url(), `create database ${name}`, [])
      return url(name)
    },
    kill: async () => {
      // It would else start new children while they are being counted.
      child.kill('SIGSTOP')
      while (await stateOf(child.pid!) !== 'T') await sleep(1)
      const children = await childrenOf(child.pid!)
      for (const pid of [child.pid!, ...children]) killIfThere(pid)
      await end('SIGKILL')
      for (const pid of children) while (!['Z', 'X', undefined].includes(await stateOf(pid))) await sleep(1)
    },
    remove: async () => {
      await end('SIGINT')
      process.off('exit', quit)
      log.end()
      await rm(folder, { recursive: true })
    }
  }
}

/** Runs one query on a connection of its own. */
async function queried (url: string, text: string, values: unknown[]) {
  const client = new pg.Client({ connectionString: url })
  // Lost connections fail the query; without a listener they end the process as well.
  client.on('error', () => {})
  await client.connect()
  try {
    return (await client.query(text, values)).rows
  } finally {
    await client.end()
  }
}

export async function answers (url: string): Promise<boolean> {
  return queried(url, 'select 1', []).then(() => true, () => false)
}

async function freePort (): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  await new Promise(resolve => server.close(resolve))
  return port
}

async function childrenOf (pid: number): Promise<number[]> {
  const listed = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')
  return listed.split(' ').filter(Boolean).map(Number)
}

function killIfThere (pid: number) {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It ended by itself in the meantime.
  }
}

/** `T` is stopped, `Z` has ended and nobody asked about it; undefined: there is no such process. */
async function stateOf (pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  return / \((?:.*)\) (.)/.exec(stat)?.[1]
}
