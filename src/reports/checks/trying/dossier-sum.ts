import { MEASURES, TRANSFERS, type Measure, type Transfer } from '../../../form-ii06a/measures.ts'
import type { CountsOf } from '../../../measures/identities.ts'
import type { OnTimeRow } from '../../../statistics/on-time/schema.ts'
import type { Place } from './places.ts'

const COUNTS = [...MEASURES, ...TRANSFERS] as const

/** The dossiers of units together. */
export interface DossierSum {
  /** `own`: a sum of own rows or records. `total`: the consolidated row of one unit. null: nothing is known yet. */
  scope: OnTimeRow['scope']
  /** A count is unknown as soon as it is so of one unit. */
  counts: CountsOf<Measure | Transfer>
  units_reported: number
  units_expected: number
  /** Whether records of one of them begin within the period. */
  recordsBegin: boolean
}

/** Of a unit that sends records and had no dossiers. */
export const NO_DOSSIERS = Object.fromEntries(COUNTS.map(name => [name, 0])) as Record<Measure | Transfer, number>

/** A sum with one more unit. @param counts what the unit has itself; undefined: nothing is known of it */
export function addedUp (sum: DossierSum | undefined, place: Place, counted: Counted | undefined): DossierSum {
  const next = sum ?? emptySum()
  if (place.is_expected) next.units_expected++
  if (place.begins) next.recordsBegin = true
  if (counted === undefined) return next
  next.scope = 'own'
  next.units_reported += counted.units_reported
  for (const name of COUNTS) {
    const [before, more] = [next.counts[name], counted[name]]
    next.counts[name] = before === null || more === null ? null : before + more
  }
  return next
}

function emptySum (): DossierSum {
  return { scope: null, counts: { ...NO_DOSSIERS }, units_reported: 0, units_expected: 0, recordsBegin: false }
}

/** Whether dossiers may have moved from one of the units to another, so that both count them. */
export function mayCountTwice ({ counts }: DossierSum): boolean {
  return Number(counts.transferred_in) > 0 && Number(counts.transferred_out) > 0
}

/** What a unit has itself, and whether it counts as one that has reported. */
export type Counted = Pick<OnTimeRow, Measure | Transfer | 'units_reported'>

export function asTotal ({ scope, units_reported, units_expected, ...row }: OnTimeRow): DossierSum {
  return { scope, counts: row, units_reported, units_expected, recordsBegin: false }
}
