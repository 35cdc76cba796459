import { once } from 'node:events'
import { Agent, request, type IncomingMessage } from 'node:http'
import { SCOPES } from '../../src/contract/caller.ts'
import { launch, listening, type Ended, type Launched } from '../process.ts'

export interface Answer {
  /** 0: there was none. */
  status: number
  headers: Headers
  text: string
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- what a client sees: anything
  body: any
  ms: number
}

/** How long a client waits for an answer, in ms. */
const PATIENCE = 10_000

/** A request as it is sent, byte by byte. */
export interface Sent {
  method: string
  path: string
  headers: Record<string, string>
  body: string | null
}

/** The service as a process of its own, and a client that may do everything. */
export interface Service extends Pick<Launched, 'child' | 'written' | 'ended'> {
  address: string
  /** What authorizes that client. */
  headers: Record<string, string>
  send: (request: Sent) => Promise<Answer>
  get: (path: string) => Promise<Answer>
  post: (path: string, body: unknown, headers?: Record<string, string>) => Promise<Answer>
  put: (path: string, body: unknown, headers?: Record<string, string>) => Promise<Answer>
  stop: (signal?: NodeJS.Signals) => Promise<Ended>
}

const COMMAND = 'src/access/clients/cli.ts'

/** The settings of a service on this database: as people run it, but that nothing limits how fast the tests may ask. */
export function settingsOf (url: string): Record<string, string> {
  // Measured is the service, not what watches the tests.
  return { DATABASE_URL: url, LOAD_SAMPLE: 'catalogue', RATE_LIMIT: '0', NODE_OPTIONS: '' }
}

/** Starts the service on a database, with the catalogue in it. */
export async function serve (
  url: string, settings: Record<string, string> = {}, preload: string[] = []
): Promise<Service> {
  const launched = launch({ ...settingsOf(url), ...settings }, { preload })
  const kill = () => { launched.child.kill('SIGKILL') }
  process.on('exit', kill)
  void launched.ended.then(() => process.off('exit', kill))
  const address = await listening(launched)
  const headers = await authorized(url)
  const agent = new Agent({ keepAlive: true })
  const send = async ({ headers: more, ...sent }: Sent) =>
    answerOf(address, agent, { ...sent, headers: { ...headers, ...more } })
  const sendJson = (method: string) => async (path: string, body: unknown, more = {}) =>
    send({ method, path, body: JSON.stringify(body), headers: { 'content-type': 'application/json', ...more } })
  return {
    ...launched,
    address,
    headers,
    send,
    get: async path => send({ method: 'GET', path, headers: {}, body: null }),
    post: sendJson('POST'),
    put: sendJson('PUT'),
    stop: async (signal = 'SIGTERM') => { launched.child.kill(signal); return launched.ended }
  }
}

const keys = new Map<string, Promise<Record<string, string>>>()

/** One key a database, made as its operator makes the first. */
function authorized (url: string): Promise<Record<string, string>> {
  const made = keys.get(url) ?? firstKey(url)
  keys.set(url, made)
  return made
}

/** For a copy of a database: it holds the key already. */
export function useKeyOf (url: string, copy: string) {
  keys.set(copy, authorized(url))
}

async function firstKey (url: string): Promise<Record<string, string>> {
  const args = ['create', '--code', 'faults', '--name', 'Kiểm thử', '--scopes', SCOPES.join()]
  const { log, errors } = await launch(settingsOf(url), { script: COMMAND, args }).ended
  const key = /cchc_[a-z0-9]+_[A-Za-z0-9_-]+/.exec(log)?.[0]
  if (key === undefined) throw new Error(`no key: ${log}${errors}`)
  return { authorization: `Bearer ${key}` }
}

async function answerOf (address: string, agent: Agent, { method, path, headers, body }: Sent): Promise<Answer> {
  const since = performance.now()
  try {
    const { hostname, port } = new URL(address)
    const length = body === null ? {} : { 'content-length': String(Buffer.byteLength(body)) }
    const signal = AbortSignal.timeout(PATIENCE)
    const sending = request({ agent, hostname, port, method, path, headers: { ...headers, ...length }, signal })
    sending.end(body ?? undefined)
    const [response] = await once(sending, 'response') as [IncomingMessage]
    const text = Buffer.concat(await response.toArray()).toString()
    const isJson = /^application\/(problem\+)?json/.test(response.headers['content-type'] ?? '')
    return {
      status: response.statusCode!,
      headers: new Headers(response.headers as Record<string, string>),
      text,
      body: isJson ? JSON.parse(text) : text,
      ms: performance.now() - since
    }
  } catch (error) {
    const text = (error as Error).message
    return { status: 0, headers: new Headers(), text, body: null, ms: performance.now() - since }
  }
}
