import { sql } from 'kysely'
import { Batch, changeOf, type BatchAnswer, type BatchOptions } from '../../writes/batch.ts'
import type { Trx } from '../../database/connect.ts'
import { auditRowsOf } from '../../writes/audit-log.ts'
import { upsert } from '../../database/sql/bulk-json.ts'
import type { Write } from '../../writes/unit-of-work.ts'
import { checkOf } from '../../contract/validation.ts'
import { searchName } from '../../text/search-name.ts'
import { PROCEDURE_COLUMNS } from './queries.ts'
import { ProcedureItem, type Procedure } from './schema.ts'

interface Indexed {
  index: number
  item: ProcedureItem
}

interface Draft {
  index: number
  row: Procedure
}

const checkItem = checkOf(ProcedureItem)

export function procedureBatch (items: unknown[]): Batch<ProcedureItem> {
  return new Batch(items, checkItem)
}

/**
 * Takes in procedures, by code. What an item leaves out becomes unknown.
 * @throws DomainError `invalid_rows`
 */
export async function postProcedures (
  { trx, auditRows }: Write, batch: Batch<ProcedureItem>, options: BatchOptions
): Promise<BatchAnswer> {
  const wellFormed = batch.accepted
  batch.rejectDuplicates(wellFormed.map(({ index, item }) => ({ index, key: item.code })), 'code')
  rejectEndsBeforeStarts(batch, wellFormed)
  await rejectUnknownReferences(trx, batch, wellFormed)
  batch.settle(options.mode)

  // One batch after the other: two that create the same rows would both count them, or wait for each other.
  await sql`lock table procedures in share row exclusive mode`.execute(trx)
  const drafts = batch.accepted.map(draftOf)
  const stored = await storedProcedures(trx, drafts.map(({ row }) => row.code))
  const changes = drafts.map(({ index, row }) => changeOf(index, stored.get(row.code), row))
  const written = changes.filter(({ outcome }) => outcome !== 'unchanged').map(({ after }) => after!)
  if (written.length > 0) {
    await upsert(trx, 'procedures', ['code'], written.map(row => ({ ...row, search_name: searchName(row.name) })))
  }
  auditRows.push(...auditRowsOf('procedures', changes, { key: ['code'] }))
  return batch.answer(changes, options)
}

async function rejectUnknownReferences (trx: Trx, batch: Batch<ProcedureItem>, items: Indexed[]) {
  const fields = new Set((await trx.selectFrom('fields').select('code').execute()).map(({ code }) => code))
  const levels = new Set((await trx.selectFrom('levels').select('code').execute()).map(({ code }) => code))
  for (const { index, item } of items) {
    if (!fields.has(item.field)) batch.reject(index, 'field', 'unknown_field', `there is no field ${item.field}`)
    if (!levels.has(item.level)) batch.reject(index, 'level', 'unknown_level', `there is no level ${item.level}`)
  }
}

function rejectEndsBeforeStarts (batch: Batch<ProcedureItem>, items: Indexed[]) {
  for (const { index, item } of items) {
    if (item.valid_to == null || item.valid_from <= item.valid_to) continue
    batch.reject(index, 'valid_to', 'out_of_range', `valid_to (${item.valid_to}) is before valid_from (${item.valid_from})`)
  }
}

function draftOf ({ index, item }: Indexed): Draft {
  const unknown = Object.fromEntries(PROCEDURE_COLUMNS.map(column => [column, null]))
  return { index, row: { ...unknown, ...item, name: item.name.normalize('NFC') } as Procedure }
}

async function storedProcedures (trx: Trx, codes: string[]): Promise<Map<string, Procedure>> {
  if (codes.length === 0) return new Map()
  const rows = await trx.selectFrom('procedures').select(PROCEDURE_COLUMNS).where('code', 'in', codes).execute()
  return new Map(rows.map(row => [row.code, row as Procedure]))
}
