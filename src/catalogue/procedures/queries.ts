import { sql } from 'kysely'
import type { Db } from '../../database/connect.ts'
import { notFound } from '../../contract/errors.ts'
import type { Page, PageRequest } from '../../contract/paging.ts'
import { pageOf, pageQuery, type OrderColumn } from '../../database/sql/keyset.ts'
import { searchName } from '../../text/search-name.ts'
import type { Procedure, ProcedureQuery } from './schema.ts'

const ORDER: OrderColumn[] = [{ name: 'code', kind: 'text' }]

export const PROCEDURE_COLUMNS = [
  'code', 'name', 'field', 'level', 'online_service_level', 'interlinked', 'payment_integrated', 'on_national_portal',
  'internal_process_approved', 'internal_process_electronic', 'statutory_working_days', 'valid_from', 'valid_to'
] as const

export async function procedures (db: Db, filters: ProcedureQuery, page: PageRequest): Promise<Page<Procedure>> {
  let query = db.selectFrom('procedures').select(PROCEDURE_COLUMNS)
  if (filters.field !== undefined) query = query.where('field', 'in', filters.field)
  if (filters.level !== undefined) query = query.where('level', 'in', filters.level)
  if (filters.as_of !== undefined) {
    query = query.where('valid_from', '<=', filters.as_of).where(sql<boolean>`coalesce(valid_to, 'infinity') >= ${filters.as_of}`)
  }
  if (filters.q !== undefined) query = query.where(sql<boolean>`strpos(search_name, ${searchName(filters.q)}) > 0`)
  const { rows } = await pageQuery(sql<Procedure>`${query}`, ORDER, page).execute(db)
  return pageOf(rows, ORDER, page.limit)
}

/** @throws DomainError `not_found` */
export async function procedureByCode (db: Db, code: string): Promise<Procedure> {
  const procedure = await db.selectFrom('procedures').select(PROCEDURE_COLUMNS).where('code', '=', code).executeTakeFirst()
  if (procedure === undefined) throw notFound('procedure', code)
  return procedure as Procedure
}
