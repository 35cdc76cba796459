import { sql } from 'kysely'
import type { Db } from '../../database/connect.ts'
import { notFound } from '../../contract/errors.ts'
import type { Page, PageRequest } from '../../contract/paging.ts'
import { pageOf, pageQuery, type OrderColumn } from '../../database/sql/keyset.ts'
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
