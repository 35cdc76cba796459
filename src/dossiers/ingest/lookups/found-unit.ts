import type { ResolvedUnit } from '../../../catalogue/units/resolve.ts'
import { parseDay, type DayNumber } from '../../../time/business-day.ts'

/** The unit of an item. */
export interface FoundUnit {
  unit: ResolvedUnit
  /** The one that had the dossier before the unit began; null: the unit was there. */
  before: ResolvedUnit | null
  /**
   * Those that came after it, if it had ended before the dossier was received. Those of which one must be named, if it
   * had not begun and it is not clear which of them had the dossier.
   */
  related: { successors: string[], predecessors: string[] }
}

/** The unit that had a dossier when it was received. */
export function unitBefore (found: FoundUnit | undefined): ResolvedUnit | undefined {
  return found?.before ?? found?.unit
}

/** The first and the last day; Infinity: until further notice. */
export function daysOf ({ valid_from: from, valid_to: to }: Pick<ResolvedUnit, 'valid_from' | 'valid_to'>): {
  firstDay: DayNumber
  lastDay: DayNumber
} {
  return { firstDay: parseDay(from), lastDay: to === null ? Infinity : parseDay(to) }
}
