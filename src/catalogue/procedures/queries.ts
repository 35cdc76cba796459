import { sql, type RawBuilder } from 'kysely'
import type { Db } from '../../database/connect.ts'
import { notFound } from '../../contract/errors.ts'
import type { Page, PageRequest } from '../../contract/paging.ts'
import { pageOf, pageQuery, type OrderColumn } from '../../database/sql/keyset.ts'
import { columns } from '../../database/sql/bulk-json.ts'
import { searchName } from '../../text/search-name.ts'
import type { Procedure, ProcedureHistory, ProcedureQuery, ProcedureVersion } from './schema.ts'
import { CONTENT_COLUMNS } from './versions/content.ts'

const ORDER: OrderColumn[] = [{ name: 'code', kind: 'text' }]

export const PROCEDURE_COLUMNS = [
  'code', 'name', 'field', 'level', 'online_service_level', 'interlinked', 'payment_integrated', 'on_national_portal',
  'internal_process_approved', 'internal_process_electronic', 'statutory_working_days', 'valid_from', 'valid_to'
] as const

export async function procedures (db: Db, filters: ProcedureQuery, page: PageRequest): Promise<Page<Procedure>> {
  const { field, level, as_of: day, q } = filters
  const conditions = [
    sql`true`,
    field === undefined ? [] : sql`rows.field = any(${field})`,
    level === undefined ? [] : sql`rows.level = any(${level})`,
    q === undefined ? [] : sql`strpos(rows.search_name, ${searchName(q)}) > 0`
  ].flat()
  const from = day === undefined ? sql`procedures as rows` : asOf(day)
  const query = sql<Procedure>`
    select ${sql.join(PROCEDURE_COLUMNS.map(name => sql.ref(name)))} from ${from} where ${sql.join(conditions, sql` and `)}`
  const { rows } = await pageQuery(query, ORDER, page).execute(db)
  return pageOf(rows, ORDER, page.limit)
}

/** Procedures in force on a day with what they were then, from their first to their last day. */
function asOf (day: string): RawBuilder<unknown> {
  const content = columns(CONTENT_COLUMNS, 'version')
  return sql`(
    select code, ${content}, version.search_name, life.valid_from, life.valid_to
    from procedure_versions as version join procedures as life on life.code = version.procedure
    where version.valid_from <= ${day} and coalesce(version.valid_to, 'infinity') >= ${day}) as rows`
}

/** Procedures as they are last. */
export async function proceduresOf (db: Db, codes: readonly string[]): Promise<Procedure[]> {
  const { rows } = await sql<Procedure>`
    select ${columns(PROCEDURE_COLUMNS)} from procedures where code = any(${codes}) order by code`.execute(db)
  return rows
}

/** Procedures as they are on a day. Those that are not in force on it are as they are last. */
export async function proceduresOn (db: Db, day: string, codes: readonly string[]): Promise<Procedure[]> {
  const { rows } = await sql<Procedure>`
    select distinct on (code) code, ${columns(CONTENT_COLUMNS, 'version')}, life.valid_from, life.valid_to
    from procedure_versions as version join procedures as life on life.code = version.procedure
    where code = any(${codes})
    order by code, (version.valid_from <= ${day} and coalesce(version.valid_to, 'infinity') >= ${day}) desc,
      version.valid_from desc`.execute(db)
  return rows
}

/** @throws DomainError `not_found` */
export async function procedureByCode (db: Db, code: string): Promise<Procedure> {
  const procedure = await db.selectFrom('procedures').select(PROCEDURE_COLUMNS).where('code', '=', code).executeTakeFirst()
  if (procedure === undefined) throw notFound('procedure', code)
  return procedure as Procedure
}

/**
 * What a procedure was, by its versions.
 * @throws DomainError `not_found`
 */
export async function procedureHistory (db: Db, code: string): Promise<ProcedureHistory> {
  const { rows: versions } = await sql<ProcedureVersion>`
    select valid_from, valid_to, ${columns(CONTENT_COLUMNS)}, kind, decision, document_number, end_kind, end_decision, successor
    from procedure_versions left join procedure_decisions on id = decision
    where procedure = ${code} order by valid_from`.execute(db)
  if (versions.length === 0) throw notFound('procedure', code)
  return { code, versions }
}
