import { sql } from 'kysely'
import { invalid } from '../../../contract/errors.ts'
import type { Db } from '../../../database/connect.ts'
import { cutOf, type Cut } from '../../../time/cut.ts'

/** A span of days that points are asked for. */
export interface Span extends Cut {
  /** Code of the period; null: days were asked for. */
  period: string | null
  /** Codes of the periods whose inputs count. */
  periods: string[]
  from: string
  to: string
}

interface Asked {
  period?: string[] | undefined
  from?: string | undefined
  to?: string | undefined
}

interface Days {
  code: string
  starts_on: string
  ends_on: string
}

/**
 * The spans of a question in the order of their days.
 * @param now milliseconds since 1970
 * @throws DomainError `invalid_request` with `unknown_period`, `period_or_days`, `out_of_range`
 */
export async function spansAsked (db: Db, { period: codes, from, to }: Asked, now: number): Promise<Span[]> {
  if (codes === undefined) return [await spanOfDays(db, from, to, now)]
  if (from !== undefined || to !== undefined) throw invalid('/query/period', 'period_or_days', 'give either period, or from and to')
  const { rows } = await sql<Days>`
    select code, starts_on, ends_on from periods where code = any(${codes}) order by starts_on, ends_on, code`.execute(db)
  const unknown = codes.find(code => !rows.some(row => row.code === code))
  if (unknown !== undefined) throw invalid('/query/period', 'unknown_period', `there is no period ${unknown}`)
  return rows.map(row => spanOf(row, now))
}

async function spanOfDays (db: Db, from: string | undefined, to: string | undefined, now: number): Promise<Span> {
  if (from === undefined || to === undefined) throw invalid('/query/period', 'period_or_days', 'give either period, or from and to')
  if (from > to) throw invalid('/query/to', 'out_of_range', `to (${to}) is before from (${from})`)
  const { rows } = await sql<{ code: string }>`
    select code from periods where starts_on = ${from} and ends_on = ${to} order by code`.execute(db)
  return { period: null, periods: rows.map(({ code }) => code), from, to, ...cutOf(now, to) }
}

function spanOf ({ code, starts_on: from, ends_on: to }: Days, now: number): Span {
  return { period: code, periods: [code], from, to, ...cutOf(now, to) }
}

/** The span that each is compared with, by the code of its period; there may be none. */
export async function spansBefore (
  db: Db, spans: readonly Span[], compare: 'previous' | 'year_ago', now: number
): Promise<Map<string, Span>> {
  const codes = spans.map(({ period }) => period)
  const isBefore = compare === 'previous'
    ? sql`before.ends_on = asked.starts_on - 1`
    : sql`before.starts_on = (asked.starts_on - interval '1 year')::date and before.year = asked.year - 1`
  const { rows } = await sql<Days & { of: string }>`
    select asked.code as of, before.code, before.starts_on, before.ends_on
    from periods as asked join periods as before using (calendar, kind)
    where asked.code = any(${codes}) and ${isBefore}`.execute(db)
  return new Map(rows.map(({ of, ...days }) => [of, spanOf(days, now)]))
}
