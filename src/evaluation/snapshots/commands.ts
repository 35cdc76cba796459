import { sql } from 'kysely'
import type { Db, Trx } from '../../database/connect.ts'
import { lock, tryLock, type LockName } from '../../database/sql/advisory-lock.ts'
import { inTransaction } from '../../database/transaction.ts'
import { dayOf, nameOfDay } from '../../time/business-day.ts'
import {
  isTaken, keyOf, pointsNow, replaceRows, storedOn, type SnapshotRow, type UnitInPeriod
} from './store.ts'

export interface Snapshot {
  day: string
  /** How many units were written, in at least one period. 0: nothing is known of the province. */
  units: number
  /** What stays as it was, because more of it was known earlier on the day. */
  kept: UnitInPeriod[]
}

/** The provinces that exist on the day of an instant. @param now milliseconds since 1970 */
export async function provincesNow (db: Db, now: number): Promise<string[]> {
  const day = nameOfDay(dayOf(now))
  const { rows } = await sql<{ id: string }>`
    select id from units
    where parent is null and valid_from <= ${day} and coalesce(valid_to, 'infinity') >= ${day} order by id`.execute(db)
  return rows.map(({ id }) => id)
}

/**
 * Takes the snapshot of today of each province that has none. A day that has passed is not made up.
 * Of several processes one does it, and the others go on. A province that fails does not keep the others from theirs.
 * @param now milliseconds since 1970
 * @throws AggregateError of the provinces that failed
 */
export async function takeMissingSnapshots (db: Db, now: number): Promise<void> {
  const failures: unknown[] = []
  for (const province of await provincesNow(db, now)) {
    try {
      await takeIfMissing(db, province, now)
    } catch (error) {
      failures.push(error)
    }
  }
  if (failures.length > 0) throw new AggregateError(failures, `the snapshots of ${failures.length} provinces failed`)
}

async function takeIfMissing (db: Db, province: string, now: number): Promise<void> {
  const day = nameOfDay(dayOf(now))
  if (await isTaken(db, province, day)) return
  const found = await pointsNow(db, province, day, now)
  await inTransaction(db, async trx => {
    const { rows: [lock] } = await sql<{ taken: boolean }>`select ${tryLock(lockOf(province))} as taken`.execute(trx)
    if (!lock!.taken || await isTaken(trx, province, day)) return
    await store(trx, province, day, found)
  })
}

/**
 * Takes the snapshot of today, also where there is one. The later one of a day replaces the earlier one, unit by unit,
 * but not with less: a unit of which fewer points are known now, by the same version of the formula, stays as it was.
 * It is stored in one transaction: one that fails changes nothing.
 * @param now milliseconds since 1970
 */
export async function takeSnapshot (db: Db, province: string, now: number): Promise<Snapshot> {
  const day = nameOfDay(dayOf(now))
  const found = await pointsNow(db, province, day, now)
  return inTransaction(db, async trx => {
    await lock(trx, lockOf(province), 'exclusive')
    return store(trx, province, day, found)
  })
}

function lockOf (province: string): LockName {
  return `snapshots ${province}`
}

/** @param points as they were counted before, so that nobody waits for the transaction meanwhile */
async function store (
  trx: Trx, province: string, day: string, points: readonly SnapshotRow[]
): Promise<Snapshot> {
  const found = Map.groupBy(points, keyOf)
  const stored = Map.groupBy(await storedOn(trx, province, day), keyOf)
  if (stored.size === 0 && [...found.values()].flat().every(({ points }) => points === null)) {
    return { day, units: 0, kept: [] }
  }
  const written: SnapshotRow[] = []
  const kept: UnitInPeriod[] = []
  for (const [key, rows] of found) {
    if (knowsLess(rows, stored.get(key) ?? [])) kept.push({ unit: rows[0]!.unit, period: rows[0]!.period })
    else written.push(...rows)
  }
  await replaceRows(trx, province, day, written)
  return { day, units: new Set(written.map(({ unit }) => unit)).size, kept }
}

/** Whether fewer points are known than before of a group or in total, by the same version of the formula. */
function knowsLess (now: readonly SnapshotRow[], before: readonly SnapshotRow[]): boolean {
  return before.some(was => {
    const is = now.find(({ group, formula }) => group === was.group && formula === was.formula)
    return is !== undefined && knownOf(is) < knownOf(was)
  })
}

function knownOf ({ points, points_of: of }: SnapshotRow): number {
  return points === null ? -1 : of ?? 0
}
