import { sql, type RawBuilder } from 'kysely'
import { columns } from '../../database/sql/bulk-json.ts'
import { unknownColumns } from '../../measures/unknown.ts'
import type { Cut } from '../../time/cut.ts'
import { ofEachKind } from '../kinds/index.ts'
import type { StatisticsKind } from '../kinds/kind.ts'
import type { OnTimeQuery, OnTimeRow } from './schema.ts'

type SourceLists = Pick<OnTimeRow, 'sources_used' | 'sources_left_out'>

/** A row as the statement of a question yields it: sources are text, separated by blanks, in any order. */
export type CountedRow = Omit<OnTimeRow, keyof Cut | keyof SourceLists | 'hierarchy'> & Record<keyof SourceLists, string | null>

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
type Plan = Required<Pick<OnTimeQuery, 'method' | 'unknown'>>

/**
 * The end of a statement: divides once what `summed` has added up, which must have the columns of a row, without those
 * of the division.
 * @param isSound whether what is added up fits together
 * @param carried whether counts may hold shares, which have decimals
 */
export function withPercentage (
  kind: StatisticsKind, { method, unknown }: Plan, basis: NonNullable<OnTimeQuery['basis']>, carried: boolean, isSound?: RawBuilder<unknown>
): RawBuilder<unknown> {
  const { numerator, denominator } = METHOD_PARTS[method]
  const { shown, shownWithUnknown, whole, shares, hasBases } = columnsOf(kind)
  const { type, percent } = carried ? SHARES : WHOLE
  return sql`
    select ${unknown ? shownWithUnknown : shown}, ${carried ? shares : whole}, ${isSound === undefined ? percent : sql`case when ${isSound} then ${percent} end`} as on_time_percent, ${method}::text as method,
      ${hasBases ? sql`${basis}::text as basis, ` : sql``}estimated, units_reported, units_expected
    from (select *, (${numerator})::${type} as numerator, (${denominator})::${type} as denominator from summed) as divided`
}

// Text and not builders: these columns are in every statement, and to build one must not take longer than to run it.
const columnsOf = ofEachKind(({ measures, answer: { keys, fromRecords } }) => {
  const shown = (unknown: readonly string[]) => columns([...keys, 'scope', ...unknown, 'sources_used', 'sources_left_out'])
  const counts = [...measures, ...fromRecords, 'numerator', 'denominator']
  return {
    shown: shown([]),
    shownWithUnknown: shown(unknownColumns(measures)),
    whole: columns(counts),
    // Sums of shares are exact; only what is shown of them is rounded.
    shares: sql.raw(counts.map(name => `round(${name}, 4) as ${name}`).join()),
    hasBases: fromRecords.length > 0
  }
})

/** Form II.06a's columns: 8 + 9 over 7; QĐ 766/QĐ-TTg's 8 + 9 + 12 over 3; 8 + 9 over 3. */
const METHOD_PARTS = {
  resolved: { numerator: sql`resolved_in_time`, denominator: sql`resolved` },
  handled: { numerator: sql`resolved_in_time + pending_in_time`, denominator: sql`received` },
  received: { numerator: sql`resolved_in_time`, denominator: sql`received` },
  due: { numerator: sql`due_in_time`, denominator: sql`due` }
}

// Half up in whole numbers: a quotient that is cut off before it is rounded can fall on the wrong side. The hundredths
// then are exact as a double prints them. More on time than there were is what periods give that contradict each other
// where their stocks are unknown.
const percentBy = (quotient: RawBuilder<unknown>) => sql`case when denominator > 0 and numerator <= denominator
  then (${quotient})::float8 / 100 end`
const WHOLE = {
  type: sql`bigint`,
  percent: percentBy(sql`(20000 * numerator + denominator) / (2 * denominator)`)
}
const SHARES = {
  type: sql`numeric`,
  percent: percentBy(sql`div(20000 * numerator + denominator, 2 * denominator)`)
}

/** Whether rows of two tables belong to the same group. */
export function sameGroup (a: string, b: string, keys: readonly string[]): RawBuilder<unknown> {
  if (keys.length === 0) return sql`true`
  return sql.join(keys.map(key => sql`${sql.ref(`${a}.${key}`)} = ${sql.ref(`${b}.${key}`)}`), sql` and `)
}
