import { givenClient, type GivenClient } from '../../client.ts'
import type { Answer, Service } from '../../database.ts'

export const PERIOD = '2021-H1'

/** A report of a unit for a period, as who fills it in and who approves it see it. */
export interface Life {
  unit: string
  url: string
  write: (values: Record<string, number>) => Promise<Answer>
  submit: (body?: object) => Promise<Answer>
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
  service: Service, unit: string
): Promise<{ sender: GivenClient, approver: GivenClient }> {
  const sender = await givenClient(service, `sender-${unit.toLowerCase()}`, { scopes: ['read', 'write:indicators'], unit })
  const approver = await givenClient(service, `approver-${unit.toLowerCase()}`, { scopes: ['read', 'approve'], unit: 'H56' })
  return { sender, approver }
}

export async function givenLife (service: Service, unit: string, period = PERIOD): Promise<Life> {
  const { get, post } = service
  const { sender: { headers: sender }, approver: { headers: approver } } = await givenKeys(service, unit)
  const url = `/v1/reports/${unit}/${period}`
  return {
    unit,
    url,
    write: values => post('/v1/indicator-values', {
      items: Object.entries(values).map(([indicator, number]) => ({ unit, period, indicator, number }))
    }, sender),
    submit: (body = {}) => post(`${url}/submit`, body, sender),
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
