import type { Test } from 'tap'
import { buildApp } from '../../../src/app.ts'
import { givenClient, type GivenClient } from '../../client.ts'
import { ADMIN, type Answer, type Service } from '../../database.ts'

export const PERIOD = '2021-H1'

/** A report of a unit for a period, as who fills it in and who approves it see it. */
export interface Life {
  unit: string
  url: string
  write: (values: Record<string, number>) => Promise<Answer>
  submit: (body?: object, headers?: Record<string, string>) => Promise<Answer>
  approve: () => Promise<Answer>
  publish: () => Promise<Answer>
  reopen: (body?: object) => Promise<Answer>
  submission: () => Promise<Answer>
  report: (query?: string) => Promise<Answer>
}

/** Later than any test. */
export const UNTIL = new Date(Date.now() + 7 * 86_400_000).toISOString()

/** The keys of a unit, which sends, and of its province, which approves. */
export async function givenKeys (
  service: Pick<Service, 'put' | 'post'>, unit: string
): Promise<{ sender: GivenClient, approver: GivenClient }> {
  const sender = await givenClient(service, `sender-${unit.toLowerCase()}`, { scopes: ['read', 'write:indicators'], unit })
  const approver = await givenClient(service, `approver-${unit.toLowerCase()}`, { scopes: ['read', 'approve'], unit: 'H56' })
  return { sender, approver }
}

export async function givenLife (
  service: Pick<Service, 'get' | 'post' | 'put'>, unit: string, period = PERIOD
): Promise<Life> {
  const { get, post } = service
  const { sender: { headers: sender }, approver: { headers: approver } } = await givenKeys(service, unit)
  const url = `/v1/reports/${unit}/${period}`
  return {
    unit,
    url,
    write: values => post('/v1/indicator-values', {
      items: Object.entries(values).map(([indicator, number]) => ({ unit, period, indicator, number }))
    }, sender),
    submit: (body = {}, headers = {}) => post(`${url}/submit`, body, { ...sender, ...headers }),
    approve: () => post(`${url}/approve`, undefined, approver),
    publish: () => post(`${url}/publish`, undefined, approver),
    reopen: (body = { reason: 'sai số liệu', until: UNTIL }) => post(`${url}/reopen`, body, approver),
    submission: () => get(`${url}/submission`),
    report: (query = '') => get(`${url}${query}`)
  }
}

/** Runs steps in turn, each of which must succeed. */
export async function succeed (...steps: (() => Promise<Answer>)[]): Promise<Answer> {
  let last: Answer | undefined
  for (const step of steps) {
    last = await step()
    if (last.status !== 200) throw new Error(`${step.toString()}: ${last.text}`)
  }
  return last!
}

/** The same service at another time. */
export async function serviceAt (
  t: Test, { db }: Pick<Service, 'db'>, now: () => number
): Promise<Pick<Service, 'get' | 'post' | 'put'>> {
  const app = await buildApp({ db, now, http: { maxEventLoopDelay: 0 } })
  t.teardown(() => app.close())
  const send = async (method: 'GET' | 'POST' | 'PUT', url: string, payload?: unknown, headers = {}): Promise<Answer> => {
    const response = await app.inject({
      method, url, headers: { ...ADMIN, ...headers }, ...payload === undefined ? {} : { payload: payload as object }
    })
    return { status: response.statusCode, headers: response.headers, text: response.body, body: response.json() }
  }
  return {
    get: (url, headers) => send('GET', url, undefined, headers),
    post: (url, body, headers) => send('POST', url, body, headers),
    put: (url, body, headers) => send('PUT', url, body, headers)
  }
}
