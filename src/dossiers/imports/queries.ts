import { sql } from 'kysely'
import type { Caller } from '../../contract/caller.ts'
import type { Db, Trx } from '../../database/connect.ts'
import { columns } from '../../database/sql/bulk-json.ts'
import { notFound } from '../../contract/errors.ts'
import type { Page, PageRequest } from '../../contract/paging.ts'
import { pageOf, pageQuery, type OrderColumn } from '../../database/sql/keyset.ts'
import { COUNTS } from './counts.ts'
import type { OutcomeCounts, Import, ImportError } from './schema.ts'

/** An import without progress for so long is shown as interrupted: a stream that stalls is ended sooner. */
const SILENT = sql`interval '2 minutes'`
const RETENTION = sql`interval '30 days'`

type Owner = Pick<Caller, 'province_code'> & { client: string }

export interface NewImport {
  source: string
  dry_run: boolean
  idempotency_key: string | null
}

/** @returns its id */
export async function beginImport (
  trx: Trx, { client, province_code }: Owner, { source, dry_run, idempotency_key }: NewImport
): Promise<number> {
  const row = { province_code, client, source, dry_run, idempotency_key, state: 'running' }
  return (await trx.insertInto('imports').values(row).returning('id').executeTakeFirstOrThrow()).id
}

/** Whether a stream with this key is still running. */
export async function isRunning (trx: Trx, { client, province_code }: Owner, key: string): Promise<boolean> {
  const running = await trx.selectFrom('imports').select('id')
    .where('province_code', '=', province_code).where('client', '=', client).where('idempotency_key', '=', key)
    .where('state', '=', 'running').where('changed_at', '>', sql<string>`clock_timestamp() - ${SILENT}`)
    .executeTakeFirst()
  return running !== undefined
}

/** Adds outcomes and errors of rows, in the transaction that stores the rows. */
export async function addToImport (
  trx: Trx, { province_code }: Owner, id: number, counts: OutcomeCounts, errors: readonly ImportError[]
): Promise<void> {
  if (errors.length > 0) {
    const rows = JSON.stringify(errors.map((error, n) => ({ ...error, province_code, import: id, n })))
    await sql`
      insert into import_errors select * from json_populate_recordset(null::import_errors, ${rows}::json)
      on conflict do nothing`.execute(trx)
  }
  const added = COUNTS.map(name => sql`${sql.ref(name)} = ${sql.ref(name)} + ${counts[name]}`)
  await sql`update imports set changed_at = clock_timestamp(), ${sql.join(added)}
    where province_code = ${province_code} and id = ${id}`.execute(trx)
}

/** @param counts of all rows: the running counts may include chunks twice that were retried */
export async function endImport (
  trx: Trx, { province_code }: Owner, id: number, state: 'done' | 'interrupted', counts: OutcomeCounts
): Promise<void> {
  const given = COUNTS.map(name => sql`${sql.ref(name)} = ${counts[name]}`)
  await sql`update imports set state = ${state}, changed_at = clock_timestamp(), ended_at = clock_timestamp(), ${sql.join(given)}
    where province_code = ${province_code} and id = ${id}`.execute(trx)
}

const NEWEST_FIRST: OrderColumn[] = [{ name: 'id', kind: 'number', descending: true }]
const BY_LINE: OrderColumn[] = [
  { name: 'line', kind: 'number', required: true }, { name: 'n', kind: 'number', required: true }
]

/** The imports of the caller; for an administrator of all units, those of all clients. */
export async function imports (db: Db, page: PageRequest, caller: Caller): Promise<Page<Import>> {
  const { rows } = await pageQuery(sql<Import>`select * from (${shown()}) as shown where ${visibleTo(caller)}`, NEWEST_FIRST, page).execute(db)
  return pageOf(rows, NEWEST_FIRST, page.limit)
}

/** @throws DomainError `not_found`, for an import of others as well */
export async function importById (db: Db, id: number, caller: Caller): Promise<Import> {
  const { rows: [row] } = await sql<Import>`
    select * from (${shown()}) as shown where id = ${id} and ${visibleTo(caller)}`.execute(db)
  if (row === undefined) throw notFound('import', String(id))
  return row
}

/** @throws DomainError `not_found` */
export async function importErrors (db: Db, id: number, page: PageRequest, caller: Caller): Promise<Page<ImportError>> {
  await importById(db, id, caller)
  const query = sql<ImportError & { n: number }>`select line, n, pointer, code, detail from import_errors
    where province_code = (select province_code from imports where id = ${id}) and import = ${id}`
  const { rows } = await pageQuery(query, BY_LINE, page).execute(db)
  const { items, next_cursor } = pageOf(rows, BY_LINE, page.limit)
  return { items: items.map(({ n: _, ...error }) => error), next_cursor }
}

const PRUNED_AT_ONCE = 10_000

/** Deletes old imports, their errors in small batches, so that no statement takes long. */
export async function pruneImports (db: Db): Promise<void> {
  const old = sql`(select province_code, id from imports where changed_at <= now() - ${RETENTION})`
  for (;;) {
    const { numAffectedRows } = await sql`
      delete from import_errors where ctid = any(array(
        select import_errors.ctid from import_errors join ${old} as old using (province_code)
        where import = old.id limit ${PRUNED_AT_ONCE}))`.execute(db)
    if (Number(numAffectedRows) < PRUNED_AT_ONCE) break
  }
  await sql`delete from imports where (province_code, id) in ${old}`.execute(db)
}

function shown () {
  return sql`
    select id, client, source, dry_run,
      case when state = 'running' and changed_at <= clock_timestamp() - ${SILENT} then 'interrupted' else state end as state,
      ${columns(COUNTS)}, started_at, changed_at, ended_at
    from imports`
}

function visibleTo ({ client, scopes, unit }: Caller) {
  return scopes.includes('admin') && unit === null ? sql`true` : sql`client = ${client}`
}
