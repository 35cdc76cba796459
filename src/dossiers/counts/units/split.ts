import { dayAfter } from '../../../time/calendar.ts'
import { nameOfDay, parseDay, quarterOf, sliceOf, type DayNumber } from '../../../time/business-day.ts'
import type { Span } from '../spans.ts'

/** Days from the first to the one before `until`; `YYYY-MM-DD`. */
interface Days {
  from: string
  until: string
}

/** What a span consists of. Quarters and half months are those that lie in it as a whole. */
export interface Split {
  /** null: there is none. */
  quarters: Days | null
  /** With those of the quarters; null: there is none, and all of the span is days. */
  slices: Days | null
  /** Whether there are days before and after the half months. */
  before: boolean
  after: boolean
}

export function splitOf ({ from, to }: Pick<Span, 'from' | 'to'>): Split {
  const [first, until] = [parseDay(from), parseDay(dayAfter(to))]
  const slices = within(first, until, sliceOf, LONGEST_SLICE)
  if (slices === null) return { quarters: null, slices, before: false, after: true }
  const quarters = within(...slices, quarterOf, LONGEST_QUARTER)
  return {
    quarters: quarters === null ? null : daysOf(quarters), slices: daysOf(slices),
    before: slices[0] > first, after: slices[1] < until
  }
}

// The next one begins so many days after the first day of one, or before that.
const LONGEST_SLICE = 17
const LONGEST_QUARTER = 76

type Range = [from: DayNumber, until: DayNumber]

function within (
  from: DayNumber, until: DayNumber, spanOf: (day: DayNumber) => DayNumber, longest: number
): Range | null {
  const begun = spanOf(from)
  const first = begun === from ? from : spanOf(begun + longest)
  const last = spanOf(until)
  return first < last ? [first, last] : null
}

function daysOf ([from, until]: Range): Days {
  return { from: nameOfDay(from), until: nameOfDay(until) }
}
