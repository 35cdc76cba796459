import { sql } from 'kysely'
import type { Caller } from '../../contract/caller.ts'
import type { Db } from '../../database/connect.ts'
import { columns } from '../../database/sql/bulk-json.ts'
import { notFound } from '../../contract/errors.ts'
import type { Page, PageRequest } from '../../contract/paging.ts'
import { pageOf, pageQuery, type OrderColumn } from '../../database/sql/keyset.ts'
import { COUNTS } from './counts.ts'
import type { Import, ImportError, ImportWithWarnings } from './schema.ts'

const NEWEST_FIRST: OrderColumn[] = [{ name: 'id', kind: 'number', descending: true }]
const BY_LINE: OrderColumn[] = [
  { name: 'line', kind: 'number', required: true }, { name: 'n', kind: 'number', required: true }
]

/** The imports of the caller; for an administrator of all units, those of all clients. */
export async function imports (db: Db, page: PageRequest, caller: Caller): Promise<Page<Import>> {
  const query = sql<Import>`select ${SHOWN} from imports where ${visibleTo(caller)}`
  const { rows } = await pageQuery(query, NEWEST_FIRST, page).execute(db)
  return pageOf(rows, NEWEST_FIRST, page.limit)
}

/** @throws DomainError `not_found`, for an import of others as well */
export async function importById (db: Db, id: number, caller: Caller): Promise<ImportWithWarnings> {
  const { rows: [row] } = await sql<ImportWithWarnings>`
    select ${SHOWN}, warnings from imports where id = ${id} and ${visibleTo(caller)}`.execute(db)
  if (row === undefined) throw notFound('import', String(id))
  // While it runs, those of a chunk stand behind those of the chunks before it.
  return { ...row, warnings: row.warnings.toSorted((a, b) => a.line - b.line) }
}

/** @throws DomainError `not_found` */
export async function importErrors (db: Db, id: number, page: PageRequest, caller: Caller): Promise<Page<ImportError>> {
  await importById(db, id, caller)
  const query = sql<ImportError & { n: number }>`
    select line, n, pointer, code, detail, successors, predecessors from import_errors
    where province_code = (select province_code from imports where id = ${id}) and import = ${id}
    union all
    select line, n, issue ->> 'pointer', issue ->> 'code', issue ->> 'detail', ${unitsIn('successors')}, ${unitsIn('predecessors')}
    from waiting_dossiers cross join jsonb_array_elements(issues) with ordinality as listed (issue, n)
    where import = ${id}`
  const { rows } = await pageQuery(query, BY_LINE, page).execute(db)
  const { items, next_cursor } = pageOf(rows, BY_LINE, page.limit)
  return { items: items.map(({ n: _, ...error }) => withoutNull(error)), next_cursor }
}

/** Units that an error names; null: it names none. */
function unitsIn (property: 'successors' | 'predecessors') {
  return sql`case when issue ? ${sql.lit(property)} then array(select jsonb_array_elements_text(issue -> ${sql.lit(property)})) end`
}

function withoutNull (error: ImportError): ImportError {
  return Object.fromEntries(Object.entries(error).filter(([, value]) => value !== null)) as ImportError
}

const SHOWN = sql`id, client, source, dry_run,
  case when state = 'running' and leased_until <= clock_timestamp() then 'interrupted' else state end as state,
  ${columns([...COUNTS, 'taken_in'])}, warning_count, started_at, changed_at, ended_at`

function visibleTo ({ client, scopes, unit }: Caller) {
  return scopes.includes('admin') && unit === null ? sql`true` : sql`client = ${client}`
}
