import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { Contract, operationsOf, type Document } from '../openapi/contract.ts'
import type { Postgres } from '../postgres.ts'
import { none, within, type Measurement } from './measurement.ts'
import { sendHostileBytes } from './hostile-bytes.ts'
import { requestsOf, type HostileRequest } from './hostile-requests.ts'
import type { Schema } from './hostile-values.ts'
import { readBack } from './read-back.ts'
import { serve } from './service.ts'

const REQUESTS_A_CYCLE = 10
const BLOCKED_AT_MOST = 200
const FAULT = 'hostile input'
const EVENT_LOOP = new URL('event-loop.ts', import.meta.url).href
const CONTRACT = new URL('../../openapi/openapi.json', import.meta.url)

interface Schemas {
  components: { schemas: Record<string, Schema> }
}

/** Whatever comes in: no answer of 500 or above, no value stored otherwise than it was sent, no standstill. */
export async function hostileInput (postgres: Postgres, cycles: number): Promise<Measurement[]> {
  const document = JSON.parse(await readFile(CONTRACT, 'utf8')) as Document & Schemas
  const resolve = (ref: string) => document.components.schemas[ref.split('/').at(-1)!]!
  const contract = new Contract(document)
  const seed = Math.floor(Math.random() * 2 ** 31)
  const folder = await mkdtemp(join(tmpdir(), 'cchc-faults-'))
  const EVENT_LOOP_FILE = join(folder, 'delay')
  const service = await serve(await postgres.createDatabase(), { LOAD_SAMPLE: 'true', EVENT_LOOP_FILE }, [EVENT_LOOP])
  const failed: string[] = []
  const undocumented: string[] = []
  const altered: unknown[] = []
  let sent = 0
  let accepted = 0
  let compared = 0
  try {
    for (const operation of operationsOf(document)) {
      for (const request of fc.sample(requestsOf(operation, resolve), { numRuns: cycles * REQUESTS_A_CYCLE, seed })) {
        const answer = await service.send(request)
        const line = `${told(request)}: ${answer.status} ${answer.text.slice(0, 300)}`
        sent++
        if (answer.status < 300) accepted++
        if (answer.status === 0 || answer.status >= 500) failed.push(line)
        // Too long an address is no matter of any one operation.
        const faults = answer.status === 414
          ? []
          : contract.faultsOf(operation, answer.status, Object.fromEntries(answer.headers), answer.text)
        undocumented.push(...faults.map(fault => `${line}: ${fault}`))
        const back = await readBack(service, request, answer)
        compared += back.compared
        altered.push(...back.altered)
      }
    }
    const heard = await sendHostileBytes(service)
    const { code, errors, log } = await service.stop('SIGTERM')
    const isInOrder = code === 0 && errors === '' && !log.includes('"level":60')
    const blocked = Number(await readFile(EVENT_LOOP_FILE, 'utf8'))
    const requests = `${sent} requests to ${operationsOf(document).length} operations (seed ${seed}), ${accepted} accepted`
    return [
      none(FAULT, 'no answer is 500 or above', failed, requests),
      none(FAULT, 'every answer is one that the contract knows', undocumented, requests),
      none(FAULT, 'what was accepted reads back as it was sent, NFC aside', altered, `${compared} values`),
      none(FAULT, 'messages that are no HTTP, bodies that are no JSON: one answer below 500, or the end of the connection',
        heard.filter(({ status, answers }) => (status ?? 0) >= 500 || answers > 1), `${heard.length} messages`),
      none(FAULT, 'it lives on, and ends with 0 when told to', isInOrder ? [] : [{ code, errors }], '1 process'),
      within(FAULT, `the event loop stands still for ${BLOCKED_AT_MOST} ms at most, as it measures itself`, blocked, BLOCKED_AT_MOST)
    ]
  } finally {
    await service.stop('SIGKILL')
    await rm(folder, { recursive: true })
  }
}

function told ({ method, path, headers, body }: HostileRequest): string {
  return `${method} ${path} ${JSON.stringify(headers)} ${body?.slice(0, 300) ?? ''}`
}
