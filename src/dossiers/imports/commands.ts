import { sql, type RawBuilder } from 'kysely'
import type { Db, Trx } from '../../database/connect.ts'
import { MAX_WARNINGS } from '../../writes/batch.ts'
import { idempotencyError, type Owner } from '../../writes/idempotency.ts'
import { COUNTS } from './counts.ts'
import { LEASE } from './lease.ts'
import type { ImportError, ImportWarnings, OutcomeCounts } from './schema.ts'

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

/** What became of some rows of an import. */
export interface Progress extends ImportWarnings {
  counts: OutcomeCounts
  errors: readonly ImportError[]
  /** What rows wait for. They are stored themselves, and say so there. */
  waits: readonly ImportError[]
}

/**
 * Adds what became of rows, in the transaction that stores the rows. Of many errors the first are stored, with
 * a last one that says so.
 * @throws DomainError `idempotency_key_in_use` when the import has lost its lease and another has its key
 */
export async function addToImport (
  trx: Trx, { province_code }: Owner, id: number, { counts, errors, ...odd }: Omit<Progress, 'waits'>
): Promise<void> {
  const added = COUNTS.map(name => sql`${sql.ref(name)} = ${sql.ref(name)} + ${counts[name]}`)
  if (odd.warning_count > 0) added.push(addedWarnings(odd))
  await change(trx, province_code, id, sql`leased_until = clock_timestamp() + ${LEASE}, ${sql.join(added)}`)
  // After the update, which locks the import: chunks of one stream are stored side by side.
  const stored = errors.length === 0 ? [] : await errorsToStore(trx, province_code, id, errors)
  if (stored.length === 0) return
  const rows = JSON.stringify(stored.map((error, n) => ({ ...error, province_code, import: id, n })))
  await sql`
    insert into import_errors select * from json_populate_recordset(null::import_errors, ${rows}::json)
    on conflict do nothing`.execute(trx)
}

function addedWarnings ({ warning_count: count, warnings }: ImportWarnings): RawBuilder<unknown> {
  return sql`warning_count = warning_count + ${count}, warnings = ${firstOf(sql`warnings || ${asJson(warnings)}`)}`
}

function asJson (warnings: ImportWarnings['warnings']): RawBuilder<unknown> {
  return sql`${JSON.stringify(warnings)}::jsonb`
}

function firstOf (warnings: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`jsonb_path_query_array(${warnings}, ${sql.lit(`$[0 to ${MAX_WARNINGS - 1}]`)})`
}

/**
 * Adds to an import that rows of it which waited are taken in, and what is odd about them. They may be while it still
 * runs, so they are also apart from what it counts itself.
 */
export async function addTakenIn (trx: Trx, id: number, rows: number, odd: ImportWarnings): Promise<void> {
  const { warning_count: count, warnings } = odd
  await sql`update imports set changed_at = clock_timestamp(), taken_in = taken_in + ${rows}, ${addedWarnings(odd)},
      taken_in_warning_count = taken_in_warning_count + ${count},
      taken_in_warnings = ${firstOf(sql`taken_in_warnings || ${asJson(warnings)}`)}
    where id = ${id}`.execute(trx)
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
 * @param all of all rows that it has taken itself: the running counts and warnings may include chunks twice that were
 *   retried
 * @throws DomainError `idempotency_key_in_use` when the import has lost its lease and another has its key
 */
export async function endImport (
  trx: Trx, { province_code }: Owner, id: number, state: 'done' | 'interrupted', all: OutcomeCounts & ImportWarnings
): Promise<void> {
  const given = COUNTS.map(name => sql`${sql.ref(name)} = ${all[name]}`)
  await change(trx, province_code, id, sql`state = ${state}, ended_at = clock_timestamp(), ${sql.join(given)},
    warning_count = ${all.warning_count} + taken_in_warning_count,
    warnings = ${firstOf(sql`${asJson(all.warnings)} || taken_in_warnings`)}`)
}

/** An import that is done may end again: the answer to its commit can be lost. */
async function change (trx: Trx, province_code: string, id: number, values: RawBuilder<unknown>): Promise<void> {
  const { numAffectedRows } = await sql`update imports set changed_at = clock_timestamp(), ${values}
    where province_code = ${province_code} and id = ${id} and state <> 'interrupted'`.execute(trx)
  if (Number(numAffectedRows) === 0) throw idempotencyError('idempotency_key_in_use')
}

const RETENTION = sql`interval '30 days'`
const PRUNED_AT_ONCE = 10_000

/** Deletes old imports of which no row waits, their errors in small batches, so that no statement takes long. */
export async function pruneImports (db: Db): Promise<void> {
  const old = sql`(select province_code, id from imports where changed_at <= now() - ${RETENTION}
    and not exists (select from waiting_dossiers where import = imports.id))`
  for (;;) {
    const { numAffectedRows } = await sql`
      delete from import_errors where ctid = any(array(
        select import_errors.ctid from import_errors join ${old} as old using (province_code)
        where import = old.id limit ${PRUNED_AT_ONCE}))`.execute(db)
    if (Number(numAffectedRows) < PRUNED_AT_ONCE) break
  }
  await sql`delete from imports where (province_code, id) in ${old}`.execute(db)
}
