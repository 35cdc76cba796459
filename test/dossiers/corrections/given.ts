import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import type { Db } from '../../../src/database/connect.ts'
import { lock } from '../../../src/database/sql/advisory-lock.ts'
import { runOwnWrite } from '../../../src/writes/unit-of-work.ts'
import { ADMIN, type Service } from '../../database.ts'

/** A job when it is done, or has failed. */
export async function jobEnded ({ get }: Pick<Service, 'get'>, id: number) {
  for (;;) {
    const { body } = await get(`/v1/procedure-corrections/${id}`, ADMIN)
    if (body.state === 'done' || body.state === 'failed') return body
    await sleep(20)
  }
}

/** A chunk of dossiers that is not committed until then. */
export async function chunkInFlight (db: Db, ingested: Promise<void>) {
  let isOpen = true
  void ingested.then(() => { isOpen = false })
  await runOwnWrite(db, 'tests', 'chunk', async ({ trx }) => {
    await lock(trx, 'dossiers', 'shared')
    // An idle transaction would be ended.
    while (isOpen) {
      await sql`select 1`.execute(trx)
      await sleep(50)
    }
    return {}
  })
}

/** Until somebody waits for a lock that a chunk in flight has. */
export async function lockAwaited (db: Db) {
  for (;;) {
    const { rows } = await sql`
      select from pg_locks join pg_database on pg_database.oid = database
      where datname = current_database() and locktype = 'advisory' and not granted`.execute(db)
    if (rows.length > 0) return
    await sleep(10)
  }
}
