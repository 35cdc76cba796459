import { setTimeout as sleep } from 'node:timers/promises'
import type { Postgres } from '../postgres.ts'
import { atMost, none, type Figure } from './figure.ts'
import { Kept } from './kept.ts'
import { Ledger } from './ledger.ts'
import { serve, type Service } from './service.ts'
import { COMMUNES, itemsOf, month, PRECEDENCES } from './statistics.ts'

const CLIENTS = 9
const UNITS_OF_A_CLIENT = 20
const UNITS_OF_A_BATCH = 6
const RECOVERED_WITHIN = 5_000

/** A service that can be replaced by another process under the hands of its clients. */
interface Target {
  service: Service
}

/** PostgreSQL and all its children killed with SIGKILL while clients post, and started again. */
export async function databaseKilled (postgres: Postgres, cycles: number): Promise<Figure[]> {
  return killed(postgres, cycles, `SIGKILL of PostgreSQL while ${CLIENTS} clients post`, async () => {
    await postgres.kill()
    await postgres.start()
  })
}

/** The service killed with SIGKILL while clients post, and started again. */
export async function serviceKilled (postgres: Postgres, cycles: number): Promise<Figure[]> {
  return killed(postgres, cycles, `SIGKILL of the service while ${CLIENTS} clients post`, async (target, url) => {
    await target.service.stop('SIGKILL')
    target.service = await serve(url)
  })
}

async function killed (
  postgres: Postgres, cycles: number, fault: string, kill: (target: Target, url: string) => Promise<void>
): Promise<Figure[]> {
  const url = await postgres.createDatabase()
  const target = { service: await serve(url) }
  const kept = new Kept(fault)
  const died: unknown[] = []
  let slowest = 0
  let inFlight = 0
  try {
    for (const [code, precedence] of Object.entries(PRECEDENCES)) {
      await target.service.put(`/v1/sources/${code}`, { name: code, precedence, synthetic: false })
    }
    for (let cycle = 0; cycle < cycles; cycle++) {
      const ledger = new Ledger()
      const periods = [0, 1, 2].map(i => month(3 * cycle + i))
      let stopping = false
      const clients = Array.from({ length: CLIENTS }, (_, client) =>
        reports(ledger, target, client, periods, () => stopping))
      await sleep(300 + 67 * cycle % 500)
      inFlight += ledger.inFlight
      await kill(target, url)
      const ready = performance.now()
      await ledger.next()
      slowest = Math.max(slowest, performance.now() - ready)
      await sleep(300)
      stopping = true
      await Promise.all(clients)
      await kept.compare(ledger, periods, target.service, postgres, url)
      const { child, written } = target.service
      if (child.exitCode !== null || written.errors !== '') died.push(written.errors)
    }
  } finally {
    await target.service.stop('SIGKILL')
  }
  return [
    ...kept.figures,
    none(fault, 'the service that is left says nothing on stderr', died, `${cycles} kills, with ${inFlight} batches in flight`),
    atMost(fault, `the first batch is acknowledged within ${RECOVERED_WITHIN} ms of the restart`, slowest, RECOVERED_WITHIN, 'ms at most')
  ]
}

/**
 * Reports one batch after another, with other counts each time. Six clients are pairs, of which each has units of its
 * own and reports from a system of its own; the others all report for the same units as the same system.
 */
async function reports (ledger: Ledger, target: Target, client: number, periods: string[], stopping: () => boolean) {
  const pair = Math.min(3, Math.floor(client / 2))
  const source = pair === 3 ? 'together' : client % 2 === 0 ? 'high' : 'low'
  const units = COMMUNES.slice(pair * UNITS_OF_A_CLIENT, (pair + 1) * UNITS_OF_A_CLIENT)
  const period = periods[pair % periods.length]!
  for (let step = 1; !stopping(); step++) {
    const batch = source === 'together' ? units : rotated(units, step * 3).slice(0, UNITS_OF_A_BATCH)
    const count = 100 * (step * CLIENTS + client)
    await ledger.post(() => target.service, `${period}-${client}-${step}`, itemsOf(batch, period, source, count))
  }
}

function rotated<T> (list: readonly T[], by: number): T[] {
  return list.map((_, i) => list[(i + by) % list.length]!)
}
