import { sql } from 'kysely'
import { changeOf, type BatchAnswer, type BatchOptions, type Change } from '../../writes/batch.ts'
import { duplicateKeys, ingestBatch, type BatchRow, type ResolvedChecks } from '../../writes/ingest-batch.ts'
import { issueAt, unknownReference } from '../../writes/row-issues.ts'
import type { Issue } from '../../contract/errors.ts'
import type { Trx } from '../../database/connect.ts'
import { upsert } from '../../database/sql/bulk-json.ts'
import type { Write } from '../../writes/write.ts'
import { checkOf } from '../../contract/validation.ts'
import { searchName } from '../../text/search-name.ts'
import { PROCEDURE_COLUMNS } from './queries.ts'
import { ProcedureItem, type Procedure } from './schema.ts'

const checkItem = checkOf(ProcedureItem)

/**
 * Creates or updates procedures, by code. What an item leaves out becomes unknown.
 * @throws DomainError `too_many_items`, `invalid_rows`
 */
export async function postProcedures (
  write: Write, items: readonly unknown[], options: BatchOptions
): Promise<BatchAnswer> {
  const { trx } = write
  return ingestBatch(write, items, options, {
    resource: 'procedures',
    key: ['code'],
    check: checkItem,
    resolve: () => resolvedChecks(trx),
    store: rows => storeProcedures(trx, rows)
  })
}

async function resolvedChecks (trx: Trx): Promise<ResolvedChecks<ProcedureItem, Procedure>> {
  const fields = new Set((await trx.selectFrom('fields').select('code').execute()).map(({ code }) => code))
  const levels = new Set((await trx.selectFrom('levels').select('code').execute()).map(({ code }) => code))
  return {
    prepare: item => ({ row: procedureOf(item), issues: issuesOf(item, fields, levels) }),
    rules: [duplicateKeys('code', ({ code }) => code)]
  }
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

function procedureOf (item: ProcedureItem): Procedure {
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
