import { sql, type RawBuilder } from 'kysely'
import type { Db } from '../../database/connect.ts'
import type { Reach } from '../../contract/caller.ts'
import type { Page, PageRequest } from '../../contract/paging.ts'
import { settledAudit } from '../../database/sql/as-known-at.ts'
import { columns } from '../../database/sql/bulk-json.ts'
import { pageOf, pageQuery, type OrderColumn } from '../../database/sql/keyset.ts'
import { inSlowRead } from '../../database/time-limits.ts'
import { detailsOfRow, type DetailsRead } from '../../form-ii06a/detail-measures.ts'
import { rowsKnownAt } from './history/known-at-sql.ts'
import type { ListQuery } from './schema.ts'
import { lastDayOf } from '../../catalogue/periods/queries.ts'
import { isCovered } from '../../catalogue/units/reach-sql.ts'
import { subtreeFor } from '../../catalogue/units/resolve.ts'
import { tablesOf } from '../kinds/index.ts'
import type { StatisticsKind } from '../kinds/kind.ts'

interface StoredStatistics {
  /** Where its kind has any. */
  details?: DetailsRead | null
}

/**
 * Rows as stored, of every source, or as they were known at an instant.
 * @throws DomainError `unknown_unit`, `out_of_range` for the instant
 */
export async function reportedStatistics (
  db: Db, kind: StatisticsKind, filters: ListQuery, page: PageRequest, reach: Reach
): Promise<Page<object>> {
  const { level, field, period, source, scope, as_known_at: asKnownAt } = filters
  if (asKnownAt !== undefined) await settledAudit(db, asKnownAt)
  const day = filters.unit === undefined ? undefined : await lastDayOf(db, period)
  const unit = await subtreeFor(db, filters.unit, reach, { source, day })
  const conditions: RawBuilder<unknown>[] = [sql`true`]
  if (unit !== null) conditions.push(sql`rows.province_code = ${unit.province_code}`, isCovered(unit))
  if (level !== undefined) conditions.push(sql`units.level = any(${level})`)
  if (field !== undefined) conditions.push(sql`rows.field = any(${field})`)
  if (period !== undefined) conditions.push(sql`rows.period = any(${period})`)
  if (source !== undefined) conditions.push(sql`rows.source = ${source}`)
  if (scope !== undefined) conditions.push(sql`rows.scope = ${scope}`)
  const shown = [
    'unit', 'period', 'source', 'scope', ...kind.dimensions, 'reported_at', ...kind.measures, ...kind.hasDetails ? ['details'] : []
  ]
  const order = ['period', 'unit', 'scope', 'source', ...kind.dimensions].map((name): OrderColumn => ({ name, kind: 'text' }))
  const table = asKnownAt === undefined
    ? tablesOf(kind).rows
    : rowsKnownAt(kind, asKnownAt, filters, unit?.province_code ?? null)
  const query = pageQuery(sql<StoredStatistics>`
    select ${columns(shown, 'rows')} from ${table} as rows join units on units.id = rows.unit
    where ${sql.join(conditions, sql` and `)}`, order, page)
  // All that was written since is read.
  const { rows } = await (asKnownAt === undefined ? query.execute(db) : inSlowRead(db, trx => query.execute(trx)))
  const { items, next_cursor } = pageOf(rows, order, page.limit)
  if (!kind.hasDetails) return { items, next_cursor }
  return { items: items.map(({ details, ...row }) => ({ ...row, ...detailsOfRow(details!) })), next_cursor }
}
