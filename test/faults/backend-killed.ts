import { setTimeout as sleep } from 'node:timers/promises'
import type { Postgres } from '../postgres.ts'
import { none, type Measurement } from './measurement.ts'
import { describeSources } from './reporting.ts'
import { serve, type Service } from './service.ts'
import { COMMUNES, itemOf, month } from './statistics.ts'

const FAULT = 'SIGKILL of one backend, after which PostgreSQL recovers by itself'
const PERIOD = month(0)
const URL = '/v1/dossier-statistics'
const QUESTION = `/v1/on-time?period=${PERIOD}&group_by=level`

/**
 * A server that recovers gives out again the numbers of transactions that left no trace, such as a dry run. What is
 * answered before must not be taken for what is answered after.
 */
export async function backendKilled (postgres: Postgres, cycles: number): Promise<Measurement[]> {
  const url = await postgres.createDatabase()
  const service = await serve(url)
  const stale: unknown[] = []
  try {
    await describeSources(service)
    for (let count = 1; count <= cycles; count++) {
      const items = [itemOf(COMMUNES[0]!, 'land', PERIOD, 'together', count)]
      await sent(service, `${URL}?dry_run=true`, items)
      for (let i = 0; i < 3; i++) await received(service)
      await killBackend(postgres, url)
      await sent(service, URL, items)
      const answered = await received(service)
      if (answered !== count) stale.push({ sent: count, answered })
    }
  } finally {
    await service.stop('SIGKILL')
  }
  return [none(FAULT, 'the next answer holds what was acknowledged', stale, `${cycles} kills`)]
}

async function sent (service: Service, path: string, items: object[]): Promise<void> {
  for (;;) {
    const { status, text } = await service.post(path, { items })
    if (status === 200) return
    if (status >= 400 && status < 500) throw new Error(`${status} ${text}`)
    await sleep(20)
  }
}

async function received (service: Service): Promise<number | undefined> {
  for (;;) {
    const { status, body } = await service.get(QUESTION)
    if (status === 200) return (body.items as { received: number }[])[0]?.received
    await sleep(20)
  }
}

async function killBackend (postgres: Postgres, url: string): Promise<void> {
  const [{ pid }] = await postgres.query(`
    select pid from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() limit 1`, [], url) as [{ pid: number }]
  process.kill(pid, 'SIGKILL')
}
