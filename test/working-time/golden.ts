import { readFileSync } from 'node:fs'
import { parse } from 'csv-parse/sync'
import { vietnam } from '../../src/seed/calendars/vn.ts'
import { instantText } from '../../src/time/business-day.ts'
import { CompiledCalendar, minutesIn } from '../../src/working-time/calendar.ts'
import type { Pause, Term } from '../../src/working-time/due-date.ts'

/** Due dates that were worked out by hand, in local time. A term is `5d` or `4h`; pauses are separated by ` + `. */
export interface Golden {
  received_at: string
  term: string
  extension: string
  pauses: string
  cut_off: string
  count_from: '' | 'next_day'
  /** Empty: it is paused. */
  due_at: string
  why: string
}

export const GOLDEN = parse<Golden>(readFileSync(new URL('due-dates.csv', import.meta.url)), { columns: true })

export const VIETNAM = new CompiledCalendar(vietnam())

/** @param local `2025-03-03 10:00` */
export function at (local: string): string {
  return `${local.replace(' ', 'T')}:00+07:00`
}

export function milliseconds (local: string): number {
  return Date.parse(at(local))
}

/** As in the table; null is empty. */
export function local (instant: number | null): string {
  return instant === null ? '' : instantText(instant).slice(0, 16).replace('T', ' ')
}

export function pausesOf ({ pauses }: Golden): { kind: Pause['kind'], from: string, to: string | null }[] {
  return pauses === '' ? [] : pauses.split(' + ').map(text => {
    const [, kind = 'supplement', from, to] = /^(?:(\w+):)?(\d{4}[^/]+)\/(.*)$/.exec(text)!
    return { kind: kind as Pause['kind'], from: from!, to: to === '' ? null : to! }
  })
}

/** A term of the table in days or hours; none is 0 hours. */
export function amountOf (term: string): { days?: number, hours?: number } {
  const amount = Number.parseInt(term)
  return term === '' ? {} : term.endsWith('d') ? { days: amount } : { hours: amount }
}

function minutesOf (term: string): number {
  const { days = 0, hours = 0 } = amountOf(term)
  return days * 480 + hours * 60
}

export function termOf (golden: Golden): Term {
  return {
    received: milliseconds(golden.received_at),
    minutes: minutesOf(golden.term),
    extension: minutesOf(golden.extension),
    pauses: pausesOf(golden).map(({ kind, from, to }) => (
      { kind, from: milliseconds(from), to: to === null ? null : milliseconds(to) })),
    cutOff: golden.cut_off === '' ? null : minutesIn(golden.cut_off),
    countFrom: golden.count_from === '' ? 'reception' : golden.count_from
  }
}
