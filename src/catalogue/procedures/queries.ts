import { sql, type RawBuilder } from 'kysely'
import type { Db } from '../../database/connect.ts'
import { notFound } from '../../contract/errors.ts'
import type { Page, PageRequest } from '../../contract/paging.ts'
import { pageOf, pageQuery, type OrderColumn } from '../../database/sql/keyset.ts'
import { columns } from '../../database/sql/bulk-json.ts'
import { searchName } from '../../text/search-name.ts'
import type { Procedure, ProcedureDayQuery, ProcedureHistory, ProcedureQuery, ProcedureVersion } from './schema.ts'
import { CONTENT_COLUMNS } from './versions/content.ts'

const ORDER: OrderColumn[] = [{ name: 'code', kind: 'text' }]

export const PROCEDURE_COLUMNS = [
  'code', 'name', 'field', 'level', 'online_service_level', 'interlinked', 'payment_integrated', 'on_national_portal',
  'internal_process_approved', 'internal_process_electronic', 'statutory_working_days', 'valid_from', 'valid_to'
] as const

/** @param today the day as of which all are listed, where none is asked for */
export async function procedures (
  db: Db, filters: ProcedureQuery, page: PageRequest, today: string
): Promise<Page<Procedure>> {
  const { field, level, as_of: day, q } = filters
  const conditions = [
    sql`true`,
    field === undefined ? [] : sql`rows.field = any(${field})`,
    level === undefined ? [] : sql`rows.level = any(${level})`,
    q === undefined ? [] : sql`strpos(rows.search_name, ${searchName(q)}) > 0`
  ].flat()
  const from = day === undefined ? allOn(today) : inForceOn(day)
  const query = sql<Procedure>`
    select ${sql.join(PROCEDURE_COLUMNS.map(name => sql.ref(name)))} from (${from}) as rows where ${sql.join(conditions, sql` and `)}`
  const { rows } = await pageQuery(query, ORDER, page).execute(db)
  return pageOf(rows, ORDER, page.limit)
}

/** Versions of procedures, with their first and their last day. */
const VERSIONS = sql`code, ${columns(CONTENT_COLUMNS, 'version')}, version.search_name, life.valid_from, life.valid_to
  from procedure_versions as version join procedures as life on life.code = version.procedure`

function isInForce (day: string): RawBuilder<boolean> {
  return sql<boolean>`(version.valid_from <= ${day} and coalesce(version.valid_to, 'infinity') >= ${day})`
}

/** Procedures in force on a day with what they were then. */
function inForceOn (day: string): RawBuilder<unknown> {
  return sql`select ${VERSIONS} where ${isInForce(day)}`
}

/** Procedures as they are on a day. Those that are not in force on it are as they are last. */
function allOn (day: string, which = sql<boolean>`true`): RawBuilder<unknown> {
  return sql`
    select distinct on (code) ${VERSIONS} where ${which} order by code, ${isInForce(day)} desc, version.valid_from desc`
}

/** Procedures as they are last. */
export async function proceduresOf (db: Db, codes: readonly string[]): Promise<Procedure[]> {
  const { rows } = await sql<Procedure>`
    select ${columns(PROCEDURE_COLUMNS)} from procedures where code = any(${codes}) order by code`.execute(db)
  return rows
}

/** Procedures as they are on a day, by code. Those that are not in force on it are as they are last. */
export async function proceduresOn (db: Db, day: string, codes: readonly string[]): Promise<Procedure[]> {
  const { rows } = await sql<Procedure>`
    select ${columns(PROCEDURE_COLUMNS)} from (${allOn(day, sql`code = any(${codes})`)}) as rows`.execute(db)
  return rows
}

/** @throws DomainError `not_found`, also where it is not in force on the day that is asked for */
export async function procedureByCode (
  db: Db, code: string, { as_of: day }: ProcedureDayQuery, today: string
): Promise<Procedure> {
  const which = sql<boolean>`code = ${code}`
  const found = day === undefined ? allOn(today, which) : sql`${inForceOn(day)} and ${which}`
  const { rows: [procedure] } = await sql<Procedure>`
    select ${columns(PROCEDURE_COLUMNS)} from (${found}) as rows`.execute(db)
  if (procedure === undefined) throw notFound(day === undefined ? 'procedure' : `procedure in force on ${day}`, code)
  return procedure
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
