import { sql } from 'kysely'
import type { Db, Trx } from '../../database/connect.ts'
import type { Owner } from '../../writes/idempotency.ts'

/** Longer than a process that is alive may take between two renewals, with some that fail. */
export const LEASE = sql`interval '10 seconds'`
const RENEWED_EVERY = 2_000

/** Renews the lease of an import that runs. */
export async function renewLease (db: Db, { province_code }: Owner, id: number): Promise<void> {
  await sql`update imports set leased_until = clock_timestamp() + ${LEASE}
    where province_code = ${province_code} and id = ${id} and state = 'running'`.execute(db)
}

/**
 * Renews a lease again and again. A renewal that fails is made up for by the next one.
 * @returns what stops it
 */
export function keepLease (renew: () => Promise<void>, milliseconds = RENEWED_EVERY): () => void {
  let isRenewing = false
  const timer = setInterval(() => {
    // On a slow database renewals would queue up.
    if (isRenewing) return
    isRenewing = true
    renew().catch(() => {}).finally(() => { isRenewing = false })
  }, milliseconds)
  return () => { clearInterval(timer) }
}

/** Ends the import that a dead process has left under this key. If it is alive after all, it stores nothing more. */
export async function endExpired (trx: Trx, { client, province_code }: Owner, key: string): Promise<void> {
  await sql`update imports set state = 'interrupted'
    where province_code = ${province_code} and client = ${client} and idempotency_key = ${key} and state = 'running'
      and leased_until <= clock_timestamp()`.execute(trx)
}

/** @returns whole seconds until the lease of the stream that holds this key is over; null: none holds it */
export async function secondsLeased (trx: Trx, { client, province_code }: Owner, key: string): Promise<number | null> {
  const { rows: [lease] } = await sql<{ seconds: number | null }>`
    select greatest(1, ceil(extract(epoch from max(leased_until) - clock_timestamp()))::integer) as seconds from imports
    where province_code = ${province_code} and client = ${client} and idempotency_key = ${key} and state = 'running'
    having count(*) > 0`.execute(trx)
  return lease?.seconds ?? null
}
