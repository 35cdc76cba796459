import t, { type Test } from 'tap'
import { buildApp } from '../src/app.ts'
import { connect, type Address, type Db } from '../src/database/connect.ts'
import type { AccessOptions } from '../src/access/auth/access-control.ts'
import type { App } from '../src/http/context.ts'
import { copyDatabase, EMBEDDED } from './copies.ts'
import { ADMIN_KEY } from './template.ts'

export const ADMIN = { authorization: `Bearer ${ADMIN_KEY}` }

export interface Answer {
  status: number
  headers: Record<string, unknown>
  body: any // eslint-disable-line @typescript-eslint/no-explicit-any -- what a client sees: anything
  text: string
}

/** The service as its clients see it, on a database of its own with the catalogue and the sample data. */
export interface Service {
  app: App
  db: Db
  address: Address
  get: (url: string, headers?: Record<string, string>) => Promise<Answer>
  /** As a client with every scope, unless a header says otherwise. */
  post: (url: string, body: unknown, headers?: Record<string, string>) => Promise<Answer>
  put: (url: string, body: unknown, headers?: Record<string, string>) => Promise<Answer>
  delete: (url: string, headers?: Record<string, string>) => Promise<Answer>
}

const NAME = EMBEDDED ? 'embedded' : 'postgresql'

/** Runs a test on a database of its own: each run of the tests is on one kind, and `.ci/run` has one of each. */
export function forEachDatabase (
  title: string, body: (t: Test, service: Service) => Promise<void>, access?: AccessOptions
) {
  t.test(`${title} (${NAME})`, async t => body(t, await serve(t, await copyDatabase(t), access)))
}

async function serve (t: Test, address: Address, access?: AccessOptions): Promise<Service> {
  // Tests are about what is answered, not how soon: a slow machine is no reason to be refused.
  const { db, pool, close } = connect(address, { max: 8, onLost: () => {}, timeLimits: 'relaxed' })
  const app = await buildApp({
    db, pool, corrections: { lookEvery: 3_600_000 }, http: { maxEventLoopDelay: 0 },
    ...access === undefined ? {} : { access }
  })
  t.teardown(async () => { await app.close(); await close() })
  const send = async (
    method: 'GET' | 'POST' | 'PUT' | 'DELETE', url: string, payload?: unknown, headers = {}
  ): Promise<Answer> => {
    const body = payload === undefined ? {} : { payload: payload as object }
    const response = await app.inject({ method, url, headers, ...body })
    const isJson = /^application\/(problem\+)?json/.test(String(response.headers['content-type']))
    return {
      status: response.statusCode,
      headers: response.headers,
      text: response.body,
      body: isJson ? response.json() : response.body
    }
  }
  return {
    app, db, address,
    get: (url, headers) => send('GET', url, undefined, headers),
    post: (url, payload, headers) => send('POST', url, payload, { ...ADMIN, ...headers }),
    put: (url, payload, headers) => send('PUT', url, payload, { ...ADMIN, ...headers }),
    delete: (url, headers) => send('DELETE', url, undefined, { ...ADMIN, ...headers })
  }
}
