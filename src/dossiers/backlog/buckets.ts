// The buckets into which open dossiers are put, by days.
import { sql, type RawBuilder } from 'kysely'
import { dayAfter } from '../../time/calendar.ts'
import type { BacklogKind } from '../backlog-sums/standing.ts'
import type { DayBounds } from './day-bounds.ts'
import type { BACKLOG_COUNTS } from './schema.ts'

/** Working days at which buckets of days left end. */
export const AHEAD = [0, 3, 10]
/** Working days at which buckets of ages end; those of overdue days end at two of them. */
export const AGES = [-60, -20, -10, -5]

/** The first days of buckets but the first one, `YYYY-MM-DD`, as of one day. */
export interface Buckets {
  day: string
  calendar: string
  ages: readonly string[]
  due: readonly string[]
  /** How many of the days of `AHEAD` the calendar has. */
  ahead: number
}

/** @param isToday of today the due dates of the day are not over */
export function bucketsOf (day: string, isToday: boolean, { calendar, days }: DayBounds): Buckets {
  const from = (distance: number) => days.get(distance)!
  const ahead = AHEAD.flatMap(distance => days.get(distance) ?? []).map(dayAfter)
  const due = [from(-20), from(-5), isToday ? day : dayAfter(day), ...ahead]
  return { day, calendar, ages: AGES.map(from), due, ahead: ahead.length }
}

/** Of which dossiers each counts those in which buckets. The last bucket of ages is that of the day itself. */
const COUNTED: Record<keyof typeof BACKLOG_COUNTS, readonly [kind: BacklogKind, buckets: string]> = {
  open: ['received', '<= 4'],
  awaiting_supplement: ['awaiting', '<= 4'],
  without_due_date: ['undated', '<= 4'],
  overdue: ['due', '< 3'],
  overdue_to_5: ['due', '= 2'],
  overdue_6_to_20: ['due', '= 1'],
  overdue_over_20: ['due', '= 0'],
  due_today: ['due', '= 3'],
  due_in_1_to_3: ['due', '= 4'],
  due_in_4_to_10: ['due', '= 5'],
  due_in_over_10: ['due', '= 6'],
  age_to_5: ['received', '= 4'],
  age_6_to_10: ['received', '= 3'],
  age_11_to_20: ['received', '= 2'],
  age_21_to_60: ['received', '= 1'],
  age_over_60: ['received', '= 0']
}

/** How many of the days of `AHEAD` a count needs; left out: none. */
const DAYS_AHEAD: { [name: string]: number } = { due_today: 1, due_in_1_to_3: 2, due_in_4_to_10: 3, due_in_over_10: 3 }

/**
 * The columns of the counts.
 * @param ahead how many of the days of `AHEAD` the calendar has
 * @param column where a kind has its bucket, as text that an operator can follow
 * @param count counts what is filtered by the condition in place of `?`
 */
export function countsOf (ahead: number, column: Record<BacklogKind, string>, count: string): RawBuilder<unknown> {
  return sql.raw(Object.entries(COUNTED).map(([name, [kind, buckets]]) => (
    (DAYS_AHEAD[name] ?? 0) > ahead
      ? `null::bigint as ${name}`
      : `${count.replace('?', `${column[kind]} ${buckets}`)} as ${name}`)).join())
}
