import type { Postgres } from '../postgres.ts'
import { none, type Measurement } from './measurement.ts'
import { serve, type Answer, type Service } from './service.ts'
import { COMMUNES, itemsOf, month } from './statistics.ts'

const CALLS = 50
const FAULT = `${CALLS} calls at once with one Idempotency-Key, half of them to another process`

/** One request that is sent many times at the same moment: it has one effect and one answer. */
export async function sameKeyAtOnce (postgres: Postgres, cycles: number): Promise<Measurement[]> {
  const url = await postgres.createDatabase()
  const services = await Promise.all([serve(url), serve(url)])
  const others: unknown[] = []
  const different: unknown[] = []
  const effects: unknown[] = []
  let done = 0
  try {
    for (let cycle = 0; cycle < cycles; cycle++) {
      const period = month(cycle)
      const items = itemsOf(COMMUNES.slice(0, 20), period, 'one-stop', 100)
      const headers = { 'idempotency-key': `faults-${cycle}`, 'x-reason': period }
      const call = (_: unknown, i: number) => services[i % 2]!.post('/v1/dossier-statistics', { items }, headers)
      const first = await Promise.all(Array.from({ length: CALLS }, call))
      const again = await Promise.all(first.map((_, i) => again200(services[i % 2]!, items, headers)))
      others.push(...first.filter(isNeitherDoneNorInUse).map(({ status, text }) => `${status} ${text}`))
      done += first.filter(({ status }) => status === 200).length

      const answers = [...first, ...again].filter(({ status }) => status === 200)
      const fresh = answers.filter(answer => answer.headers.get('idempotency-replayed') === null)
      if (fresh.length !== 1) different.push(`${fresh.length} answers are not repetitions`)
      if (new Set(answers.map(({ text }) => text)).size !== 1) different.push(answers.map(({ text }) => text))
      if (fresh[0]?.body.created !== items.length) different.push(fresh[0]?.text)
      const [effect] = await postgres.query(`
        select (select count(*) from dossier_statistics where period = $1)::int as rows,
          (select count(*) from writes where reason = $1)::int as writes`, [period], url)
      if (effect.rows !== items.length || effect.writes !== 1) effects.push(effect)
      const reused = await services[0].post('/v1/dossier-statistics', { items: items.slice(1) }, headers)
      if (reused.body.code !== 'idempotency_key_reused') others.push(`with another body: ${reused.text}`)
    }
  } finally {
    await Promise.all(services.map(({ stop }) => stop('SIGKILL')))
  }
  return [
    none(FAULT, 'every answer is 200, or 409 idempotency_key_in_use', others, `${cycles * CALLS} calls, ${done} of them 200`),
    none(FAULT, 'one answer is the first, and all others repeat it', different, `${cycles} keys`),
    none(FAULT, 'there is one effect, and one entry in the audit', effects, `${cycles} keys`)
  ]
}

/** Sends it again for as long as it is in use. */
async function again200 (service: Service, items: object[], headers: Record<string, string>): Promise<Answer> {
  for (;;) {
    const answer = await service.post('/v1/dossier-statistics', { items }, headers)
    if (answer.status !== 409) return answer
  }
}

function isNeitherDoneNorInUse ({ status, headers, body }: Answer): boolean {
  if (status === 200) return false
  return status !== 409 || body.code !== 'idempotency_key_in_use' || headers.get('retry-after') === null
}
