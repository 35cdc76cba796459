import { request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { procedures } from '../bench/dossiers/desks.ts'
import { postedLine } from '../bench/dossiers/files.ts'
import { histories } from '../bench/dossiers/records.ts'
import type { Postgres } from '../postgres.ts'
import { none, within, type Measurement } from './measurement.ts'
import { serve, type Service } from './service.ts'

const FAULT = 'SIGKILL of the service in the middle of a stream with an Idempotency-Key'
const DOSSIERS = 100
const PATH = '/v1/dossiers?source=one-stop'
/** The lease of a stream. */
const TAKEN_OVER_WITHIN = 10_000

/** The process that died holds the key no longer than it says. */
export async function streamTakenOver (postgres: Postgres, cycles: number): Promise<Measurement[]> {
  const url = await postgres.createDatabase()
  let service = await serve(url)
  const wrong: unknown[] = []
  let slowest = 0
  try {
    await service.post('/v1/procedures', { items: procedures() })
    for (let cycle = 0; cycle < cycles; cycle++) {
      const dossiers = [...histories((cycle + 1) * DOSSIERS)].slice(cycle * DOSSIERS)
      const lines = dossiers.map(([first]) => postedLine(first!))
      const headers = { 'content-type': 'application/x-ndjson', 'idempotency-key': `stream-${cycle}` }
      const half = lines.length / 2
      const sending = begin(service, headers, lines.slice(0, half).join(''))
      while (await countOf(postgres, url) < cycle * DOSSIERS + half) await sleep(10)
      await service.stop('SIGKILL')
      sending.destroy()
      const killed = performance.now()
      service = await serve(url)
      const send = () => service.send({ method: 'POST', path: PATH, headers, body: lines.join('') })
      let answer = await send()
      if (answer.status === 409) {
        await sleep(1_000 * Number(answer.headers.get('retry-after')))
        answer = await send()
      }
      slowest = Math.max(slowest, performance.now() - killed)
      const { status, text, body } = answer
      if (status !== 200 || body.created !== DOSSIERS - half || body.unchanged !== half) wrong.push(text)
    }
  } finally {
    await service.stop('SIGKILL')
  }
  return [
    none(FAULT, 'sent again after `Retry-After` it is taken, with each dossier once', wrong, `${cycles} kills`),
    within(FAULT, 'the key is free when the lease is over', slowest, TAKEN_OVER_WITHIN + 2_000)
  ]
}

/** A stream that does not end. */
function begin ({ address, headers }: Service, more: Record<string, string>, body: string) {
  const sending = request(`${address}${PATH}`, { method: 'POST', headers: { ...headers, ...more } }).on('error', () => {})
  sending.write(body)
  return sending
}

async function countOf (postgres: Postgres, url: string): Promise<number> {
  return (await postgres.query('select count(*)::int from dossiers', [], url) as [{ count: number }])[0].count
}
