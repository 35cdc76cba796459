import { sql } from 'kysely'
import { Batch, changeOf, type BatchAnswer, type BatchOptions, type Change } from '../../writes/batch.ts'
import type { Caller } from '../../contract/caller.ts'
import type { Trx } from '../../database/connect.ts'
import { auditRowsOf } from '../../writes/audit-log.ts'
import { recordset } from '../../database/sql/bulk-json.ts'
import type { Write } from '../../writes/unit-of-work.ts'
import { checkOf } from '../../contract/validation.ts'
import { resolveUnits, type UnitOf } from '../../catalogue/units/resolve.ts'
import { rejectSeveralProvinces } from '../../catalogue/units/batch-rules.ts'
import { draftedRows, namedUnit, type Draft } from './check.ts'
import { MEASURES, type Measures } from '../../form-ii06a/measures.ts'
import { DossierStatisticsItem, ROW_SCOPES, type DossierStatistics } from './schema.ts'
import { LEVEL_KEY, lockLevels, rollUpSets } from './rollup.ts'
import {
  deleteRows, openSets, lockSources, setDetail, setKeyOf, storedRows, upsertRows,
  type Detail, type SetKey, type StatisticsRow
} from './store.ts'

interface ImportOptions extends BatchOptions {
  replace: boolean
}

const KEY = ['unit', 'period', 'source', 'scope', 'field', 'procedure'] as const

const checkItem = checkOf(DossierStatisticsItem)

export function statisticsBatch (items: unknown[]): Batch<DossierStatisticsItem> {
  return new Batch(items, checkItem)
}

/**
 * Takes in dossier statistics, all in one transaction. Every row is completed by the identities of form II.06a
 * and checked against them; what two rows would count twice is refused.
 * @throws DomainError `invalid_rows`, `forbidden_rows`
 */
export async function postDossierStatistics (
  write: Write, batch: Batch<DossierStatisticsItem>, options: ImportOptions
): Promise<BatchAnswer> {
  const { trx, by } = write
  const unitOf = await resolveUnits(trx, batch.items.flatMap(item => namedUnit(item, by) ?? []))
  const drafts = await draftedRows(write, batch, unitOf)
  batch.rejectDuplicates(drafts.map(({ index, row }) => ({ index, key: rowKeyOf(row) })), 'unit, period, source, scope, field and procedure')
  rejectSeveralProvinces(batch, drafts)
  rejectMixedDetails(batch, drafts)
  if (options.replace) rejectIncompleteSets(batch, drafts, unitOf, by)
  batch.settle(options.mode)

  const accepted = acceptedOf(batch, drafts)
  await lockSources(write, accepted.map(({ row }) => row.source))
  const sets = accepted.map(({ level, row }) => ({ ...row, level }))
  const levels = await lockLevels(trx, sql`select * from ${recordset('statistics_sets', sets, LEVEL_KEY)}`)
  const details = await openSets(trx, sets)
  if (!options.replace) {
    rejectOtherDetails(batch, accepted, details)
    batch.settle(options.mode)
  }
  const changes = await writeRows(trx, acceptedOf(batch, accepted), details, options.replace)
  await rollUpSets(trx, changedRows(changes), levels)
  write.auditRows.push(...auditRowsOf('dossier-statistics', changes, { key: KEY, show: shown, of: row => row }))
  return batch.answer(changes, options, shown)
}

/** A unit counts by procedure, or by field, or only as a whole; two of these in one batch contradict each other. */
function rejectMixedDetails (batch: Batch<unknown>, drafts: Draft[]) {
  for (const set of Map.groupBy(drafts, ({ row }) => setKeyOf(row)).values()) {
    const details = [...new Set(set.map(({ row }) => row.detail))]
    if (details.length === 1) continue
    for (const { index, row } of set) {
      batch.reject(index, null, 'mixed_detail', `${nameOf(row)} is counted here by ${details.join(' and by ')}: its dossiers would count twice`)
    }
  }
}

/**
 * A set is replaced as a whole or not at all: a row at fault would take what is stored in its place with it. Where a
 * row does not even say which set it belongs to, it could be any.
 */
function rejectIncompleteSets (batch: Batch<unknown>, drafts: Draft[], unitOf: UnitOf, by: Caller) {
  const incomplete = new Set(batch.rejected.map(({ item }) => setNamedBy(item, unitOf, by)))
  for (const { index, row } of acceptedOf(batch, drafts)) {
    if (!incomplete.has(setKeyOf(row)) && !incomplete.has(null)) continue
    batch.reject(index, null, 'set_incomplete', `another row of ${nameOf(row)} is at fault, so it is not replaced`)
  }
}

function setNamedBy (item: unknown, unitOf: UnitOf, by: Caller): string | null {
  const named = namedUnit(item, by)
  if (named === null) return null
  const { period, scope = 'own' } = item as { period?: unknown, scope?: unknown }
  if (typeof period !== 'string' || !ROW_SCOPES.some(known => known === scope)) return null
  return `${period} ${unitOf(named)?.code ?? named.name} ${scope as string} ${named.source}`
}

function rejectOtherDetails (batch: Batch<unknown>, drafts: Draft[], details: Map<string, Detail>) {
  for (const { index, row } of drafts) {
    const stored = details.get(setKeyOf(row))!
    if (stored === row.detail) continue
    batch.reject(index, null, 'mixed_detail', `${nameOf(row)} is counted by ${stored}, not by ${row.detail}; use replace to change that`)
  }
}

function acceptedOf (batch: Batch<unknown>, drafts: Draft[]): Draft[] {
  const rejected = new Set(batch.rejected.map(({ index }) => index))
  return drafts.filter(({ index }) => !rejected.has(index))
}

async function writeRows (trx: Trx, drafts: Draft[], details: Map<string, Detail>, replace: boolean) {
  const before = await storedRows(trx, drafts.map(({ row }) => row), replace)
  const byKey = new Map(before.map(row => [rowKeyOf(row), row]))
  const changes = drafts.map(({ index, row }) => changeOf(index, byKey.get(rowKeyOf(row)), row))
  const kept = new Set(drafts.map(({ row }) => rowKeyOf(row)))
  const deleted = before.filter(row => !kept.has(rowKeyOf(row)))
  const written = changes.filter(({ outcome }) => outcome !== 'unchanged').map(({ after }) => after!)
  const redetailed = written.filter(row => details.get(setKeyOf(row)) !== row.detail)

  await deleteRows(trx, deleted)
  await setDetail(trx, redetailed)
  await upsertRows(trx, written)
  return [...changes, ...deleted.map(row => ({ index: null, outcome: 'deleted' as const, before: row, after: null }))]
}

/** The rows that are not as they were. */
function changedRows (changes: Change<StatisticsRow>[]): StatisticsRow[] {
  return changes.filter(({ outcome }) => outcome !== 'unchanged').map(({ before, after }) => (after ?? before)!)
}

/** As the API shows a row: without what follows from the rest. */
function shown ({ unit, period, source, scope, field, procedure, ...row }: StatisticsRow): DossierStatistics {
  const measures = Object.fromEntries(MEASURES.map(measure => [measure, row[measure]])) as Measures
  return { unit, period, source, scope, field, procedure, ...measures }
}

function rowKeyOf (row: StatisticsRow): string {
  return `${setKeyOf(row)} ${row.detail} ${row.detail_code}`
}

function nameOf ({ unit, period, scope, source }: SetKey): string {
  return `unit ${unit}, period ${period}, scope ${scope}, source ${source}`
}
