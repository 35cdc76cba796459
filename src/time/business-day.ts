/** A day as a number: days since 1970-01-01. */
export type DayNumber = number

const DAY = 86_400_000
// Asia/Ho_Chi_Minh is UTC+7 without summer time since 1975-06-13, and no dossier is older. Asking the time zone
// database for each of millions of instants takes a hundred times as long.
const OFFSET = 7 * 3_600_000

/** The first instant for which the offset holds. */
export const EARLIEST = Date.UTC(1975, 5, 13) - OFFSET
/** Later instants are mistakes, or mean "never", which is null here. */
export const LATEST = Date.UTC(2200, 0, 1) - OFFSET

/** The business day of an instant, whatever the time zone of the machine. */
export function dayOf (instant: number): DayNumber {
  return Math.floor((instant + OFFSET) / DAY)
}

/** The instant at which a business day begins. */
export function startOf (day: DayNumber): number {
  return day * DAY - OFFSET
}

/**
 * An instant as the service writes it in answers and files: with the offset of Vietnam, and always with milliseconds,
 * so that all instants of a column have one format.
 */
export function instantText (instant: number): string {
  const local = new Date(instant + OFFSET).toISOString()
  // The last hours of the year 9999 would need a year of five digits.
  return local.startsWith('+') ? new Date(instant).toISOString() : local.replace('Z', '+07:00')
}

/** The first day of the slice of a day: the 1st or the 15th of its month. Every period consists of whole slices. */
export function sliceOf (day: DayNumber): DayNumber {
  const date = new Date(day * DAY).getUTCDate()
  return day - date + (date < 15 ? 1 : 15)
}

/**
 * The first day of the quarter of a day. Quarters are cut where one of either calendar begins: every three months on
 * the 1st, and on the 15th of the month before. Every period but a month consists of whole quarters.
 */
export function quarterOf (day: DayNumber): DayNumber {
  const date = new Date(day * DAY)
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()]
  const first = month - month % 3
  const middle = Date.UTC(year, first + 2, 15) / DAY
  return day < middle ? Date.UTC(year, first, 1) / DAY : middle
}

/** Writes `YYYY-MM-DD`. */
export function nameOfDay (day: DayNumber): string {
  return new Date(day * DAY).toISOString().slice(0, 10)
}

/** The business day that it is, `YYYY-MM-DD`. */
export function today (): string {
  return nameOfDay(dayOf(Date.now()))
}

/** Reads `YYYY-MM-DD`. */
export function parseDay (date: string): DayNumber {
  return Date.parse(date) / DAY
}

/** Whether a text is a day of the calendar, as `YYYY-MM-DD`. PostgreSQL has no year 0. */
export function isDay (text: string): boolean {
  const instant = Date.parse(text)
  return !Number.isNaN(instant) && new Date(instant).toISOString().slice(0, 10) === text && !text.startsWith('0000')
}
