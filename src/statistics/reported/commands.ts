import { changeOf, MAX_WARNINGS, type BatchOptions, type Change } from '../../writes/batch.ts'
import { auditRowsOf } from '../../writes/changes.ts'
import { ingestBatch, type BatchRow } from '../../writes/ingest-batch.ts'
import { sourceOf } from '../../dossiers/commands.ts'
import type { Warning } from '../../contract/errors.ts'
import type { Trx } from '../../database/connect.ts'
import type { Write } from '../../writes/write.ts'
import { DOSSIERS, FEEDBACK } from '../kinds/index.ts'
import type { StatisticsItem, StatisticsKind, StatisticsRow } from '../kinds/kind.ts'
import { checkOfItem, resolvedChecks } from './checks/check.ts'
import type { DeletedStatistics, DeleteQuery, DossierStatisticsAnswer } from './schema.ts'
import { continuityWarnings } from './checks/continuity-warnings.ts'
import { outdatedRows, rememberWithdrawals, reportedAt } from './checks/outdated.ts'
import { levelsOf, lockLevels, rollUpSets } from './rollup.ts'
import { otherDetails, setToDelete } from './checks/set-rules.ts'
import {
  deleteRows, deleteSets, distinctSets, holdSources, openSets, rowColumnsOf, rowKeyOf, rowsBefore, rowsOfSets,
  setDetail, setKeyOf, storedSets, upsertRows, type NewRow, type StoredSet
} from './store.ts'

interface StatisticsOptions extends BatchOptions {
  replace: boolean
}

type Beside = Pick<DossierStatisticsAnswer, 'stale' | 'warning_count' | 'warnings' | 'displacement_count' | 'displacements'>

function shownOf ({ dimensions, shown: show }: StatisticsKind) {
  return { key: ['unit', 'period', 'source', 'scope', ...dimensions], show, of: (row: StatisticsRow) => row }
}

/**
 * Creates, updates or replaces dossier statistics, all in one transaction. Every row is completed by the identities of
 * form II.06a and checked against them; what two rows would count twice is refused.
 * @throws DomainError `too_many_items`, `invalid_rows`, `forbidden_rows`
 */
export async function postDossierStatistics (
  write: Write, items: readonly unknown[], options: StatisticsOptions
): Promise<DossierStatisticsAnswer> {
  return postStatistics(write, DOSSIERS, items, options)
}

/** The same for citizens' feedback, by its own identities. @throws DomainError as `postDossierStatistics` does */
export async function postFeedbackStatistics (
  write: Write, items: readonly unknown[], options: StatisticsOptions
): Promise<DossierStatisticsAnswer> {
  return postStatistics(write, FEEDBACK, items, options)
}

async function postStatistics (
  write: Write, kind: StatisticsKind, items: readonly unknown[], options: StatisticsOptions
): Promise<DossierStatisticsAnswer> {
  const { trx, by } = write
  let beside: Beside = { stale: 0, warning_count: 0, warnings: [], displacement_count: 0, displacements: [] }
  const answer = await ingestBatch(write, items, options, {
    resource: kind.resource,
    ...shownOf(kind),
    check: checkOfItem(kind, by),
    resolve: (wellFormed: StatisticsItem[]) => (
      resolvedChecks(trx, kind, items, wellFormed, { replace: options.replace, by })),
    store: async rows => {
      const { changes, issues, ...found } = await storeStatistics(trx, kind, rows, options)
      beside = found
      return { changes, issues }
    }
  })
  return { ...answer, ...beside }
}

async function storeStatistics (
  trx: Trx, kind: StatisticsKind, rows: readonly BatchRow<NewRow>[], { replace }: StatisticsOptions
) {
  const all = rows.map(({ row }) => row)
  await holdSources(trx, all.map(({ source }) => source))
  const levels = await lockLevels(trx, kind, levelsOf(all))
  const named = distinctSets(all)
  const stored = await storedSets(trx, kind, named)
  const before = await (replace ? rowsOfSets(trx, kind, named) : rowsBefore(trx, kind, all, named, stored))
  const outdated = await outdatedRows(trx, kind, rows, before, replace)
  const current = rows.filter(({ index }) => !outdated.has(index))
  await openSets(trx, kind, current.map(({ row }) => row), stored)
  const issues = replace ? [] : otherDetails(current, stored)
  const refused = new Set(issues.map(({ index }) => index))
  const written = current.filter(({ index }) => !refused.has(index))
  const deleted = replace ? await deleteOthers(trx, kind, written, before) : []
  const byKey = new Map(before.map(row => [rowKeyOf(row), row]))
  const changes = [...await writeRows(trx, kind, written, byKey, stored), ...deleted]
  const sets = distinctSets(written.map(({ row }) => row))
  const displaced = await rollUpSets(trx, kind, distinctSets(changedRows(kind, changes)), levels, sets)
  const warnings = [...procedureWarnings(written), ...await continuityWarnings(trx, kind, sets, written)]
  const stale = staleChanges(rows.filter(({ index }) => outdated.has(index)), byKey)
  return {
    changes: [...changes, ...stale], issues, stale: outdated.size,
    warning_count: warnings.length, warnings: warnings.slice(0, MAX_WARNINGS), ...displaced
  }
}

async function writeRows (
  trx: Trx, kind: StatisticsKind, rows: readonly BatchRow<NewRow>[],
  before: ReadonlyMap<string, StatisticsRow>, sets: ReadonlyMap<string, StoredSet>
): Promise<Change<StatisticsRow>[]> {
  const changes = rows.map(({ index, row }) => changeOfRow(kind, index, before.get(rowKeyOf(row)), row))
  const written = changes.filter(({ outcome }) => outcome !== 'unchanged').map(({ after }) => after!)
  const redetailed = written.filter(row => sets.get(setKeyOf(row))!.detail !== row.detail)

  await setDetail(trx, kind, redetailed)
  await upsertRows(trx, kind, written)
  return changes
}

/** Deletes the stored rows of replaced sets that the batch does not hold. */
async function deleteOthers (
  trx: Trx, kind: StatisticsKind, rows: readonly BatchRow<NewRow>[], before: readonly StatisticsRow[]
): Promise<Change<StatisticsRow>[]> {
  const replaced = new Set(rows.map(({ row }) => setKeyOf(row)))
  const kept = new Set(rows.map(({ row }) => rowKeyOf(row)))
  const deleted = before.filter(row => replaced.has(setKeyOf(row)) && !kept.has(rowKeyOf(row)))
  await deleteRows(trx, kind, deleted)
  await rememberWithdrawals(trx, kind, deleted, rows)
  return deleted.map(deletion)
}

function changeOfRow (
  kind: StatisticsKind, index: number, before: StatisticsRow | undefined, posted: NewRow
): Change<StatisticsRow> {
  // Figures of the past stay in the field that their procedure had then.
  const field = before === undefined || posted.names_field ? posted.field : before.field
  const row = { ...posted, field, reported_at: reportedAt(posted, before, false) }
  const change = changeOf<StatisticsRow>(index, before, row, rowColumnsOf(kind))
  if (change.outcome !== 'unchanged') row.reported_at = reportedAt(posted, before, true)
  return change
}

function deletion (before: StatisticsRow): Change<StatisticsRow> {
  return { index: null, outcome: 'deleted', before, after: null }
}

function procedureWarnings (rows: readonly BatchRow<NewRow>[]): Warning[] {
  return rows.flatMap(({ index, row: { warning } }) => (
    warning === null ? [] : [{ ...warning, pointer: `/items/${index}${warning.pointer}` }]))
}

function staleChanges (
  outdated: readonly BatchRow<NewRow>[], before: ReadonlyMap<string, StatisticsRow>
): Change<StatisticsRow>[] {
  return outdated.map(({ index, row }) => {
    const stored = before.get(rowKeyOf(row)) ?? null
    return { index, outcome: 'stale', before: stored, after: stored }
  })
}

/** The rows whose figures are not as they were. */
function changedRows ({ measures }: StatisticsKind, changes: Change<StatisticsRow>[]): StatisticsRow[] {
  const figures = ['detail', 'field', ...measures] as const
  return changes.filter(({ before, after }) => (
    before === null || after === null || figures.some(name => before[name] !== after[name])
  )).map(({ before, after }) => (after ?? before)!)
}

/**
 * Deletes all rows of one source for a unit, period and scope, as if it had never reported them: the unit counts as
 * reported no more, and what counts in their place counts at once.
 * @throws DomainError `invalid_request`, `forbidden_rows`
 */
export async function deleteDossierStatistics (write: Write, asked: DeleteQuery): Promise<DeletedStatistics> {
  return deleteStatistics(write, DOSSIERS, asked)
}

/** The same for citizens' feedback. @throws DomainError as `deleteDossierStatistics` does */
export async function deleteFeedbackStatistics (write: Write, asked: DeleteQuery): Promise<DeletedStatistics> {
  return deleteStatistics(write, FEEDBACK, asked)
}

async function deleteStatistics (write: Write, kind: StatisticsKind, asked: DeleteQuery): Promise<DeletedStatistics> {
  const { trx, by } = write
  const source = sourceOf(asked.source, by)
  const { level, ...set } = await setToDelete(trx, { ...asked, source }, by)
  await holdSources(trx, [source])
  const levels = await lockLevels(trx, kind, levelsOf([{ ...set, level }]))
  const rows = await rowsOfSets(trx, kind, [set])
  await deleteRows(trx, kind, rows)
  await rememberWithdrawals(trx, kind, rows, [])
  await deleteSets(trx, kind, [set])
  await rollUpSets(trx, kind, distinctSets(rows), levels, [])
  write.auditRows.push(...auditRowsOf(kind.resource, rows.map(deletion), shownOf(kind)))
  const { province_code: _, ...key } = set
  return { ...key, deleted: rows.length }
}
