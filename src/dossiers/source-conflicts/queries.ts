import { sql } from 'kysely'
import { isWithin } from '../../catalogue/units/reach-sql.ts'
import type { Reach } from '../../contract/caller.ts'
import type { Db } from '../../database/connect.ts'
import { inSlowRead } from '../../database/time-limits.ts'
import type { Page, PageRequest } from '../../contract/paging.ts'
import { pageOf, pageQuery, type OrderColumn } from '../../database/sql/keyset.ts'
import { subtreeFor } from '../../catalogue/units/resolve.ts'
import type { SourceConflict, SourceConflictQuery } from './schema.ts'

const ORDER: OrderColumn[] = ['province_code', 'code', 'unit', 'source', 'other_source'].map(name => (
  { name, kind: 'text', required: true }))

/**
 * The codes that two sources send, by code.
 * @throws DomainError `unknown_unit`
 */
export async function sourceConflicts (
  db: Db, { unit: name, source }: SourceConflictQuery, page: PageRequest, reach: Reach
): Promise<Page<SourceConflict>> {
  const unit = await subtreeFor(db, name, reach)
  const conditions = [
    unit === null
      ? sql`true`
      : sql`province_code = ${unit.province_code} and ${isWithin('unit', unit)}`,
    source === undefined ? sql`true` : sql`${source} in (source, other_source)`
  ]
  const query = sql<SourceConflict & { province_code: string }>`
    select * from source_conflicts where ${sql.join(conditions, sql` and `)}`
  const { rows } = await inSlowRead(db, trx => pageQuery(query, ORDER, page).execute(trx))
  const { items, next_cursor } = pageOf(rows, ORDER, page.limit)
  return { items: items.map(({ province_code: _, ...conflict }) => conflict), next_cursor }
}
