import type { Ledger } from './ledger.ts'
import type { Service } from './service.ts'
import { COMMUNES, itemsOf, month, PRECEDENCES } from './statistics.ts'

export const CLIENTS = 9
const PERIODS = 3
const UNITS_OF_A_CLIENT = 20
const UNITS_OF_A_BATCH = 6

/** A service that can be replaced by another process under the hands of its clients. */
export interface Target {
  service: Service
}

/** Tells the service who will report, and how that ranks. */
export async function describeSources ({ put }: Service): Promise<void> {
  for (const [code, precedence] of Object.entries(PRECEDENCES)) {
    await put(`/v1/sources/${code}`, { name: code, precedence, synthetic: false })
  }
}

/** Every round has periods of its own, so that no row of one hides what was lost in another. */
export function periodsOf (round: number): string[] {
  return Array.from({ length: PERIODS }, (_, i) => month(PERIODS * round + i))
}

/**
 * Clients that report one batch after another, with other counts each time. Six of them are pairs, of which each has
 * units of its own and reports from two systems; the others all report for the same units from the same system.
 * @returns what lets them end, each with its last batch acknowledged
 */
export function startReporting (ledger: Ledger, target: Target, periods: string[]): () => Promise<void> {
  let stopping = false
  const clients = Array.from({ length: CLIENTS }, async (_, client) => {
    const pair = Math.min(3, Math.floor(client / 2))
    const source = pair === 3 ? 'together' : client % 2 === 0 ? 'high' : 'low'
    const units = COMMUNES.slice(pair * UNITS_OF_A_CLIENT, (pair + 1) * UNITS_OF_A_CLIENT)
    const period = periods[pair % periods.length]!
    for (let step = 1; !stopping; step++) {
      const batch = source === 'together' ? units : rotated(units, step * 3).slice(0, UNITS_OF_A_BATCH)
      const count = 100 * (step * CLIENTS + client)
      await ledger.post(() => target.service, `${period}-${client}-${step}`, itemsOf(batch, period, source, count))
    }
  })
  return async () => { stopping = true; await Promise.all(clients) }
}

function rotated<T> (list: readonly T[], by: number): T[] {
  return list.map((_, i) => list[(i + by) % list.length]!)
}
