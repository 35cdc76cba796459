import { sql, type RawBuilder } from 'kysely'
import type { Caller } from '../../contract/caller.ts'
import type { Db, Trx } from '../../database/connect.ts'
import { columns } from '../../database/sql/bulk-json.ts'
import { notFound } from '../../contract/errors.ts'
import type { Page, PageRequest } from '../../contract/paging.ts'
import { pageOf, pageQuery, type OrderColumn } from '../../database/sql/keyset.ts'
import { idempotencyError } from '../../writes/idempotency.ts'
import { COUNTS } from './counts.ts'
import { LEASE } from './lease.ts'
import type { OutcomeCounts, Import, ImportError } from './schema.ts'

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
  const leased_until = sql<string>`clock_timestamp() + ${LEASE}`
  const row = { province_code, client, source, dry_run, idempotency_key, state: 'running', leased_until }
  return (await trx.insertInto('imports').values(row).returning('id').executeTakeFirstOrThrow()).id
}

/** Errors that are stored of one import: whatever is sent, the disk takes no more. */
const MAX_STORED_ERRORS = 10_000

/**
 * Adds outcomes and errors of rows, in the transaction that stores the rows. Of many errors the first are stored, with
 * a last one that says so.
 * @throws DomainError `idempotency_key_in_use` when the import has lost its lease and another has its key
 */
export async function addToImport (
  trx: Trx, { province_code }: Owner, id: number, counts: OutcomeCounts, errors: readonly ImportError[]
): Promise<void> {
  const added = COUNTS.map(name => sql`${sql.ref(name)} = ${sql.ref(name)} + ${counts[name]}`)
  await change(trx, province_code, id, sql`leased_until = clock_timestamp() + ${LEASE}, ${sql.join(added)}`)
  // After the update, which locks the import: chunks of one stream are stored side by side.
  const stored = errors.length === 0 ? [] : await errorsToStore(trx, province_code, id, errors)
  if (stored.length === 0) return
  const rows = JSON.stringify(stored.map((error, n) => ({ ...error, province_code, import: id, n })))
  await sql`
    insert into import_errors select * from json_populate_recordset(null::import_errors, ${rows}::json)
    on conflict do nothing`.execute(trx)
}

async function errorsToStore (
  trx: Trx, province: string, id: number, errors: readonly ImportError[]
): Promise<readonly ImportError[]> {
  const { count } = await trx.selectFrom('import_errors').select(eb => eb.fn.countAll<number>().as('count'))
    .where('province_code', '=', province).where('import', '=', id).executeTakeFirstOrThrow()
  const room = MAX_STORED_ERRORS - count
  if (errors.length <= room) return errors
  return room < 0 ? [] : [...errors.slice(0, room), {
    line: errors[room]!.line, pointer: '', code: 'too_many',
    detail: `more errors follow, which are not stored; \`rejected\` counts all invalid rows`
  }]
}

/**
 * @param counts of all rows: the running counts may include chunks twice that were retried
 * @throws DomainError `idempotency_key_in_use` when the import has lost its lease and another has its key
 */
export async function endImport (
  trx: Trx, { province_code }: Owner, id: number, state: 'done' | 'interrupted', counts: OutcomeCounts
): Promise<void> {
  const given = COUNTS.map(name => sql`${sql.ref(name)} = ${counts[name]}`)
  await change(trx, province_code, id, sql`state = ${state}, ended_at = clock_timestamp(), ${sql.join(given)}`)
}

/** An import that is done may end again: the answer to its commit can be lost. */
async function change (trx: Trx, province_code: string, id: number, values: RawBuilder<unknown>): Promise<void> {
  const { numAffectedRows } = await sql`update imports set changed_at = clock_timestamp(), ${values}
    where province_code = ${province_code} and id = ${id} and state <> 'interrupted'`.execute(trx)
  if (Number(numAffectedRows) === 0) throw idempotencyError('idempotency_key_in_use')
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
      case when state = 'running' and leased_until <= clock_timestamp() then 'interrupted' else state end as state,
      ${columns(COUNTS)}, started_at, changed_at, ended_at
    from imports`
}

function visibleTo ({ client, scopes, unit }: Caller) {
  return scopes.includes('admin') && unit === null ? sql`true` : sql`client = ${client}`
}
