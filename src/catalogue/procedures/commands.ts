import type { BatchOptions } from '../../writes/batch.ts'
import type { AuditRow } from '../../writes/changes.ts'
import type { BatchRow } from '../../writes/ingest-batch.ts'
import { issueAt, unknownReference } from '../../writes/row-issues.ts'
import type { Write } from '../../writes/write.ts'
import type { Caller } from '../../contract/caller.ts'
import type { Issue } from '../../contract/errors.ts'
import { checkOf } from '../../contract/validation.ts'
import type { Trx } from '../../database/connect.ts'
import { searchName } from '../../text/search-name.ts'
import { daysInOrder, postRows, type CodedTable } from '../post-rows.ts'
import { PROCEDURE_COLUMNS } from './queries.ts'
import { ProcedureItem, type Procedure, type ProceduresAnswer } from './schema.ts'

const TABLE: CodedTable<ProcedureItem, Procedure> = {
  name: 'procedures',
  columns: PROCEDURE_COLUMNS,
  check: checkOf(ProcedureItem),
  rowOf: procedureOf,
  issues: knownReferences,
  beside: ({ name }) => ({ search_name: searchName(name) })
}

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
  let stored: readonly BatchRow<Procedure>[] = []
  const answer = await postRows(write, items, options, { ...TABLE, onStored: rows => { stored = rows } })
  const corrected = stored.filter(({ index }) => (items[index] as ProcedureItem).correction).map(({ row }) => row)
  const moved = await moveToFields(write.trx, corrected)
  recordCorrections(write, corrected, moved)
  return { ...answer, dossiers_moved: [...moved.values()].reduce((sum, dossiers) => sum + dossiers, 0) }
}

function recordCorrections ({ auditRows }: Write, corrected: readonly Procedure[], moved: ReadonlyMap<string, number>) {
  auditRows.push(...corrected.filter(({ code }) => moved.has(code)).map(({ code, field }): AuditRow => ({
    province_code: '', resource: 'procedure-corrections', action: 'updated', key: { procedure: code }, unit: null,
    before: null, after: { field, dossiers: moved.get(code)! }
  })))
}

async function knownReferences ({ trx, by }: Write): Promise<(row: Procedure, item: ProcedureItem) => Issue[]> {
  const fields = new Set((await trx.selectFrom('fields').select('code').execute()).map(({ code }) => code))
  const levels = new Set((await trx.selectFrom('levels').select('code').execute()).map(({ code }) => code))
  return ({ field, level, valid_from, valid_to }, item) => [
    ...daysInOrder(['valid_from', 'valid_to'], valid_from, valid_to),
    ...fields.has(field) ? [] : [unknownReference('field', field)],
    ...levels.has(level) ? [] : [unknownReference('level', level)],
    ...correctionIssues(item, by)
  ]
}

/** A correction moves dossiers of all units. */
function correctionIssues ({ correction }: ProcedureItem, by: Caller): Issue[] {
  if (!correction || by.unit === null) return []
  return [issueAt('correction', 'forbidden_unit', 'this needs a key for all units')]
}

function procedureOf ({ correction: _, ...item }: ProcedureItem): Procedure {
  const unknown = Object.fromEntries(PROCEDURE_COLUMNS.map(column => [column, null]))
  return { ...unknown, ...item, name: item.name.normalize('NFC') } as Procedure
}
