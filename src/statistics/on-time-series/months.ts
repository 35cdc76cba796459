import { sql } from 'kysely'
import type { Db } from '../../database/connect.ts'
import { dayOfInstant } from '../../time/business-day-sql.ts'
import { invalid } from '../../contract/errors.ts'
import type { OnTimeSeriesQuery } from './schema.ts'

export const MAX_MONTHS = 120

export interface Month {
  code: string
  starts_on: string
  ends_on: string
  /** What is open today is not yet the stock of a month to come. */
  has_begun: boolean
}

/**
 * The months of a calendar from the one named to the other, in order. A month is named after the one in which it ends.
 * @throws DomainError `invalid_request` for months in the wrong order, too many of them, and such as the catalogue has
 *   not
 */
export async function monthsAsked (
  db: Db, { from, to, calendar = 'reform' }: Pick<OnTimeSeriesQuery, 'from' | 'to' | 'calendar'>
): Promise<Month[]> {
  const count = numberOf(to) - numberOf(from) + 1
  if (count < 1) throw invalid('/query/to', 'out_of_range', `${to} is before ${from}`)
  if (count > MAX_MONTHS) throw invalid('/query/to', 'too_many', `${count} months are asked for, over ${MAX_MONTHS}`)
  const { rows } = await sql<Month & { name: string }>`
    select code, starts_on, ends_on, to_char(ends_on, 'YYYY-MM') as name,
      starts_on <= ${dayOfInstant(sql`now()`)} as has_begun
    from periods where calendar = ${calendar} and kind = 'month' and to_char(ends_on, 'YYYY-MM') between ${from} and ${to}
    order by ends_on`.execute(db)
  for (const [parameter, name] of Object.entries({ from, to })) {
    if (rows.some(month => month.name === name)) continue
    throw invalid(`/query/${parameter}`, 'unknown_period', `there is no month ${name} in the calendar ${calendar}`)
  }
  return rows.map(({ name, ...month }) => month)
}

function numberOf (month: string): number {
  const [year, ofYear] = month.split('-').map(Number)
  return 12 * year! + ofYear!
}
