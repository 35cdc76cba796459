import { sql } from 'kysely'
import { changeOf, type BatchOptions, type Change } from '../../writes/batch.ts'
import { duplicateKeys, ingestBatch, type BatchRow, type ResolvedChecks } from '../../writes/ingest-batch.ts'
import { issueAt, unknownReference } from '../../writes/row-issues.ts'
import type { AuditRow } from '../../writes/changes.ts'
import type { Caller } from '../../contract/caller.ts'
import type { Issue } from '../../contract/errors.ts'
import type { Trx } from '../../database/connect.ts'
import { upsert } from '../../database/sql/bulk-json.ts'
import type { Write } from '../../writes/write.ts'
import { checkOf } from '../../contract/validation.ts'
import { searchName } from '../../text/search-name.ts'
import { PROCEDURE_COLUMNS } from './queries.ts'
import { ProcedureItem, type Procedure, type ProceduresAnswer } from './schema.ts'

const checkItem = checkOf(ProcedureItem)

/**
 * Moves all dossiers of procedures to their fields. It is given from outside: the catalogue knows nothing of dossiers.
 * @returns how many, by procedure
 */
export type MoveToFields = (trx: Trx, procedures: readonly Procedure[]) => Promise<ReadonlyMap<string, number>>

/**
 * Creates or updates procedures, by code. What an item leaves out becomes unknown. A new field counts for new dossiers,
 * or, as a correction, for all.
 * @throws DomainError `too_many_items`, `invalid_rows`, `forbidden_rows`
 */
export async function postProcedures (
  write: Write, items: readonly unknown[], options: BatchOptions, moveToFields: MoveToFields
): Promise<ProceduresAnswer> {
  const { trx } = write
  let stored: readonly BatchRow<Procedure>[] = []
  const answer = await ingestBatch(write, items, options, {
    resource: 'procedures',
    key: ['code'],
    check: checkItem,
    resolve: () => resolvedChecks(write),
    store: rows => {
      stored = rows
      return storeProcedures(trx, rows)
    }
  })
  const corrected = stored.filter(({ index }) => (items[index] as ProcedureItem).correction).map(({ row }) => row)
  const moved = await moveToFields(trx, corrected)
  recordCorrections(write, corrected, moved)
  return { ...answer, dossiers_moved: [...moved.values()].reduce((sum, dossiers) => sum + dossiers, 0) }
}

function recordCorrections ({ auditRows }: Write, corrected: readonly Procedure[], moved: ReadonlyMap<string, number>) {
  auditRows.push(...corrected.filter(({ code }) => moved.has(code)).map(({ code, field }): AuditRow => ({
    province_code: '', resource: 'procedure-corrections', action: 'updated', key: { procedure: code }, unit: null,
    before: null, after: { field, dossiers: moved.get(code)! }
  })))
}

async function resolvedChecks ({ trx, by }: Write): Promise<ResolvedChecks<ProcedureItem, Procedure>> {
  const fields = new Set((await trx.selectFrom('fields').select('code').execute()).map(({ code }) => code))
  const levels = new Set((await trx.selectFrom('levels').select('code').execute()).map(({ code }) => code))
  return {
    prepare: item => (
      { row: procedureOf(item), issues: [...issuesOf(item, fields, levels), ...correctionIssues(item, by)] }),
    rules: [duplicateKeys('code', ({ code }) => code)]
  }
}

/** A correction moves dossiers of all units. */
function correctionIssues ({ correction }: ProcedureItem, by: Caller): Issue[] {
  if (!correction || by.unit === null) return []
  return [issueAt('correction', 'forbidden_unit', 'this needs a key for all units')]
}

function issuesOf (item: ProcedureItem, fields: ReadonlySet<string>, levels: ReadonlySet<string>): Issue[] {
  const { field, level, valid_from: from, valid_to: to } = item
  const issues: Issue[] = []
  if (to != null && from > to) {
    issues.push(issueAt('valid_to', 'out_of_range', `valid_to (${to}) is before valid_from (${from})`))
  }
  if (!fields.has(field)) issues.push(unknownReference('field', field))
  if (!levels.has(level)) issues.push(unknownReference('level', level))
  return issues
}

function procedureOf ({ correction: _, ...item }: ProcedureItem): Procedure {
  const unknown = Object.fromEntries(PROCEDURE_COLUMNS.map(column => [column, null]))
  return { ...unknown, ...item, name: item.name.normalize('NFC') } as Procedure
}

async function storeProcedures (trx: Trx, rows: readonly BatchRow<Procedure>[]) {
  // One batch after the other: two that create the same rows would both count them, or deadlock.
  await sql`lock table procedures in share row exclusive mode`.execute(trx)
  const before = await storedProcedures(trx, rows.map(({ row }) => row.code))
  const changes = rows.map(({ index, row }) => changeOf(index, before.get(row.code), row))
  await upsertProcedures(trx, changes)
  return { changes, issues: [] }
}

async function storedProcedures (trx: Trx, codes: string[]): Promise<Map<string, Procedure>> {
  if (codes.length === 0) return new Map()
  const rows = await trx.selectFrom('procedures').select(PROCEDURE_COLUMNS).where('code', 'in', codes).execute()
  return new Map(rows.map(row => [row.code, row as Procedure]))
}

async function upsertProcedures (trx: Trx, changes: Change<Procedure>[]): Promise<void> {
  const written = changes.filter(({ outcome }) => outcome !== 'unchanged').map(({ after }) => after!)
  if (written.length === 0) return
  await upsert(trx, 'procedures', ['code'], written.map(row => ({ ...row, search_name: searchName(row.name) })))
}
