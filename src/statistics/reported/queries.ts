import { sql } from 'kysely'
import type { Db } from '../../database/connect.ts'
import type { Reach } from '../../contract/caller.ts'
import type { Page, PageRequest } from '../../contract/paging.ts'
import { pageOf, pageQuery, type OrderColumn } from '../../database/sql/keyset.ts'
import { MEASURES } from '../../form-ii06a/measures.ts'
import type { DossierStatistics, ListQuery } from './schema.ts'
import { lastDayOf } from '../../catalogue/periods/queries.ts'
import { isCovered } from '../../catalogue/units/reach-sql.ts'
import { subtreeFor } from '../../catalogue/units/resolve.ts'

const KEY = ['period', 'unit', 'scope', 'source', 'field', 'procedure'] as const
const ORDER: OrderColumn[] = KEY.map(name => ({ name, kind: 'text' }))

/** Rows as stored, of every source. */
export async function dossierStatistics (
  db: Db, filters: ListQuery, page: PageRequest, reach: Reach
): Promise<Page<DossierStatistics>> {
  const { source, period } = filters
  const day = filters.unit === undefined ? undefined : await lastDayOf(db, period)
  const unit = await subtreeFor(db, filters.unit, reach, { source, day })
  let query = db.selectFrom('dossier_statistics as rows')
    .innerJoin('units', 'units.id', 'rows.unit')
    .select([
      'rows.unit', 'rows.period', 'rows.source', 'rows.scope', 'rows.field', 'rows.procedure',
      'rows.reported_at', ...MEASURES
    ])
  if (unit !== null) {
    query = query.where('rows.province_code', '=', unit.province_code).where(isCovered(unit))
  }
  if (filters.level !== undefined) query = query.where('units.level', 'in', filters.level)
  if (filters.field !== undefined) query = query.where('rows.field', 'in', filters.field)
  if (filters.period !== undefined) query = query.where('rows.period', 'in', filters.period)
  if (filters.source !== undefined) query = query.where('rows.source', '=', filters.source)
  if (filters.scope !== undefined) query = query.where('rows.scope', '=', filters.scope)
  const { rows } = await pageQuery(sql<DossierStatistics>`${query}`, ORDER, page).execute(db)
  return pageOf(rows, ORDER, page.limit)
}
