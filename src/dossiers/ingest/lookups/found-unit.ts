import type { ResolvedUnit } from '../../../catalogue/units/resolve.ts'
import { parseDay, type DayNumber } from '../../../time/business-day.ts'

/** The unit of an item. */
export interface FoundUnit {
  unit: ResolvedUnit
  /** The one that had the dossier before the unit began; null: the unit was there. */
  before: ResolvedUnit | null
  related: RelatedUnits
  /** The first day of the unit. */
  firstDay: DayNumber
  /** Those of the unit that had the dossier when it was received. */
  days: Days
}

/**
 * Those that came after a unit, if it had ended before the dossier was received. Those of which one must be named, if
 * it had not begun and it is not clear which of them had the dossier.
 */
export interface RelatedUnits {
  successors: string[]
  predecessors: string[]
}

export function foundUnit (unit: ResolvedUnit, before: ResolvedUnit | null, related: RelatedUnits): FoundUnit {
  return { unit, before, related, firstDay: parseDay(unit.valid_from), days: daysOf(before ?? unit) }
}

/** The unit that had a dossier when it was received. */
export function unitBefore (found: FoundUnit | undefined): ResolvedUnit | undefined {
  return found?.before ?? found?.unit
}

/** The first and the last day; Infinity: until further notice. */
interface Days {
  firstDay: DayNumber
  lastDay: DayNumber
}

export function daysOf ({ valid_from: from, valid_to: to }: Pick<ResolvedUnit, 'valid_from' | 'valid_to'>): Days {
  return { firstDay: parseDay(from), lastDay: to === null ? Infinity : parseDay(to) }
}
