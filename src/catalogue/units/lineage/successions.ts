// Who came after a unit, and who was there before it.
import { sql, type RawBuilder } from 'kysely'
import type { Db } from '../../../database/connect.ts'
import { UNIT_COLUMNS, type ResolvedUnit } from '../resolve.ts'

/** Units by the id of the one that was asked for. */
export type UnitsById = ReadonlyMap<string, ResolvedUnit[]>

/** All units that came after some, directly or not, each with their first days. */
export function successorsOf (db: Db, ids: readonly string[]): Promise<UnitsById> {
  return related(db, ids, sql`predecessor`, sql`successor`)
}

/** All units that some came from, directly or not. */
export function predecessorsOf (db: Db, ids: readonly string[]): Promise<UnitsById> {
  return related(db, ids, sql`successor`, sql`predecessor`)
}

async function related (
  db: Db, ids: readonly string[], from: RawBuilder<unknown>, to: RawBuilder<unknown>
): Promise<UnitsById> {
  if (ids.length === 0) return new Map()
  const { rows } = await sql<ResolvedUnit & { of: string }>`
    with recursive related (of, unit) as (
      select ${from}, ${to} from unit_successions where ${from} = any(${ids})
      union
      select of, ${to} from related join unit_successions on ${from} = unit
    )
    select of, ${UNIT_COLUMNS} from related join units on units.id = unit order by units.id`.execute(db)
  return Map.groupBy(rows, ({ of }) => of)
}

/** Those that exist on a day. */
export function existingOn (units: readonly ResolvedUnit[], day: string): ResolvedUnit[] {
  return units.filter(({ valid_from: from, valid_to: to }) => from <= day && (to === null || to >= day))
}

/**
 * Which of several predecessors a unit stands for before its time: the one that had its code, otherwise the only one.
 * @returns null where neither is clear
 */
export function predecessorMeant ({ code }: ResolvedUnit, predecessors: readonly ResolvedUnit[]): ResolvedUnit | null {
  const same = predecessors.filter(predecessor => predecessor.code === code)
  const [meant, ...others] = same.length > 0 ? same : predecessors
  return meant === undefined || others.length > 0 ? null : meant
}
