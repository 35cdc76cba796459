// Working days and office hours, compiled for arithmetic: whatever the years hold, a position in working time is found
// at once, and an instant from it. A working day has 8 hours (Quyết định 188/1999/QĐ-TTg: 40 hours in five days),
// however they are laid out, so n working days are n times 8 hours. The smallest unit is a minute: seconds are cut off.
import { dayOf, parseDay, startOf, type DayNumber } from '../time/business-day.ts'

/** A day that is not what its weekday says, or that has a name. */
export interface SpecialDay {
  date: string
  kind: 'holiday' | 'day_in_lieu' | 'swapped_day_off' | 'compensatory_working_day'
  name: string
  source: string
}

export interface OfficeHours {
  /** First day on which they hold. */
  valid_from: string
  /** All as `HH:MM`. */
  morning_from: string
  morning_to: string
  afternoon_from: string
  afternoon_to: string
  source: string
}

/** How long an office may take to receive what was filed. */
export interface ReceptionLimit {
  /** First day of filing for which it holds. */
  valid_from: string
  working_hours: number
  /** Of procedures that are handled jointly with other offices; null: the same. */
  interlinked_working_hours: number | null
  source: string
}

/** What a calendar says. Lists are in the order of their days; years follow one another, and there is one. */
export interface CalendarContent {
  /** Weekdays, of which Monday is 1. */
  weekend: readonly number[]
  office_hours: readonly OfficeHours[]
  years: readonly { year: number, days: readonly SpecialDay[] }[]
}

export const MINUTES_A_DAY = 8 * 60
const MINUTE = 60_000

/** A calendar says nothing about this year, so there is no answer. */
export class CalendarYearMissing extends Error {
  readonly year: number

  constructor (year: number) {
    super(`the calendar has no year ${year}`)
    this.year = year
  }
}

/**
 * What `work` comes to.
 * @param instead of it where the calendar has not a year that it needs
 */
export function unlessYearMissing<T, U> (work: () => T, instead: (year: number) => U): T | U {
  try {
    return work()
  } catch (error) {
    if (error instanceof CalendarYearMissing) return instead(error.year)
    throw error
  }
}

/** Minutes since midnight. */
interface Hours {
  from: DayNumber
  opens: number
  lunch: number
  afternoon: number
  closes: number
}

/**
 * A position is the number of working minutes from the first day of the calendar on. Where the office is closed time
 * stands still: closing time and the next opening have one position.
 */
export class CompiledCalendar {
  readonly first: DayNumber
  readonly last: DayNumber
  readonly special: ReadonlyMap<DayNumber, SpecialDay>
  /** Working days before each day, and after the last. */
  readonly #before: Int32Array
  readonly #working: readonly DayNumber[]
  /** The newest first. */
  readonly #hours: readonly Hours[]

  constructor ({ weekend, office_hours: hours, years }: CalendarContent) {
    this.first = parseDay(`${years[0]!.year}-01-01`)
    this.last = parseDay(`${years.at(-1)!.year}-12-31`)
    this.special = new Map(years.flatMap(({ days }) => days.map(day => [parseDay(day.date), day])))
    this.#hours = hours.map(compiledHours).toReversed()
    const isOff = [1, 2, 3, 4, 5, 6, 7].map(weekday => weekend.includes(weekday))
    const working: DayNumber[] = []
    this.#before = new Int32Array(this.last - this.first + 2)
    for (let day = this.first; day <= this.last; day++) {
      const special = this.special.get(day)
      // The day 0 was a Thursday.
      if (special === undefined ? !isOff[(day + 3) % 7] : special.kind === 'compensatory_working_day') working.push(day)
      this.#before[day - this.first + 1] = working.length
    }
    this.#working = working
  }

  /** @throws CalendarYearMissing */
  isWorking (day: DayNumber): boolean {
    return this.workingDaysTo(day) > this.workingDaysTo(day - 1)
  }

  /**
   * Working days up to a day, included: of two days the difference is how many there are after the one up to the other.
   * @throws CalendarYearMissing
   */
  workingDaysTo (day: DayNumber): number {
    if (day < this.first - 1 || day > this.last) throw missing(day)
    return this.#before[day - this.first + 1]!
  }

  /** @throws CalendarYearMissing */
  positionOf (instant: number): number {
    const day = dayOf(instant)
    if (day < this.first || day > this.last) throw missing(day)
    const before = this.#before[day - this.first]! * MINUTES_A_DAY
    if (!this.isWorking(day)) return before
    const { opens, lunch, afternoon, closes } = this.#hoursOn(day)
    const minute = minuteOf(instant, day)
    return before + within(minute, opens, lunch) + within(minute, afternoon, closes)
  }

  /**
   * When the office is open from one day to another, both included, as spans of milliseconds since 1970 without the
   * last; `before`: milliseconds of working time from the first day up to each.
   * @throws CalendarYearMissing
   */
  openings (from: DayNumber, to: DayNumber): { opens: number, closes: number, before: number }[] {
    const openings: { opens: number, closes: number, before: number }[] = []
    let before = 0
    for (let day = from; day <= to; day++) {
      if (!this.isWorking(day)) continue
      const { opens, lunch, afternoon, closes } = this.#hoursOn(day)
      for (const [start, end] of [[opens, lunch], [afternoon, closes]] as const) {
        openings.push({ opens: startOf(day) + start * MINUTE, closes: startOf(day) + end * MINUTE, before })
        before += (end - start) * MINUTE
      }
    }
    return openings
  }

  /** The first instant at which the office works on from a position: an opening, not the closing before. */
  startAt (position: number): number {
    const index = Math.floor(position / MINUTES_A_DAY)
    return this.#instantIn(index, position - index * MINUTES_A_DAY, 0)
  }

  /** The instant at which a position is reached: a closing, not the next opening. */
  reachedAt (position: number): number {
    const index = Math.ceil(position / MINUTES_A_DAY) - 1
    return this.#instantIn(index, position - index * MINUTES_A_DAY, 1)
  }

  /** @param lunchFrom how many minutes into the afternoon belong to it; those before end at lunch */
  #instantIn (index: number, minutes: number, lunchFrom: 0 | 1): number {
    const day = this.#working[index]
    if (day === undefined) throw new CalendarYearMissing(yearOf(this.last) + 1)
    const { opens, lunch, afternoon } = this.#hoursOn(day)
    const beyond = minutes - (lunch - opens)
    return startOf(day) + (beyond >= lunchFrom ? afternoon + beyond : opens + minutes) * MINUTE
  }

  /** When the office opens and closes on a working day. */
  officeHours (day: DayNumber): { opens: number, closes: number } {
    const { opens, closes } = this.#hoursOn(day)
    return { opens: startOf(day) + opens * MINUTE, closes: startOf(day) + closes * MINUTE }
  }

  #hoursOn (day: DayNumber): Hours {
    return this.#hours.find(({ from }) => from <= day)!
  }
}

/** Minutes since midnight. */
export function minuteOf (instant: number, day: DayNumber): number {
  return Math.floor((instant - startOf(day)) / MINUTE)
}

/** @param time `HH:MM` */
export function minutesIn (time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3))
}

function compiledHours (hours: OfficeHours): Hours {
  return {
    from: parseDay(hours.valid_from), opens: minutesIn(hours.morning_from), lunch: minutesIn(hours.morning_to),
    afternoon: minutesIn(hours.afternoon_from), closes: minutesIn(hours.afternoon_to)
  }
}

function within (minute: number, from: number, to: number): number {
  return Math.min(Math.max(minute, from), to) - from
}

function missing (day: DayNumber): CalendarYearMissing {
  return new CalendarYearMissing(yearOf(day))
}

export function yearOf (day: DayNumber): number {
  return new Date(startOf(day + 1)).getUTCFullYear()
}
