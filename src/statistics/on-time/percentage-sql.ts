import { sql, type RawBuilder } from 'kysely'
import { columns } from '../../database/sql/bulk-json.ts'
import { MEASURES, TRANSFERS } from '../../form-ii06a/measures.ts'
import { UNKNOWN_COLUMNS } from '../../form-ii06a/unknown.ts'
import type { Cut } from '../../time/cut.ts'
import { GROUP_KEYS, type OnTimeQuery, type OnTimeRow } from './schema.ts'

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
export function keysOfRow (keys: readonly string[], table: string): RawBuilder<unknown> {
  return sql.join(GROUP_KEYS.map(key => (
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
  { method, unknown }: Plan, basis: NonNullable<OnTimeQuery['basis']>, carried: boolean, isSound?: RawBuilder<unknown>
): RawBuilder<unknown> {
  const { numerator, denominator } = METHOD_PARTS[method]
  const { type, percent, counts } = carried ? SHARES : WHOLE
  return sql`
    select ${unknown ? SHOWN_WITH_UNKNOWN : SHOWN}, ${counts}, ${isSound === undefined ? percent : sql`case when ${isSound} then ${percent} end`} as on_time_percent, ${method}::text as method,
      ${basis}::text as basis, estimated, units_reported, units_expected
    from (select *, (${numerator})::${type} as numerator, (${denominator})::${type} as denominator from summed) as divided`
}

// Text and not builders: these columns are in every statement, and to build one must not take longer than to run it.
const SHOWN = shown([])
const SHOWN_WITH_UNKNOWN = shown(UNKNOWN_COLUMNS)

function shown (unknown: readonly string[]): RawBuilder<unknown> {
  return columns([...GROUP_KEYS, 'scope', ...unknown, 'sources_used', 'sources_left_out'])
}

const COUNTS = [...MEASURES, ...TRANSFERS, 'due', 'due_in_time', 'numerator', 'denominator']

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
  type: sql`bigint`, counts: columns(COUNTS),
  percent: percentBy(sql`(20000 * numerator + denominator) / (2 * denominator)`)
}
// Sums of shares are exact; only what is shown of them is rounded.
const SHARES = {
  type: sql`numeric`, counts: sql.raw(COUNTS.map(name => `round(${name}, 4) as ${name}`).join()),
  percent: percentBy(sql`div(20000 * numerator + denominator, 2 * denominator)`)
}

/** Whether rows of two tables belong to the same group. */
export function sameGroup (a: string, b: string, keys: readonly string[]): RawBuilder<unknown> {
  if (keys.length === 0) return sql`true`
  return sql.join(keys.map(key => sql`${sql.ref(`${a}.${key}`)} = ${sql.ref(`${b}.${key}`)}`), sql` and `)
}
