import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'

export interface Running {
  address: string
  pid: number
  /** What a service on a new embedded database prints when it starts. */
  key: string | undefined
  stop: () => Promise<void>
}

const { scripts } = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8')) as
  { scripts: { start: string } }
/** As `npm start` runs the service. */
const START = scripts.start.split(' ').slice(1)

/** Starts a script with this Node and waits for the line that tells its address. */
export async function run (script: string, environment: Record<string, string> = {}): Promise<Running> {
  const child = spawn(process.execPath, START.at(-1) === script ? START : [script], {
    cwd: new URL('../..', import.meta.url), env: { ...process.env, ...environment }, stdio: ['ignore', 'pipe', 'inherit']
  })
  const stop = async () => {
    child.kill('SIGTERM')
    if (child.exitCode === null) await once(child, 'exit')
  }
  let key: string | undefined
  for await (const line of createInterface({ input: child.stdout })) {
    key ??= /cchc_\w+_[\w-]+/.exec(line)?.[0]
    const address = /(http:\/\/[^\s/"]+)/.exec(line)?.[1]
    if (address === undefined) continue
    child.stdout.resume()
    return { address, pid: child.pid!, key, stop }
  }
  throw new Error(`${script} ended before it listened`)
}

/** Makes a client with a key as an operator does, before the service starts. */
export async function clientKey (environment: Record<string, string>, ...options: string[]): Promise<string> {
  const path = new URL('../../src/access/clients/cli.ts', import.meta.url).pathname
  const env = { ...process.env, ...environment }
  const { stdout } = await promisify(execFile)(process.execPath, [path, 'create', ...options], { env })
  return /cchc_\w+_[\w-]+/.exec(stdout)![0]
}
