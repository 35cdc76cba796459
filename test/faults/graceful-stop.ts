import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Postgres } from '../postgres.ts'
import { none, type Measurement } from './measurement.ts'
import { describeSources } from './reporting.ts'
import { serve, type Service } from './service.ts'
import { COMMUNES, itemsOf, month } from './statistics.ts'

const CLIENTS = 16
const FAULT = `SIGTERM while ${CLIENTS} clients ask and post`
const ACCEPTED = new URL('record-accepted-requests.ts', import.meta.url).href

/** What a client got for a request: a status, or null when the connection ended before the answer did. */
type Outcome = number | null

/** A service that is told to stop: what it accepted it answers, and what it acknowledged is kept. */
export async function toldToStop (postgres: Postgres, cycles: number): Promise<Measurement[]> {
  const url = await postgres.createDatabase()
  const folder = await mkdtemp(join(tmpdir(), 'cchc-faults-'))
  const ACCEPTED_FILE = join(folder, 'accepted.json')
  const unanswered: string[] = []
  const refused: unknown[] = []
  const unclean: unknown[] = []
  let accepted = 0
  let inFlight = 0
  for (let cycle = 0; cycle < cycles; cycle++) {
    const service = await serve(url, { ACCEPTED_FILE }, [ACCEPTED])
    await describeSources(service)
    const outcomes = new Map<string, Outcome | undefined>()
    const load = loadOf(service, cycle, outcomes)
    await sleep(500 + 40 * cycle)
    inFlight += [...outcomes.values()].filter(outcome => outcome === undefined).length
    const { code, errors } = await service.stop('SIGTERM')
    await load
    if (code !== 0 || errors !== '') unclean.push({ code, errors })
    const labels = JSON.parse(await readFile(ACCEPTED_FILE, 'utf8')) as string[]
    accepted += labels.length
    unanswered.push(...labels.filter(label => outcomes.get(label) === null))
    refused.push(...[...outcomes].filter(([, outcome]) => outcome !== null && outcome !== 200 && outcome !== 503))
  }
  await rm(folder, { recursive: true })
  const of = `${accepted} requests, ${inFlight} of them in flight at the signal`
  return [
    none(FAULT, 'every request that was accepted is answered', unanswered, of),
    none(FAULT, 'every answer is 200, or 503 once it stops', refused, of),
    none(FAULT, 'it ends with 0 and says nothing on stderr', unclean, `${cycles} stops`)
  ]
}

/** Asks and posts until nobody answers any more: half of the clients over kept connections, half over new ones. */
async function loadOf (service: Service, cycle: number, outcomes: Map<string, Outcome | undefined>) {
  await Promise.all(Array.from({ length: CLIENTS }, async (_, client) => {
    const agent = new Agent({ keepAlive: client % 4 < 2 })
    for (let step = 0; ; step++) {
      const label = `${cycle}-${client}-${step}`
      outcomes.set(label, undefined)
      const outcome = client % 2 === 0
        ? await ask(service, agent, label, '/v1/on-time?period=2021-Q3&group_by=level')
        : await ask(service, agent, label, '/v1/dossier-statistics', {
            items: itemsOf(COMMUNES.slice(client * 10, client * 10 + 10), month(client), 'together', 10 + step + 1_000 * cycle)
          })
      outcomes.set(label, outcome)
      if (outcome === null) break
    }
    agent.destroy()
  }))
}

async function ask (
  { address, headers }: Service, agent: Agent, label: string, path: string, body?: object
): Promise<Outcome> {
  return new Promise(resolve => {
    const sent = request(address + path, {
      agent,
      method: body === undefined ? 'GET' : 'POST',
      headers: { 'content-type': 'application/json', ...headers, 'x-label': label }
    }, response => {
      response.resume()
      response.on('close', () => { resolve(response.complete ? response.statusCode! : null) })
    })
    sent.on('error', () => { resolve(null) })
    sent.end(body === undefined ? undefined : JSON.stringify(body))
  })
}
