// Each time that a figure counts a dossier, before a reason (`side` -1) and after it (1). What both count alike cancels
// out. `counted_for` is the unit in whose group it counts.
import { sql, type RawBuilder } from 'kysely'
import { columns } from '../../../database/sql/bulk-json.ts'
import { dossiersCounted } from '../explain/drill-down-sql.ts'
import { lateDossiers } from '../lateness/causes-sql.ts'
import type { RecordsPlan } from '../records/plan.ts'
import type { CauseOfOthers } from './schema.ts'

/** Two figures of records. */
export function switched (before: RecordsPlan, after: RecordsPlan): RawBuilder<unknown> {
  return sql`(
    select *, -1 as side from (${dossiersCounted(before)}) as counted_before
    union all
    select *, 1 from (${dossiersCounted(after)}) as counted_after
  ) as both_sides`
}

/** The dossiers of some units, which then do not count. @param byUnit a plan grouped by unit */
export function leftOut (byUnit: RecordsPlan, units: readonly string[]): RawBuilder<unknown> {
  return sql`(
    select *, -1 as side from (${dossiersCounted(byUnit)}) as counted where counted_for = any(${units})
  ) as both_sides`
}

const COUNTED = ['unit', 'code', 'source', 'procedure', 'field', 'channel', 'status', 'received_at', 'due_at', 'ended_at', 'due_by_rules', 'counted_on', 'share']

/**
 * The late dossiers of a cause, which then are on time.
 * @param byUnit a plan grouped by unit
 * @param except units whose dossiers do not count
 */
export function excused (byUnit: RecordsPlan, cause: CauseOfOthers, except: readonly string[]): RawBuilder<unknown> {
  return sql`(
    select ${columns(COUNTED)}, side, side = 1 as in_numerator
    from (${excusable(byUnit, except)}) as late cross join (values (-1), (1)) as sides (side) where cause = ${cause}
  ) as both_sides`
}

/** How many late dossiers have each cause, and what they would add to the numerator. */
export function countedExcusable (
  byUnit: RecordsPlan, except: readonly string[]
): RawBuilder<{ cause: CauseOfOthers, dossiers: number, shares: number }> {
  return sql`
    select cause, count(distinct (unit, code, source))::integer as dossiers, round(sum(share)::numeric, 4)::float8 as shares
    from (${excusable(byUnit, except)}) as late group by cause`
}

/** Those that would be in the numerator if they were not late. With `received` nothing that is pending is. */
function excusable (byUnit: RecordsPlan, except: readonly string[]): RawBuilder<unknown> {
  return sql`
    select * from (${lateDossiers(byUnit)}) as late
    where cause <> 'own' and counted_for <> all(${except}) ${byUnit.method === 'received' ? sql`and not is_pending` : sql``}`
}
