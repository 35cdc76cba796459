import { MEASURES, TRANSFERS, type FigureName, type Transfer } from '../../form-ii06a/measures.ts'
import { UNKNOWN_COLUMNS, type UnknownAsked } from '../../form-ii06a/unknown.ts'
import type { OnTimeRow } from './schema.ts'

/** What was counted for a group: null where a row of it does not know, or nothing is reported. */
export type Figures = Pick<OnTimeRow, 'scope' | FigureName | Transfer | 'due' | 'due_in_time' | 'estimated'>

export function nothingReported (asked: UnknownAsked): Figures {
  return each(null, null, asked)
}

/** Of a unit that sends records and had no dossiers. */
export function noDossiers (asked: UnknownAsked): Figures {
  return each('own', 0, asked)
}

function each (scope: Figures['scope'], count: number | null, { unknown = false }: UnknownAsked): Figures {
  return Object.fromEntries([
    ['scope', scope], ...[...TRANSFERS, 'due', 'due_in_time'].map(name => [name, count]), ['estimated', false],
    ...MEASURES.map(measure => [measure, count]), ...(unknown ? UNKNOWN_COLUMNS : []).map(column => [column, 0])
  ]) as Figures
}

/** Of a row in which nothing counts. Records are not sums of reports. */
export function noSources (basis: OnTimeRow['basis']): Pick<OnTimeRow, 'sources_used' | 'sources_left_out'> {
  return basis === 'records' ? { sources_used: null, sources_left_out: null } : { sources_used: [], sources_left_out: [] }
}
