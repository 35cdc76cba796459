import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'

const SERVER = 'src/server.ts'

/** What configures the service. A test says it all; nothing comes from whoever runs the tests. */
const OWN = [
  'HOST', 'PORT', 'DATABASE_URL', 'DATA_DIR', 'LOAD_SAMPLE', 'POOL_SIZE', 'ALLOW_UNSAFE_DURABILITY', 'LOG_LEVEL',
  'AUTH', 'PUBLIC_READ', 'RATE_LIMIT', 'JWKS_URL', 'JWT_ISSUER', 'JWT_AUDIENCE', 'MIGRATION_DATABASE_URL',
  'CORS_ORIGINS', 'TRUST_PROXY'
]

export interface Ended {
  /** null: ended by a signal. */
  code: number | null
  log: string
  errors: string
}

export interface Launched {
  child: ChildProcess
  /** What it wrote so far. */
  written: { log: string, errors: string }
  ended: Promise<Ended>
}

/** Code that earlier starts compiled: not where coverage is counted, which would miss functions. */
const COMPILED = new URL('../.tap/compiled', import.meta.url).pathname

/** Without what tap has every process load, to count coverage: a start takes a third of the time. */
const UNCOUNTED = `unset NODE_OPTIONS; export NODE_COMPILE_CACHE='${COMPILED}'; `

export interface LaunchOptions {
  /** The service, if no other is named. */
  script?: string
  preload?: string[]
  args?: string[]
  /** Runs the command line `"$0" "$@"`, such as with other limits. */
  shell?: string
  /** Whether to count coverage: where a start runs what no test in this process runs, and no other start. */
  isCounted?: boolean
}

/** Starts a script of this project on a free port, if none is given. */
export function launch (
  settings: Record<string, string>,
  { script = SERVER, preload = [], args = [], shell = 'exec "$0" "$@"', isCounted = false }: LaunchOptions = {}
): Launched {
  const others = Object.entries(process.env).filter(([name]) => !OWN.includes(name))
  const env = { ...Object.fromEntries(others), PORT: '0', ...settings }
  const path = new URL(`../${script}`, import.meta.url).pathname
  const command = [process.execPath, ...preload.map(file => `--import=${file}`), path, ...args]
  const child = spawn('sh', ['-c', (isCounted ? '' : UNCOUNTED) + shell, ...command], {
    env, stdio: ['ignore', 'pipe', 'pipe']
  })
  const written = { log: '', errors: '' }
  child.stdout.on('data', text => { written.log += String(text) })
  child.stderr.on('data', text => { written.errors += String(text) })
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, ...written }))
  return { child, written, ended }
}

/** A program as a function: what the command line gave it, what configures it, and where it says what it does. */
type Program = (args: string[], settings: Record<string, string>, terminal: Pick<Console, 'log' | 'error'>) => Promise<number>

/** Runs a program in this process, as a start in one of its own takes as long as fifty runs. */
export async function runHere (program: Program, settings: Record<string, string>, ...args: string[]): Promise<Ended> {
  const written = { log: '', errors: '' }
  const code = await program(args, settings, {
    log: (text: string) => { written.log += `${text}\n` },
    error: (text: string) => { written.errors += `${text}\n` }
  })
  return { code, ...written }
}

/**
 * Waits until the service says where it can be tried.
 * @returns `http://host:port`
 * @throws Error with what it wrote, when it ends before
 */
export async function listening ({ child, written, ended }: Launched): Promise<string> {
  return new Promise<string>((resolve, reject) => {
    const look = () => {
      const found = /"try it at (http:[^"]+)\/docs"/.exec(written.log)
      if (found) resolve(found[1]!)
    }
    child.stdout!.on('data', look)
    look()
    void ended.then(({ code, errors }) => { reject(new Error(`ended with ${code}: ${errors}`)) })
  })
}
