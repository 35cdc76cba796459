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

/** Dossiers that follow one another in a list, by their first columns, and how many of them a unit has. */
interface Group {
  in_numerator: boolean
  in_time: boolean
  counted: string
}

const LATE = { in_numerator: false, in_time: false }
const IN_TIME = { in_numerator: true, in_time: true }

/** By `LATE_FIRST`. */
const GROUPS: Record<Exclude<RecordsPlan['method'], 'reception'>, readonly Group[]> = {
  resolved: [{ ...LATE, counted: 'resolved_overdue' }, { ...IN_TIME, counted: 'resolved_in_time' }],
  due: [{ ...LATE, counted: 'due - due_in_time' }, { ...IN_TIME, counted: 'due_in_time' }],
  handled: [
    { ...LATE, counted: 'resolved_overdue + pending_overdue' }, { ...IN_TIME, counted: 'resolved_in_time + pending_in_time' }
  ],
  received: [
    { ...LATE, counted: 'resolved_overdue + pending_overdue' },
    { in_numerator: false, in_time: true, counted: 'pending_in_time' },
    { ...IN_TIME, counted: 'resolved_in_time' }
  ]
}

interface UnitCounts {
  unit: string
  /** It comes before the unit at which the page before ended. */
  is_before: boolean
  /** Of each group. */
  counts: Record<string, number>
}

interface PlanOfPage {
  plan: RecordsPlan
  /** Sums say that there are enough for the page, and one more. */
  promisesMore: boolean
}

/**
 * The plan for a page of the dossiers of `plan`, by `LATE_FIRST`. It is about some units where sums know how many each
 * has.
 * @param trx in which the page is read as well: sums and dossiers must agree
 */
export async function planOfPage (
  trx: Trx, plan: RecordsPlan, part: typeof PARTS[number], { limit, cursor }: PageRequest
): Promise<PlanOfPage> {
  const { method, carried } = plan
  const ofAll = { plan, promisesMore: false }
  if (carried !== 'nothing' || method === 'reception') return ofAll
  const byUnit = countPlanOf({ ...plan, keys: ['unit'], details: false })
  if (byUnit.reading === 'dossiers' || await areSettledTogether(trx, plan)) return ofAll
  const [inNumerator, inTime, last] = cursor === undefined
    ? [false, false, '']
    : readCursor(cursor, LATE_FIRST) as [boolean, boolean, string]
  const groups = GROUPS[method]
  const { rows } = await sql<UnitCounts>`
    select unit, unit < ${last} as is_before, json_build_object(${sql.raw(groups.map(({ counted }) => `'${counted}', ${counted}`).join())}) as counts
    from (${countedDossiers(byUnit)}) as counted order by unit`.execute(trx)
  const only = new Set<string>()
  let missing = limit + 1
  for (const group of groups) {
    if (part !== 'denominator' && group.in_numerator !== (part === 'numerator')) continue
    const place = Number(group.in_numerator) - Number(inNumerator) || Number(group.in_time) - Number(inTime)
    if (place < 0) continue
    // The page before ended in it, with some of those of a unit.
    const goesOn = cursor !== undefined && place === 0
    for (const { unit, is_before: isBefore, counts } of rows) {
      const count = counts[group.counted]!
      if (missing <= 0 || count === 0 || (goesOn && isBefore)) continue
      only.add(unit)
      if (!goesOn || unit !== last) missing -= count
    }
  }
  return { plan: { ...plan, only: [...only] }, promisesMore: missing <= 0 }
}

/** Whether what units have passed on to one another is listed, of which as much is as they did on balance. */
async function areSettledTogether (trx: Trx, { method, spans: [span] }: RecordsPlan): Promise<boolean> {
  if (method === 'resolved' || method === 'due') return false
  const { rows: [found] } = await sql<{ any: boolean }>`
    select exists (select from dossier_states where held_until between ${span!.from}::date and ${span!.to}::date) as any`.execute(trx)
  return found!.any
}
