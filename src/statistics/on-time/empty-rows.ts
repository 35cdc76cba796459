import { emptyDetails, type DetailMeasure, type DetailsAsked } from '../../form-ii06a/detail-measures.ts'
import type { FigureName, Transfer } from '../../form-ii06a/measures.ts'
import { unknownColumns, type UnknownAsked } from '../../measures/unknown.ts'
import { DOSSIERS } from '../kinds/index.ts'
import type { OnTimeRow } from './schema.ts'

/** What was counted for a group: null where a row of it does not know, or nothing is reported. */
export type Figures = Pick<OnTimeRow, 'scope' | FigureName | Transfer | 'due' | 'due_in_time' | 'estimated' | DetailMeasure>
type ColumnsAsked = UnknownAsked & DetailsAsked

export function nothingReported (asked: ColumnsAsked, kind = DOSSIERS): Figures {
  return each(null, null, asked, kind)
}

/** Of a unit that sends records and had no dossiers. */
export function noDossiers (asked: ColumnsAsked): Figures {
  return each('own', 0, asked, DOSSIERS)
}

function each (
  scope: Figures['scope'], count: number | null, asked: ColumnsAsked, { measures, answer }: typeof DOSSIERS
): Figures {
  const unknownOf = asked.unknown === true ? unknownColumns(measures) : []
  return Object.fromEntries([
    ['scope', scope], ...answer.fromRecords.map(name => [name, count]), ['estimated', false],
    ...measures.map(measure => [measure, count]), ...unknownOf.map(column => [column, 0]), ...emptyDetails(count, asked)
  ]) as Figures
}

/** Of a row in which nothing counts. Records are not sums of reports. */
export function noSources (basis: OnTimeRow['basis']): Pick<OnTimeRow, 'sources_used' | 'sources_left_out'> {
  return basis === 'records' ? { sources_used: null, sources_left_out: null } : { sources_used: [], sources_left_out: [] }
}
