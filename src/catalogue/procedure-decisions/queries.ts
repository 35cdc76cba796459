import { sql } from 'kysely'
import { notFound } from '../../contract/errors.ts'
import type { Page, PageRequest } from '../../contract/paging.ts'
import type { Db } from '../../database/connect.ts'
import { pageOf, pageQuery, type OrderColumn } from '../../database/sql/keyset.ts'
import type { ProcedureDecision, ProcedureDecisionQuery, WholeProcedureDecision } from './schema.ts'

const ORDER: OrderColumn[] = [{ name: 'effective_on', kind: 'text' }, { name: 'id', kind: 'number' }]

const LISTS = ['new', 'amended', 'replaced', 'repealed'] as const
const SHOWN = sql`id, effective_on::text as effective_on, document_number, document_date, document_issuer,
  ${sql.join(LISTS.map(name => sql`jsonb_array_length(body -> ${sql.lit(name)}) as ${sql.ref(name)}`))},
  withdrawn_by is not null as withdrawn`

/** Decisions in the order of the days on which they take effect. */
export async function procedureDecisions (
  db: Db, { procedure, from, to }: ProcedureDecisionQuery, page: PageRequest
): Promise<Page<ProcedureDecision>> {
  const conditions = [
    sql`true`,
    procedure === undefined ? [] : sql`${procedure} = any(procedures)`,
    from === undefined ? [] : sql`effective_on >= ${from}`, to === undefined ? [] : sql`effective_on <= ${to}`
  ].flat()
  const query = sql<ProcedureDecision>`select ${SHOWN} from procedure_decisions where ${sql.join(conditions, sql` and `)}`
  const { rows } = await pageQuery(query, ORDER, page).execute(db)
  return pageOf(rows, ORDER, page.limit)
}

/** @throws DomainError `not_found` */
export async function procedureDecisionById (db: Db, id: number): Promise<WholeProcedureDecision> {
  const { rows: [found] } = await sql<WholeProcedureDecision>`
    select ${SHOWN}, jsonb_build_object(${sql.join(LISTS.flatMap(name => [sql.lit(name), sql`body -> ${sql.lit(name)}`]))}) as lists
    from procedure_decisions where id = ${id}`.execute(db)
  if (found === undefined) throw notFound('decision', String(id))
  return found
}
