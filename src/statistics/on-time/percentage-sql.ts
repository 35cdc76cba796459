import { sql, type RawBuilder } from 'kysely'
import { columns } from '../../database/sql/bulk-json.ts'
import { detailColumns } from '../../form-ii06a/detail-measures.ts'
import { unknownColumns } from '../../measures/unknown.ts'
import type { Cut } from '../../time/cut.ts'
import { ofEachKind } from '../kinds/index.ts'
import type { StatisticsKind } from '../kinds/kind.ts'
import type { OnTimeQuery, OnTimeRow } from './schema.ts'

export type RulesOfRow = Pick<OnTimeRow, 'rules' | 'rules_version'>
type SourceLists = Pick<OnTimeRow, 'sources_used' | 'sources_left_out'>

/** A row as the statement of a question yields it: sources are text, separated by blanks, in any order. */
export type CountedRow = Omit<OnTimeRow, keyof Cut | keyof SourceLists | keyof RulesOfRow | 'hierarchy'> & Record<keyof SourceLists, string | null>

/** The row with its sources as lists. */
export function withSources (
  { sources_used: used, sources_left_out: leftOut, ...row }: CountedRow
): Omit<CountedRow, keyof SourceLists> & SourceLists {
  return { ...row, sources_used: listOf(used), sources_left_out: listOf(leftOut) }
}

function listOf (sources: string | null): string[] | null {
  return sources === null ? null : [...new Set(sources.split(' ').filter(source => source !== ''))].sort()
}

/** The keys of a row, null where it is not grouped by them. */
export function keysOfRow (all: readonly string[], keys: readonly string[], table: string): RawBuilder<unknown> {
  return sql.join(all.map(key => (
    keys.includes(key) ? sql.ref(`${table}.${key}`) : sql`null::text as ${sql.ref(key)}`)))
}

/** What both kinds of plan have. */
type Plan = Required<Pick<OnTimeQuery, 'method' | 'unknown' | 'details'>>

/**
 * The end of a statement: divides once what `summed` has added up, which must have the columns of a row, without those
 * of the division.
 * @param isSound whether what is added up fits together
 * @param carried whether counts may hold shares, which have decimals
 */
export function withPercentage (
  kind: StatisticsKind, { method, unknown, details }: Plan, basis: NonNullable<OnTimeQuery['basis']>, carried: boolean, isSound?: RawBuilder<unknown>
): RawBuilder<unknown> {
  const { shown, shownWithUnknown, whole, shares, hasBases, parts } = columnsOf(kind)
  const { numerator, denominator } = parts[method]
  const { type, percent, counted } = carried ? SHARES : WHOLE
  const more = detailColumns({ details, unknown }).map(name => sql`, ${counted(name)}`)
  return sql`
    select ${unknown ? shownWithUnknown : shown}, ${carried ? shares : whole}${sql.join(more, sql``)}, ${isSound === undefined ? percent : sql`case when ${isSound} then ${percent} end`} as on_time_percent, ${method}::text as method,
      ${hasBases ? sql`${basis}::text as basis, ` : sql``}estimated, units_reported, units_expected
    from (select *, (${numerator})::${type} as numerator, (${denominator})::${type} as denominator from summed) as divided`
}

// What is received less what was cancelled: where that is not known either, it is what the other measures leave over.
const NOT_CANCELLED = sql`case when received is not null then least(received, resolved + pending) end`
// Sums of shares are exact; only what is shown of them is rounded.
const rounded = (name: string) => `round(${name}, 4) as ${name}`

// Text and not builders: these columns are in every statement, and to build one must not take longer than to run it.
const columnsOf = ofEachKind(({ measures, hasDetails, answer: { keys, fromRecords } }) => {
  const shown = (unknown: readonly string[]) => columns([...keys, 'scope', ...unknown, 'sources_used', 'sources_left_out'])
  const counts = [...measures, ...fromRecords, 'numerator', 'denominator']
  return {
    shown: shown([]),
    shownWithUnknown: shown(unknownColumns(measures)),
    whole: columns(counts),
    shares: sql.raw(counts.map(rounded).join()),
    hasBases: fromRecords.length > 0,
    parts: methodParts(hasDetails ? NOT_CANCELLED : sql`received`)
  }
})

/** Form II.06a's columns: 8 + 9 over 7; QĐ 766/QĐ-TTg's 8 + 9 + 12 over 3; 8 + 9 over 3. */
function methodParts (received: RawBuilder<unknown>) {
  return {
    resolved: { numerator: sql`resolved_in_time`, denominator: sql`resolved` },
    handled: { numerator: sql`resolved_in_time + pending_in_time`, denominator: received },
    received: { numerator: sql`resolved_in_time`, denominator: received },
    due: { numerator: sql`due_in_time`, denominator: sql`due` },
    reception: { numerator: sql`reception_numerator`, denominator: sql`reception_denominator` }
  }
}

// Half up in whole numbers: a quotient that is cut off before it is rounded can fall on the wrong side. The hundredths
// then are exact as a double prints them. More on time than there were is what periods give that contradict each other
// where their stocks are unknown.
const percentBy = (quotient: RawBuilder<unknown>) => sql`case when denominator > 0 and numerator <= denominator
  then (${quotient})::float8 / 100 end`
const WHOLE = {
  type: sql`bigint`, counted: (name: string) => sql.ref(name),
  percent: percentBy(sql`(20000 * numerator + denominator) / (2 * denominator)`)
}
const SHARES = {
  type: sql`numeric`, counted: (name: string) => sql.raw(rounded(name)),
  percent: percentBy(sql`div(20000 * numerator + denominator, 2 * denominator)`)
}

/** Whether rows of two tables belong to the same group. */
export function sameGroup (a: string, b: string, keys: readonly string[]): RawBuilder<unknown> {
  if (keys.length === 0) return sql`true`
  return sql.join(keys.map(key => sql`${sql.ref(`${a}.${key}`)} = ${sql.ref(`${b}.${key}`)}`), sql` and `)
}
