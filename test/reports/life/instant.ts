import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import type { Service } from '../../database.ts'

/** An instant between two writes, by the clock of the database, as an address has it. */
export async function instantOfDatabase ({ db }: Pick<Service, 'db'>): Promise<string> {
  // Instants have milliseconds.
  await sleep(3)
  const { rows: [clock] } = await sql<{ now: string }>`select clock_timestamp() as now`.execute(db)
  await sleep(3)
  return encodeURIComponent(clock!.now)
}
