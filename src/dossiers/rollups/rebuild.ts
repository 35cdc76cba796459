import { sql } from 'kysely'
import type { Db } from '../../database/connect.ts'
import { lock } from '../../database/sql/advisory-lock.ts'
import { runOwnWrite } from '../../writes/unit-of-work.ts'
import {
  correctBacklogDeviations, dropBacklogDeviations, findBacklogDeviations, listBacklogDeviations, type BacklogDeviation
} from '../backlog-sums/deviations.ts'
import { RULES_VERSION } from '../rules/events.ts'
import { correctDesks, wrongDesks, type WrongDesk } from '../coverage/desks.ts'
import { correctDeviations, dropDeviations, findDeviations, listDeviations, type Deviation } from './deviations.ts'

/** An advisory lock of an arbitrary number: two rebuilds at once would correct the same row twice. */
const LOCK = 20_210_614

/**
 * Counts all dossiers and corrects the rollup rows that deviate. Dossiers may be written meanwhile: both are read in
 * one snapshot, in which they must agree, and each row is corrected by its difference in that snapshot.
 * @returns the deviations
 */
export async function rebuildRollups (db: Db): Promise<Deviation[]> {
  return underLock(db, async session => {
    const { desks } = await correctAll(session)
    const backlog = (await listBacklogDeviations(session)).map(deviationOfBacklog)
    return [...desks.map(deviationOf), ...await listDeviations(session), ...backlog]
  })
}

/**
 * Does so if the rollups were counted by another version of the rules. Processes that start together wait for one
 * another.
 * @param prepare what these rules say of stored dossiers, which is done first
 * @returns how many deviated; null: the rollups are of these rules
 */
export async function rebuildOutdatedRollups (
  db: Db, prepare: (session: Db) => Promise<unknown>
): Promise<number | null> {
  return underLock(db, async session => {
    const { rows: [counted] } = await sql<{ version: number }>`select version from rollup_rules`.execute(session)
    if (counted!.version === RULES_VERSION) return null
    await prepare(session)
    const { corrected } = await correctAll(session)
    await sql`update rollup_rules set version = ${RULES_VERSION}, at = clock_timestamp()`.execute(session)
    return corrected
  })
}

async function underLock<T> (db: Db, work: (session: Db) => Promise<T>): Promise<T> {
  return db.connection().execute(async session => {
    await sql`select pg_advisory_lock(${LOCK})`.execute(session)
    try {
      return await work(session)
    } finally {
      await dropDeviations(session)
      await dropBacklogDeviations(session)
      await sql`select pg_advisory_unlock(${LOCK})`.execute(session)
    }
  })
}

/** The deviations of rollups are in the session afterwards. */
async function correctAll (session: Db): Promise<{ desks: WrongDesk[], corrected: number }> {
  const suspects = await session.transaction().setIsolationLevel('repeatable read').execute(async trx => {
    await findDeviations(trx)
    await findBacklogDeviations(trx)
    return wrongDesks(trx)
  })
  return runOwnWrite(session, 'service', 'recountDossiers', async ({ trx, auditRows }) => {
    await lock(trx, 'dossiers', 'shared')
    const desks = await correctDesks(trx, suspects)
    const corrected = desks.length + await correctBacklogDeviations(trx) + await correctDeviations(trx)
    // The audit also ends the answers that are kept.
    if (corrected > 0) {
      auditRows.push({
        province_code: '', resource: 'rollups', action: 'updated', key: {}, unit: null, before: null, after: { corrected }
      })
    }
    return { desks, corrected }
  })
}

function deviationOf ({ province_code: province, unit, stored, counted }: WrongDesk): Deviation {
  return { table: 'dossier_desks', province, key: { unit }, stored: { since: stored }, counted: { since: counted } }
}

function deviationOfBacklog ({ table, province, unit, kind, day, stored, counted }: BacklogDeviation): Deviation {
  return { table, province, key: { unit, kind, day }, stored, counted }
}
