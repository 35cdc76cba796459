import { units } from '../../src/seed/catalogue/units.ts'

/** What the catalogue has. */
export const COMMUNES = units().filter(({ level }) => level === 'commune').map(({ code }) => code)
export const FIELDS = ['land', 'justice', 'construction', 'civil-status', 'certification']

/** Who reports, and how that ranks: `low` and `high` report for the same units, `together` is several at once. */
export const PRECEDENCES: Record<string, number> = { high: 200, low: 150, together: 100 }

export interface Item {
  unit: string
  period: string
  source: string
  field: string
  received_online: number
  received_direct: number
  carried_over: number
  resolved_overdue: number
  pending: number
}

/** One row that keeps all identities. `count` is what came in; every seventh of it is resolved too late. */
export function itemOf (unit: string, field: string, period: string, source: string, count: number): Item {
  return {
    unit, field, period, source, received_online: 0, received_direct: count, carried_over: 0,
    resolved_overdue: Math.floor(count / 7), pending: 0
  }
}

/** All fields of these units. */
export function itemsOf (units: readonly string[], period: string, source: string, count: number): Item[] {
  return units.flatMap(unit => FIELDS.map((field, i) => itemOf(unit, field, period, source, count + i)))
}

/** The `count` that a row of `itemsOf` was made from. */
export function countOf ({ received_direct: received, field }: Item): number {
  return received - FIELDS.indexOf(field)
}

/** Months of the calendar, from 2020 on. */
export function month (index: number): string {
  return `cal-${2020 + Math.floor(index / 12)}-M${String(index % 12 + 1).padStart(2, '0')}`
}
