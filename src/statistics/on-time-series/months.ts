import { sql } from 'kysely'
import type { Db } from '../../database/connect.ts'
import { cutAt, type CutDays } from '../../time/cut.ts'
import { invalid } from '../../contract/errors.ts'
import type { OnTimeSeriesQuery } from './schema.ts'

export const MAX_MONTHS = 120

export interface Month {
  code: string
  starts_on: string
  ends_on: string
  /** Up to now. */
  cut: CutDays
}

/**
 * The months of a calendar from the one named to the other, in order, as far as they have begun. A month is named after
 * the one in which it ends.
 * @param now milliseconds since 1970
 * @throws DomainError `invalid_request` for months in the wrong order, too many of them, and such as the catalogue has
 *   not
 */
export async function monthsAsked (
  db: Db, { from, to, calendar = 'reform' }: Pick<OnTimeSeriesQuery, 'from' | 'to' | 'calendar'>, now: number
): Promise<Month[]> {
  const count = numberOf(to) - numberOf(from) + 1
  if (count < 1) throw invalid('/query/to', 'out_of_range', `${to} is before ${from}`)
  if (count > MAX_MONTHS) throw invalid('/query/to', 'too_many', `${count} months are asked for, over ${MAX_MONTHS}`)
  const { rows } = await sql<Omit<Month, 'cut'> & { name: string }>`
    select code, starts_on, ends_on, to_char(ends_on, 'YYYY-MM') as name
    from periods where calendar = ${calendar} and kind = 'month' and to_char(ends_on, 'YYYY-MM') between ${from} and ${to}
    order by ends_on`.execute(db)
  for (const [parameter, name] of Object.entries({ from, to })) {
    if (rows.some(month => month.name === name)) continue
    throw invalid(`/query/${parameter}`, 'unknown_period', `there is no month ${name} in the calendar ${calendar}`)
  }
  return rows.flatMap(({ name, ...month }) => {
    const cut = cutAt(now, { from: month.starts_on, to: month.ends_on })
    return cut === null ? [] : [{ ...month, cut }]
  })
}

function numberOf (month: string): number {
  const [year, ofYear] = month.split('-').map(Number)
  return 12 * year! + ofYear!
}
