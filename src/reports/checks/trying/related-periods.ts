import { sql } from 'kysely'
import type { Period } from '../../../catalogue/periods/schema.ts'
import type { Db } from '../../../database/connect.ts'
import { dayAfter } from '../../../time/calendar.ts'
import { MOST_EARLIER } from '../../rules/schema.ts'

/** Codes of the periods that a report is compared with, all of its calendar. */
export interface RelatedPeriods {
  /** Of the same kind, all that ended before this one began, the last one first. */
  earlier: string[]
  /** Those that ended on the day before, the longest first. */
  opening: string[]
  /** Those that make up this one, in their order. Empty: there are none, or a day is missing. */
  parts: string[]
}

/** What a period of each kind is made of. */
const PARTS: Partial<Record<Period['kind'], Period['kind']>> = {
  quarter: 'month', half_year: 'quarter', nine_months: 'quarter', year: 'quarter'
}

export async function relatedPeriods (db: Db, period: Period): Promise<RelatedPeriods> {
  const { rows } = await sql<Period>`
    select code, kind, starts_on, ends_on from periods
    where calendar = ${period.calendar} and code <> ${period.code} and (
      (kind = ${period.kind} and ends_on < ${period.starts_on}) or ends_on = ${period.starts_on}::date - 1
      or (kind = ${PARTS[period.kind] ?? ''} and starts_on >= ${period.starts_on} and ends_on <= ${period.ends_on}))
    order by starts_on, code`.execute(db)
  const before = rows.filter(({ ends_on: last }) => last < period.starts_on)
  return {
    earlier: codesOf(before.filter(({ kind }) => kind === period.kind).toReversed().slice(0, MOST_EARLIER)),
    opening: codesOf(before.filter(({ ends_on: last }) => dayAfter(last) === period.starts_on)),
    parts: inARow(rows.filter(one => !before.includes(one)), period)
  }
}

/** The parts where they make up the whole period, each day once. */
function inARow (parts: readonly Period[], { starts_on: first, ends_on: last }: Period): string[] {
  let next = first
  for (const { starts_on: from, ends_on: to } of parts) {
    if (from !== next) return []
    next = dayAfter(to)
  }
  return next === dayAfter(last) ? codesOf(parts) : []
}

function codesOf (periods: readonly Period[]): string[] {
  return periods.map(({ code }) => code)
}
