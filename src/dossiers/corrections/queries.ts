import { sql } from 'kysely'
import { notFound } from '../../contract/errors.ts'
import type { Page, PageRequest } from '../../contract/paging.ts'
import type { Db } from '../../database/connect.ts'
import { pageOf, pageQuery, type OrderColumn } from '../../database/sql/keyset.ts'
import type { ProcedureCorrection } from './schema.ts'

const NEWEST_FIRST: OrderColumn[] = [{ name: 'id', kind: 'number', descending: true }]
const SHOWN = sql`id, state, procedures, dossiers_total, dossiers_moved, client, created_at, started_at, ended_at`

export async function procedureCorrections (db: Db, page: PageRequest): Promise<Page<ProcedureCorrection>> {
  const query = sql<ProcedureCorrection>`select ${SHOWN} from procedure_corrections`
  const { rows } = await pageQuery(query, NEWEST_FIRST, page).execute(db)
  return pageOf(rows, NEWEST_FIRST, page.limit)
}

/** @throws DomainError `not_found` */
export async function procedureCorrectionById (db: Db, id: number): Promise<ProcedureCorrection> {
  const { rows: [job] } = await sql<ProcedureCorrection>`
    select ${SHOWN} from procedure_corrections where id = ${id}`.execute(db)
  if (job === undefined) throw notFound('correction', String(id))
  return job
}
