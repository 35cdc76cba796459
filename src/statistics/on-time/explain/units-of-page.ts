// Of all units only those that have the dossiers of a page: sums say how many each of them has. Otherwise all dossiers
// of a span would be put in order for each page.
import { sql } from 'kysely'
import type { PageRequest } from '../../../contract/paging.ts'
import type { Trx } from '../../../database/connect.ts'
import { readCursor } from '../../../database/sql/keyset.ts'
import { countedDossiers, countPlanOf } from '../../../dossiers/counts/index.ts'
import type { RecordsPlan } from '../records/plan.ts'
import { LATE_FIRST } from './drill-down-sql.ts'
import type { PARTS } from './schema.ts'

/** How many of the dossiers of a unit are not on time, and how many are. */
const COUNTED = {
  resolved: { late: 'resolved_overdue', inTime: 'resolved_in_time' },
  due: { late: 'due - due_in_time', inTime: 'due_in_time' }
}

interface UnitCounts {
  unit: string
  late: number
  in_time: number
  /** It comes before the unit at which the page before ended. */
  is_before: boolean
}

/**
 * The plan for a page of the dossiers of `plan`, by `LATE_FIRST`. It is about some units where sums know how many each
 * has. What units have passed on to one another is settled among all of them, so it is about all with the methods that
 * count what is pending.
 * @param trx in which the page is read as well: sums and dossiers must agree
 */
export async function planOfPage (
  trx: Trx, plan: RecordsPlan, part: typeof PARTS[number], { limit, cursor }: PageRequest
): Promise<RecordsPlan> {
  if (plan.carried !== 'nothing' || (plan.method !== 'resolved' && plan.method !== 'due')) return plan
  const byUnit = countPlanOf({ ...plan, keys: ['unit'], details: false })
  if (byUnit.reading === 'dossiers') return plan
  const [, goesOnInTime, last] = cursor === undefined
    ? [false, false, '']
    : readCursor(cursor, LATE_FIRST) as [boolean, boolean, string]
  const { late, inTime } = COUNTED[plan.method]
  const { rows } = await sql<UnitCounts>`
    select unit, ${sql.raw(late)} as late, ${sql.raw(inTime)} as in_time, unit < ${last} as is_before
    from (${countedDossiers(byUnit)}) as counted order by unit`.execute(trx)
  const only = new Set<string>()
  let missing = limit + 1
  const add = (count: 'late' | 'in_time', goesOn: boolean) => {
    for (const row of rows) {
      if (missing <= 0) return
      if (row[count] === 0 || (goesOn && row.is_before)) continue
      only.add(row.unit)
      // Where the page before ended, some of them were in that.
      if (!(goesOn && row.unit === last)) missing -= row[count]
    }
  }
  if (part !== 'numerator' && !goesOnInTime) add('late', cursor !== undefined)
  if (part !== 'rest') add('in_time', goesOnInTime)
  return { ...plan, only: [...only] }
}
