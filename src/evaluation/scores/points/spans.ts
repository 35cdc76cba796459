import { sql } from 'kysely'
import { spansBefore } from '../../../catalogue/periods/queries.ts'
import { invalid } from '../../../contract/errors.ts'
import type { Db } from '../../../database/connect.ts'
import type { Compare } from '../../../time/before.ts'
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

export function isSameSpan (a: Span, b: Span): boolean {
  return a.period === b.period && a.from === b.from && a.to === b.to
}

/** The span that each is compared with; null: there is none. */
export async function comparedSpans (
  db: Db, spans: readonly Span[], compare: Compare, now: number
): Promise<(Span | null)[]> {
  const asked = spans.map(({ period, from, to }) => ({ periods: period === null ? [] : [period], from, to }))
  const before = await spansBefore(db, asked, compare)
  return Promise.all(before.map(async span => {
    if (span === null) return null
    const { periods: [period], from, to } = span
    return period === undefined ? spanOfDays(db, from, to, now) : spanOf(period, now)
  }))
}
