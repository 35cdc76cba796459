import { MEASURES, type FigureName } from '../../form-ii06a/measures.ts'
import type { OnTimeRow } from './schema.ts'

/** What was counted for a group: null where a row of it does not know, or nothing is reported. */
export type Figures = Pick<OnTimeRow, 'scope' | FigureName | 'due' | 'due_in_time'>

export const NOTHING_REPORTED = each(null, null)

/** Of a unit that sends records and had no dossiers. */
export const NO_DOSSIERS = each('own', 0)

function each (scope: Figures['scope'], count: number | null): Figures {
  return Object.fromEntries([
    ['scope', scope], ['due', count], ['due_in_time', count],
    ...MEASURES.flatMap(measure => [[measure, count], [`${measure}_unknown`, 0]])
  ]) as Figures
}

/** Of a row in which nothing counts. Records are not sums of reports. */
export function noSources (basis: OnTimeRow['basis']): Pick<OnTimeRow, 'sources_used' | 'sources_left_out'> {
  return basis === 'records' ? { sources_used: null, sources_left_out: null } : { sources_used: [], sources_left_out: [] }
}
