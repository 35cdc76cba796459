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

/**
 * Starts a script of this project, the service if no other is named, on a free port if none is.
 * @param options.shell runs the command line `"$0" "$@"`, such as with other limits
 */
export function launch (
  settings: Record<string, string>, { script = SERVER, preload = [] as string[], args = [] as string[], shell = 'exec "$0" "$@"' } = {}
): Launched {
  const others = Object.entries(process.env).filter(([name]) => !OWN.includes(name))
  const env = { ...Object.fromEntries(others), PORT: '0', ...settings }
  const path = new URL(`../${script}`, import.meta.url).pathname
  const child = spawn('sh', ['-c', shell, process.execPath, ...preload.map(file => `--import=${file}`), path, ...args], {
    env, stdio: ['ignore', 'pipe', 'pipe']
  })
  const written = { log: '', errors: '' }
  child.stdout.on('data', text => { written.log += String(text) })
  child.stderr.on('data', text => { written.errors += String(text) })
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, ...written }))
  return { child, written, ended }
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
