// When a dossier is due: from the moment of its reception on, or from the next working moment, as many working minutes
// as its term has, without those in which it was paused. So a term of n working days ends at the same time of day n
// working days later, as in the systems of the one-stop desks. Bộ luật Dân sự 2015, article 147, does not count the
// first day of a term in days: `next_day` counts like that, and ends when the office closes. Both agree on the day if
// the dossier came during office hours after opening.
import { dayOf } from '../time/business-day.ts'
import { minuteOf, MINUTES_A_DAY, type CompiledCalendar } from './calendar.ts'

/** In milliseconds since 1970. */
export interface Pause {
  kind: 'supplement' | 'financial_obligation' | 'other'
  from: number
  /** null: it has not ended. */
  to: number | null
}

export interface Term {
  received: number
  /** Working minutes; 0: on the day of reception, until the office closes. */
  minutes: number
  /** Working minutes by which it was extended. */
  extension: number
  /** In the order of time, not overlapping. */
  pauses: readonly Pause[]
  /** Minute of the day after which what is received counts from the next working day on; null: there is none. */
  cutOff: number | null
  countFrom: 'reception' | 'next_day'
}

/** Why a stretch of time counts, or does not. */
export type SpanKind = 'outside_hours' | 'cut_off' | 'first_day' | 'term' | 'extension' | 'pause' | 'pause_after_due'

/** A stretch of the way from reception to the due date. */
export interface Span {
  kind: SpanKind
  from: number
  /** null: it has not ended. */
  to: number | null
  pause?: Pause['kind']
}

export interface DueDate {
  /** null: it is paused, and how long is open. */
  due: number | null
  /** The way there, in the order of time. */
  spans: Span[]
}

/** @throws CalendarYearMissing */
export function dueDateOf (calendar: CompiledCalendar, term: Term): DueDate {
  const way = new Way(calendar, term)
  const isReached = term.minutes === 0 ? way.untilClosing() : way.advance(term.minutes, 'term')
  if (!isReached || (term.extension > 0 && !way.advance(term.extension, 'extension'))) {
    return { due: null, spans: way.spans }
  }
  way.passOver()
  return { due: calendar.reachedAt(way.position), spans: way.spans }
}

class Way {
  readonly spans: Span[] = []
  readonly #calendar: CompiledCalendar
  readonly #pauses: readonly Pause[]
  /** The pause that comes next. */
  #next = 0
  position: number

  constructor (calendar: CompiledCalendar, term: Term) {
    this.#calendar = calendar
    this.#pauses = term.pauses
    const { position, kind } = startOfTerm(calendar, term)
    this.position = position
    const start = calendar.startAt(position)
    // What begins within the minute of its reception begins at once.
    if (start - term.received > 0) this.spans.push({ kind, from: term.received, to: start })
  }

  /** Lets working minutes pass. @returns whether all have; otherwise a pause has not ended */
  advance (minutes: number, kind: SpanKind): boolean {
    let left = minutes - this.#workToPause(minutes, kind)
    while (left > 0) {
      if (!this.#pause()) return false
      left -= this.#workToPause(left, kind)
    }
    return true
  }

  /** Lets the rest of the day pass on which it is not paused any more. @returns as `advance` does */
  untilClosing (): boolean {
    const leftOfDay = () => MINUTES_A_DAY - this.position % MINUTES_A_DAY
    for (let left = leftOfDay(); this.#workToPause(left, 'term') < left; left = leftOfDay()) {
      if (!this.#pause()) return false
    }
    return true
  }

  /** The pauses that are left change nothing. */
  passOver (): void {
    this.spans.push(...this.#pauses.slice(this.#next).map(({ kind: pause, from, to }) => (
      { kind: 'pause_after_due' as const, from, to, pause })))
  }

  /** Works until the next pause, so many minutes at most. @returns the minutes */
  #workToPause (minutes: number, kind: SpanKind): number {
    const pause = this.#pauses[this.#next]
    const begins = pause === undefined ? Infinity : Math.max(this.#calendar.positionOf(pause.from) - this.position, 0)
    const worked = Math.min(minutes, begins)
    if (worked === 0) return 0
    const from = this.#calendar.startAt(this.position)
    this.position += worked
    this.spans.push({ kind, from, to: this.#calendar.reachedAt(this.position) })
    return worked
  }

  /** @returns whether it has ended */
  #pause (): boolean {
    const { kind: pause, from, to } = this.#pauses[this.#next++]!
    this.spans.push({ kind: 'pause', from, to, pause })
    if (to === null) return false
    this.position = Math.max(this.position, this.#calendar.positionOf(to))
    return true
  }
}

function startOfTerm (
  calendar: CompiledCalendar, { received, cutOff, countFrom }: Term
): { position: number, kind: SpanKind } {
  const day = dayOf(received)
  const position = calendar.positionOf(received)
  const nextDay = (position: number) => (Math.floor(position / MINUTES_A_DAY) + 1) * MINUTES_A_DAY
  const isLate = cutOff !== null && calendar.isWorking(day) && minuteOf(received, day) > cutOff
  const counted = isLate ? calendar.workingDaysTo(day) * MINUTES_A_DAY : position
  if (countFrom === 'next_day') return { position: nextDay(counted), kind: 'first_day' }
  return { position: counted, kind: isLate ? 'cut_off' : 'outside_hours' }
}
