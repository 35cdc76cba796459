import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Test } from 'tap'
import { launch, listening, type Ended, type LaunchOptions } from './process.ts'
import { ADMIN_KEY } from './template.ts'

export const DRAINED_WITHIN = 10_000

/** The service in a process of its own. */
export interface Running {
  /** Where it says it can be tried. */
  docs: string
  log: () => string
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- what a client sees: anything
  json: (path: string, init?: RequestInit) => Promise<any>
  stop: (signal: NodeJS.Signals) => Promise<Ended>
}

export function run (t: Test, settings: Record<string, string>, options: LaunchOptions = {}) {
  const launched = launch(settings, options)
  t.teardown(() => { launched.child.kill('SIGKILL') })
  return launched
}

export async function start (
  t: Test, settings: Record<string, string>, options: LaunchOptions = {}
): Promise<Running> {
  const launched = run(t, settings, options)
  const base = await listening(launched)
  return {
    docs: `${base}/docs`,
    log: () => launched.written.log,
    json: async (path, init) => (await untilAccepted(() => fetch(base + path, init))).json(),
    stop: async signal => { launched.child.kill(signal); return launched.ended }
  }
}

/** Whatever keeps it from starting is one clear line, and exit code 1. */
export async function refuses (t: Test, settings: Record<string, string>, line: RegExp, options: LaunchOptions = {}) {
  const { code, errors } = await run(t, settings, options).ended
  t.equal(code, 1)
  t.match(errors, /^cannot start: [^\n]+\n$/)
  t.match(errors, line)
}

/** Sends again what a slow machine is too busy for, as the contract asks of clients. */
export async function untilAccepted (send: () => Promise<Response>): Promise<Response> {
  const answer = await send()
  return answer.status === 503 ? untilAccepted(send) : answer
}

export async function countOf (service: Running, path: string): Promise<number> {
  return (await service.json(path)).items.length
}

/** Whether PostgreSQL has a folder open; what it left there when it was killed says so as well. */
export function isOpen (dataDir: string): boolean {
  return existsSync(join(dataDir, 'postmaster.pid'))
}

export function post (service: Running, path: string, body: string) {
  const sending = request(service.docs.replace('/docs', path), {
    method: 'POST', headers: { 'content-type': 'application/json', 'x-api-key': ADMIN_KEY, 'content-length': Buffer.byteLength(body) }
  })
  const answered = once(sending, 'response').then(([response]) => (response as { statusCode: number }).statusCode)
  return { sending, answered }
}

/** Lets requests in flight end, takes no others and ends with 0. */
export async function endsInOrder (t: Test, service: Running, signal: NodeJS.Signals): Promise<Ended> {
  const body = JSON.stringify({ items: [] })
  const { sending, answered } = post(service, '/v1/procedures', body)
  sending.write(body.slice(0, 3))
  const idle = await fetch(service.docs)
  await idle.text()
  const since = Date.now()
  const stopped = service.stop(signal)
  await sleep(300)
  await t.rejects(fetch(service.docs), 'it takes no new connections')
  sending.end(body.slice(3))
  // A slow machine may be too busy for it, and says so.
  t.ok([200, 503].includes(await answered))
  const ended = await stopped
  t.match(ended, { code: 0, errors: '' })
  t.ok(Date.now() - since < DRAINED_WITHIN)
  return ended
}
