import { sql } from 'kysely'
import { changeOf, type BatchAnswer, type BatchOptions, type Change } from '../../writes/batch.ts'
import { ingestBatch, type BatchRow } from '../../writes/ingest-batch.ts'
import type { Trx } from '../../database/connect.ts'
import { recordset } from '../../database/sql/bulk-json.ts'
import type { Write } from '../../writes/write.ts'
import { MEASURES, type Measures } from '../../form-ii06a/measures.ts'
import { checkOfItem, resolvedChecks } from './check.ts'
import type { DossierStatistics, DossierStatisticsItem } from './schema.ts'
import { LEVEL_KEY, lockLevels, rollUpSets } from './rollup.ts'
import { otherDetails } from './set-rules.ts'
import {
  deleteRows, openSets, lockSources, rowKeyOf, setDetail, setKeyOf, storedRows, upsertRows,
  type Detail, type NewRow, type StatisticsRow
} from './store.ts'

interface StatisticsOptions extends BatchOptions {
  replace: boolean
}

const KEY = ['unit', 'period', 'source', 'scope', 'field', 'procedure'] as const

/**
 * Creates, updates or replaces dossier statistics, all in one transaction. Every row is completed by the identities of
 * form II.06a and checked against them; what two rows would count twice is refused.
 * @throws DomainError `too_many_items`, `invalid_rows`, `forbidden_rows`
 */
export async function postDossierStatistics (
  write: Write, items: readonly unknown[], options: StatisticsOptions
): Promise<BatchAnswer> {
  const { trx, by } = write
  return ingestBatch(write, items, options, {
    resource: 'dossier-statistics',
    key: KEY,
    show: shown,
    of: row => row,
    check: checkOfItem(by),
    resolve: (wellFormed: DossierStatisticsItem[]) => (
      resolvedChecks(trx, items, wellFormed, { replace: options.replace, by })),
    store: rows => storeStatistics(write, rows, options)
  })
}

async function storeStatistics (write: Write, rows: readonly BatchRow<NewRow>[], { replace }: StatisticsOptions) {
  const { trx } = write
  const sets = rows.map(({ row }) => row)
  await lockSources(write, sets.map(({ source }) => source))
  const levels = await lockLevels(trx, sql`select * from ${recordset('statistics_sets', sets, LEVEL_KEY)}`)
  const details = await openSets(trx, sets)
  const issues = replace ? [] : otherDetails(rows, details)
  const refused = new Set(issues.map(({ index }) => index))
  const changes = await writeRows(trx, rows.filter(({ index }) => !refused.has(index)), details, replace)
  await rollUpSets(trx, changedRows(changes), levels)
  return { changes, issues }
}

async function writeRows (
  trx: Trx, rows: readonly BatchRow<NewRow>[], details: ReadonlyMap<string, Detail>, replace: boolean
): Promise<Change<StatisticsRow>[]> {
  const before = await storedRows(trx, rows.map(({ row }) => row), replace)
  const byKey = new Map(before.map(row => [rowKeyOf(row), row]))
  const changes = rows.map(({ index, row: { level: _, ...row } }) => changeOf(index, byKey.get(rowKeyOf(row)), row))
  const kept = new Set(rows.map(({ row }) => rowKeyOf(row)))
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
