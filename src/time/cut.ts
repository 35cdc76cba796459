import { dayOf, nameOfDay, parseDay } from './business-day.ts'
import { dayAfter } from './calendar.ts'

/** The instant that it is, in milliseconds since 1970. */
export type Clock = () => number

/** Both days are included; `YYYY-MM-DD`. */
interface Days {
  from: string
  to: string
}

/** How much of a span of days has happened. */
export interface Cut {
  /** The instant up to which is counted: now, and the end of a span that is over. RFC 3339 at +07:00. */
  as_of: string
  /** The span is not over. */
  provisional: boolean
}

export interface CutDays extends Days, Cut {
  /** The last day whose due dates count as reached: a due date is missed when its day is over. */
  dueTo: string
}

/** The days of a span that have begun; null: none has. */
export function cutAt (now: number, { from, to }: Days): CutDays | null {
  const today = dayOf(now)
  if (parseDay(from) > today) return null
  if (parseDay(to) < today) return { from, to, dueTo: to, ...cutOf(now, to) }
  return { from, to: nameOfDay(today), dueTo: nameOfDay(today - 1), ...cutOf(now, to) }
}

/** @param to the last day of a span, whether or not the span has begun */
export function cutOf (now: number, to: string): Cut {
  const provisional = parseDay(to) >= dayOf(now)
  return { as_of: provisional ? inPlace(now) : `${dayAfter(to)}T00:00:00+07:00`, provisional }
}

/** To the second. */
function inPlace (instant: number): string {
  return `${new Date(instant + 7 * 3_600_000).toISOString().slice(0, 19)}+07:00`
}
