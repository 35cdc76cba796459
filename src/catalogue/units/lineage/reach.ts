// Whose keys reach a unit.
import { sql } from 'kysely'
import type { Trx } from '../../../database/connect.ts'

interface Standing {
  id: string
  path: string[]
  /** Of its level, from the top down. */
  position: number
  reached_by: string[]
}

interface Succession {
  predecessor: string
  successor: string
}

/** Brings `reached_by` of all units of a province up to date with where they stand and who succeeds whom. */
export async function refreshReach (trx: Trx, province: string): Promise<void> {
  const { rows: units } = await sql<Standing>`
    select units.id, path, position, reached_by from units join levels on levels.code = units.level
    where province_code = ${province}`.execute(trx)
  const { rows: successions } = await sql<Succession>`
    select predecessor, successor from unit_successions join units on units.id = predecessor
    where province_code = ${province}`.execute(trx)
  const reach = reachedBy(units, successions)
  const changed = units.filter(({ id, reached_by: before }) => before.join() !== reach.get(id)!.join())
    .map(({ id }) => ({ id, reached_by: reach.get(id)! }))
  await sql`
    update units set reached_by = now.reached_by
    from json_to_recordset(${JSON.stringify(changed)}::json) as now (id text, reached_by text[])
    where units.id = now.id`.execute(trx)
}

/**
 * The units whose keys reach each: those in its path; those that reach what came after any of these; and those that
 * came before any of these. A key follows its unit into a merger, and then does not see what the others were before. It
 * does not follow to a unit of a higher level, nor to one above its own: it would reach all that is below that.
 */
export function reachedBy (
  units: readonly Omit<Standing, 'reached_by'>[], successions: readonly Succession[]
): Map<string, string[]> {
  const byId = new Map(units.map(unit => [unit.id, unit]))
  const after = Map.groupBy(successions, ({ predecessor }) => predecessor)
  const before = Map.groupBy(successions, ({ successor }) => successor)
  const follows = ({ predecessor, successor }: Succession) => {
    const [from, to] = [byId.get(predecessor)!, byId.get(successor)!]
    return from.position <= to.position && !from.path.includes(successor)
  }
  const above = (id: string, found = new Set<string>()): Set<string> => {
    for (const one of byId.get(id)!.path) {
      if (found.has(one)) continue
      found.add(one)
      for (const { successor } of after.get(one) ?? []) above(successor, found)
    }
    return found
  }
  const cameBefore = (id: string, found: Set<string>) => {
    for (const one of before.get(id) ?? []) {
      if (!follows(one) || found.has(one.predecessor)) continue
      found.add(one.predecessor)
      cameBefore(one.predecessor, found)
    }
  }
  return new Map(units.map(({ id, path }) => {
    const found = above(id)
    for (const one of path) cameBefore(one, found)
    return [id, [...path, ...[...found].filter(one => !path.includes(one)).sort()]]
  }))
}
