import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

export interface Running {
  address: string
  stop: () => Promise<void>
}

/** Starts a script with this Node and waits for the line that tells its address. */
export async function run (script: string, environment: Record<string, string> = {}): Promise<Running> {
  const path = new URL(`../../${script}`, import.meta.url).pathname
  const child = spawn(process.execPath, [path], { env: { ...process.env, ...environment }, stdio: ['ignore', 'pipe', 'inherit'] })
  const stop = async () => {
    child.kill('SIGTERM')
    if (child.exitCode === null) await once(child, 'exit')
  }
  for await (const line of createInterface({ input: child.stdout })) {
    const address = /(http:\/\/[^\s/"]+)/.exec(line)?.[1]
    if (address === undefined) continue
    child.stdout.resume()
    return { address, stop }
  }
  throw new Error(`${script} ended before it listened`)
}
