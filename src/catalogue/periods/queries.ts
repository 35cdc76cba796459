import { sql } from 'kysely'
import type { Db } from '../../database/connect.ts'
import { invalid, notFound } from '../../contract/errors.ts'
import type { Page, PageRequest } from '../../contract/paging.ts'
import { pageOf, pageQuery, type OrderColumn } from '../../database/sql/keyset.ts'
import { dayAfter } from '../../time/calendar.ts'
import { daysBefore, type Compare } from '../../time/before.ts'
import type { Period, PeriodQuery } from './schema.ts'

const ORDER: OrderColumn[] = [{ name: 'code', kind: 'text' }]

export async function periods (db: Db, filters: PeriodQuery, page: PageRequest): Promise<Page<Period>> {
  let query = db.selectFrom('periods').selectAll()
  if (filters.calendar !== undefined) query = query.where('calendar', '=', filters.calendar)
  if (filters.kind !== undefined) query = query.where('kind', 'in', filters.kind)
  if (filters.year !== undefined) query = query.where('year', 'in', filters.year)
  if (filters.date !== undefined) query = query.where('starts_on', '<=', filters.date).where('ends_on', '>=', filters.date)
  const { rows } = await pageQuery(sql<Period>`${query}`, ORDER, page).execute(db)
  return pageOf(rows, ORDER, page.limit)
}

/** The last day of periods, for names of units in a question about them; undefined: none of them is known. */
export async function lastDayOf (db: Db, codes: readonly string[] = []): Promise<string | undefined> {
  if (codes.length === 0) return undefined
  const { rows } = await sql<{ last: string | null }>`select max(ends_on) as last from periods where code = any(${codes})`.execute(db)
  return rows[0]!.last ?? undefined
}

/** @throws DomainError `not_found` */
export async function periodByCode (db: Db, code: string): Promise<Period> {
  const period = await db.selectFrom('periods').selectAll().where('code', '=', code).executeTakeFirst()
  if (period === undefined) throw notFound('period', code)
  return period as Period
}

/** Days that figures are about: of some periods, or any. */
export interface ComparableSpan {
  /** Codes of periods that follow one another. None: the days are no periods. */
  periods: readonly string[]
  from: string
  to: string
}

export interface SpanBefore {
  periods: Pick<Period, 'code' | 'starts_on' | 'ends_on'>[]
  from: string
  to: string
}

type Dated = Pick<Period, 'code' | 'calendar' | 'kind' | 'starts_on' | 'ends_on'>

/**
 * What each span is compared with. Of periods the ones before of the same calendar and kind, as many, or the same a
 * year ago; of other days as many days before, or the same days a year ago.
 * @returns null for a span whose calendar has no such periods
 * @throws DomainError `not_allowed` for periods of more than one kind or calendar together, which nothing is before
 */
export async function spansBefore (
  db: Db, spans: readonly ComparableSpan[], compare: Compare
): Promise<(SpanBefore | null)[]> {
  const codes = [...new Set(spans.flatMap(({ periods }) => periods))]
  const { rows } = await sql<Dated>`
    select code, calendar, kind, starts_on, ends_on from periods where code = any(${codes})`.execute(db)
  const asked = new Map(rows.map(row => [row.code, row]))
  const ofSpans = spans.map(({ periods }) => periods.map(code => asked.get(code)!))
  const kindsOf = (periods: Dated[]) => new Set(periods.map(({ calendar, kind }) => `${calendar} ${kind}`)).size
  if (compare === 'previous' && ofSpans.some(periods => kindsOf(periods) > 1)) {
    throw invalid('/query/compare', 'not_allowed', 'several periods have periods before them if they are of one calendar and kind')
  }
  const found = compare === 'previous' ? await rightBefore(db, ofSpans) : await aYearBefore(db, codes, ofSpans)
  return spans.map(({ periods: { length }, from, to }, i) => {
    if (length === 0) return { periods: [], ...daysBefore({ from, to }, compare) }
    const periods = found[i]!
    return periods.length < length ? null : { periods, from: periods[0]!.starts_on, to: periods.at(-1)!.ends_on }
  })
}

type Found = SpanBefore['periods'][]

async function rightBefore (db: Db, spans: readonly Dated[][]): Promise<Found> {
  const asked = spans.flatMap(([first, ...others], n) => (
    first === undefined ? [] : [{ n, ...first, length: 1 + others.length }]))
  const { rows } = await sql<Found[number][number] & { n: number }>`
    select n, before.code, before.starts_on, before.ends_on
    from json_to_recordset(${JSON.stringify(asked)}::json) as asked (n int, calendar text, kind text, starts_on date, length int)
      cross join lateral (
        select code, starts_on, ends_on from periods
        where calendar = asked.calendar and kind = asked.kind and ends_on < asked.starts_on
        order by ends_on desc limit asked.length
      ) as before
    order by n, before.starts_on`.execute(db)
  const found = Map.groupBy(rows, ({ n }) => n)
  return spans.map(([first], n) => {
    const before = (found.get(n) ?? []).map(({ n: _, ...period }) => period)
    const next = [...before.slice(1), first]
    return before.every(({ ends_on: end }, i) => dayAfter(end) === next[i]!.starts_on) ? before : []
  })
}

async function aYearBefore (db: Db, codes: readonly string[], spans: readonly Dated[][]): Promise<Found> {
  const { rows } = await sql<Found[number][number] & { of: string }>`
    select asked.code as of, before.code, before.starts_on, before.ends_on
    from periods as asked join periods as before using (calendar, kind)
    where asked.code = any(${codes}) and before.starts_on = (asked.starts_on - interval '1 year')::date and before.year = asked.year - 1`
    .execute(db)
  const before = new Map(rows.map(({ of, ...period }) => [of, period]))
  return spans.map(periods => periods.flatMap(({ code }) => before.get(code) ?? []))
}
