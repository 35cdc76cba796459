// Spans of days that are counted, and where they cut time. A rollup adds up what happened in a quarter, a slice or a
// day. It answers for each in which no span begins or ends; for the others a rollup of the next shorter grain is read.
import { sql, type RawBuilder } from 'kysely'
import { dayAfter } from '../../time/calendar.ts'
import { nameOfDay, parseDay, quarterOf, sliceOf, type DayNumber } from '../../time/business-day.ts'
import { TIME_GRAINS, type RollupTable, type TimeGrain } from '../rollups/families.ts'

/** Both days are included; `YYYY-MM-DD`. */
export interface Span {
  /** What `period` is in the answer. */
  code: string | null
  from: string
  to: string
  /** The last day whose due dates are reached: `to`, or the day before where `to` is today. */
  dueTo: string
}

/** The spans as rows: `period`, `starts_on`, `ends_on`, `due_on`. */
export function askedSpans (spans: readonly Span[]): RawBuilder<unknown> {
  const rows = spans.map(({ code, from, to, dueTo }) => (
    sql`(${code}::text, ${from}::date, ${to}::date, ${dueTo}::date)`))
  return sql`select * from (values ${sql.join(rows)}) as spans (period, starts_on, ends_on, due_on)`
}

export function isOver ({ to, dueTo }: Span): boolean {
  return dueTo === to
}

/** First days of quarters and slices that are cut, and of what is read in their place. */
export interface Cuts {
  cutQuarters: readonly string[]
  cutSlices: readonly string[]
  slicesOfCutQuarters: readonly string[]
  daysOfCutSlices: readonly string[]
}

export function cutsOf (spans: readonly Span[]): Cuts {
  const days = daysOf(spans)
  const [quarters, slices] = [cutBy(days, quarterOf), cutBy(days, sliceOf)]
  return {
    cutQuarters: quarters.map(nameOfDay),
    cutSlices: slices.map(nameOfDay),
    slicesOfCutQuarters: quarters.flatMap(quarter => within(quarter, quarterOf, nextSlice)).map(nameOfDay),
    daysOfCutSlices: slices.flatMap(slice => within(slice, sliceOf, day => day + 1)).map(nameOfDay)
  }
}

/**
 * The grains of a family that spans need, the longest first.
 * @returns null: some are cut within the shortest grain that it has
 */
export function grainsFor (
  spans: readonly Span[], tables: Partial<Record<TimeGrain, RollupTable>>
): TimeGrain[] | null {
  const days = daysOf(spans)
  const shortest = cutBy(days, sliceOf).length > 0 ? 'day' : cutBy(days, quarterOf).length > 0 ? 'slice' : 'quarter'
  const known = TIME_GRAINS.filter(grain => tables[grain] !== undefined)
  const last = known.findIndex(grain => TIME_GRAINS.indexOf(grain) >= TIME_GRAINS.indexOf(shortest))
  return last < 0 ? null : known.slice(0, last + 1)
}

/** The days on which a span begins, has ended, or has no more due dates. */
function daysOf (spans: readonly Span[]): DayNumber[] {
  return spans.flatMap(({ from, to, dueTo }) => [from, dayAfter(to), dayAfter(dueTo)]).map(parseDay)
}

/** First days of what is cut within. */
function cutBy (days: readonly DayNumber[], spanOf: (day: DayNumber) => DayNumber): DayNumber[] {
  return [...new Set(days.filter(day => spanOf(day) !== day).map(spanOf))]
}

/** What a quarter or slice consists of. */
function within (
  first: DayNumber, spanOf: (day: DayNumber) => DayNumber, next: (day: DayNumber) => DayNumber
): DayNumber[] {
  const days = []
  for (let day = first; spanOf(day) === first; day = next(day)) days.push(day)
  return days
}

/** Of the first day of a slice: none is shorter than 13 days or longer than 17. */
function nextSlice (slice: DayNumber): DayNumber {
  return sliceOf(slice + 17)
}

/** Conditions on the times that a grain is read for. */
export function timesRead (grain: TimeGrain, grains: readonly TimeGrain[], cuts: Cuts): RawBuilder<unknown>[] {
  const { cutQuarters, cutSlices, slicesOfCutQuarters, daysOfCutSlices } = cuts
  const [cut, inPlace] = {
    quarter: [cutQuarters, []], slice: [cutSlices, slicesOfCutQuarters], day: [[], daysOfCutSlices]
  }[grain]
  const time = sql.ref(grain)
  return [
    ...grain === grains[0] ? [] : [sql`and ${time} = any(${inPlace}::date[])`],
    ...grain === grains.at(-1) ? [] : [sql`and ${time} <> all(${cut}::date[])`]
  ]
}
