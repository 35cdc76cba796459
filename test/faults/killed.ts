import { setTimeout as sleep } from 'node:timers/promises'
import type { Postgres } from '../postgres.ts'
import { none, within, type Measurement } from './measurement.ts'
import { LedgerComparison } from './ledger-comparison.ts'
import { Ledger } from './ledger.ts'
import { CLIENTS, describeSources, periodsOf, startReporting, type Target } from './reporting.ts'
import { serve } from './service.ts'

const RECOVERED_WITHIN = 5_000

/** PostgreSQL and all its children killed with SIGKILL while clients post, and started again. */
export async function databaseKilled (postgres: Postgres, cycles: number): Promise<Measurement[]> {
  const comparison = new LedgerComparison(`SIGKILL of PostgreSQL while ${CLIENTS} clients post`, [503])
  return killed(postgres, cycles, comparison, async () => {
    await postgres.kill()
    await postgres.start()
  })
}

/** The service killed with SIGKILL while clients post, and started again. */
export async function serviceKilled (postgres: Postgres, cycles: number): Promise<Measurement[]> {
  const comparison = new LedgerComparison(`SIGKILL of the service while ${CLIENTS} clients post`, [0, 503])
  return killed(postgres, cycles, comparison, async (target, url) => {
    await target.service.stop('SIGKILL')
    target.service = await serve(url)
  })
}

async function killed (
  postgres: Postgres, cycles: number, comparison: LedgerComparison, kill: (target: Target, url: string) => Promise<void>
): Promise<Measurement[]> {
  const url = await postgres.createDatabase()
  const target = { service: await serve(url) }
  const died: unknown[] = []
  let slowest = 0
  let inFlight = 0
  try {
    await describeSources(target.service)
    for (let cycle = 0; cycle < cycles; cycle++) {
      const ledger = new Ledger()
      const periods = periodsOf(cycle)
      const end = startReporting(ledger, target, periods)
      await sleep(300 + 67 * cycle % 500)
      inFlight += ledger.inFlight
      await kill(target, url)
      const ready = performance.now()
      await ledger.next()
      slowest = Math.max(slowest, performance.now() - ready)
      await sleep(300)
      await end()
      await comparison.compare(ledger, periods, target.service, postgres, url)
      const { child, written } = target.service
      if (child.exitCode !== null || written.errors !== '') died.push(written.errors)
    }
  } finally {
    await target.service.stop('SIGKILL')
  }
  const { fault } = comparison
  return [
    ...comparison.measurements,
    none(fault, 'the service says nothing on stderr', died, `${cycles} kills, with ${inFlight} batches in flight`),
    within(fault, `a batch is acknowledged within ${RECOVERED_WITHIN} ms of the restart`, slowest, RECOVERED_WITHIN)
  ]
}
