import { nameOfDay, parseDay } from './business-day.ts'

/** What figures are compared with: what came right before, or the same a year ago. */
export type Compare = 'previous' | 'year_ago'

interface Days {
  from: string
  to: string
}

/** The days that a span which is no period is compared with: as many right before it, or the same a year ago. */
export function daysBefore ({ from, to }: Days, compare: Compare): Days {
  if (compare === 'year_ago') return { from: yearBefore(from), to: yearBefore(to) }
  const [first, last] = [parseDay(from), parseDay(to)]
  return { from: nameOfDay(2 * first - last - 1), to: nameOfDay(first - 1) }
}

/** The same day of the year before. The last day of February stays the last one. */
function yearBefore (day: string): string {
  const year = Number(day.slice(0, 4)) - 1
  const rest = day.slice(4)
  if (rest !== '-02-29' && !(rest === '-02-28' && !isLeap(year + 1) && isLeap(year))) return `${String(year).padStart(4, '0')}${rest}`
  return `${year}-02-${isLeap(year) ? 29 : 28}`
}

function isLeap (year: number): boolean {
  return new Date(Date.UTC(year, 1, 29)).getUTCMonth() === 1
}
