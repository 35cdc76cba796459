import { sql, type RawBuilder } from 'kysely'
import {
  DETAIL_MEASURES, DETAIL_STOCKS, DETAIL_UNKNOWN, type DetailMeasure
} from '../../../form-ii06a/detail-measures.ts'
import { columns as refs } from '../../../database/sql/bulk-json.ts'
import { unknownColumns } from '../../../measures/unknown.ts'
import { ofEachKind } from '../../kinds/index.ts'
import { CLOSING, OPENING, type MeasureName } from '../../kinds/kind.ts'
import { sumsOf } from '../../reported/counting.ts'
import type { ReportedPlan } from './plan.ts'

// Text and not builders: these columns are in every statement, and to build one must not take longer than to run it.
const known = (measures: readonly string[]) => sql.raw(measures.map(measure => (
  `case "${measure}_unknown" when 0 then "${measure}" end as "${measure}"`)).join())
const unknown = (columns: readonly string[]) => sql.raw(columns.map(column => `coalesce("${column}", 0) as "${column}"`).join())
export const columnsOf = ofEachKind(kind => ({
  summed: sql.raw(sumsOf(kind).map(column => `sum("${column}") as "${column}"`).join()),
  stored: refs(sumsOf(kind)),
  known: known(kind.measures),
  unknown: unknown(unknownColumns(kind.measures)),
  fromRecords: sql.raw(kind.answer.fromRecords.map(column => `null::bigint as ${column}`).join(', '))
}))
const KNOWN_DETAILS = known(DETAIL_MEASURES)
const UNKNOWN_DETAILS = unknown(DETAIL_UNKNOWN)
/** The measures of details of a stored row. */
export const DETAILS_OF_ROW = sql.raw(DETAIL_MEASURES.map(measure => `(details ->> '${measure}')::bigint as "${measure}"`).join())

/** What a row shows of its sums: null where a measure is unknown. */
export function knownMeasures ({ kind, unknown, details }: ReportedPlan): RawBuilder<unknown>[] {
  const ofKind = columnsOf(kind)
  return [
    ofKind.known, ...unknown ? [ofKind.unknown] : [], ...details ? [KNOWN_DETAILS] : [],
    ...details && unknown ? [UNKNOWN_DETAILS] : []
  ]
}

const CLOSING_STOCKS: readonly string[] = [...CLOSING, ...DETAIL_STOCKS]

/** The sum of a measure, and in how many rows it is unknown. */
export function sumOfRows (measure: MeasureName | DetailMeasure, { span }: ReportedPlan): RawBuilder<unknown>[] {
  const isOpening = OPENING.some(stock => stock === measure)
  const added = !span ? sql`true` : isOpening ? sql`opens` : CLOSING_STOCKS.includes(measure) ? sql`closes` : sql`true`
  // What is received holds the opening stock; of a later period only what came in is new.
  const value = span && measure === 'received'
    ? sql`(received - case when opens then 0 else carried_over end)`
    : sql.ref(measure)
  return [
    sql`sum(${value}) filter (where ${added}) as ${sql.ref(measure)}`,
    sql`count(*) filter (where ${added} and ${value} is null) as ${sql.ref(`${measure}_unknown`)}`
  ]
}
