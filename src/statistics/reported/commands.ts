import { changeOf, MAX_WARNINGS, type BatchOptions, type Change } from '../../writes/batch.ts'
import { auditRowsOf } from '../../writes/changes.ts'
import { ingestBatch, type BatchRow } from '../../writes/ingest-batch.ts'
import { sourceOf } from '../../dossiers/commands.ts'
import type { Warning } from '../../contract/errors.ts'
import type { Trx } from '../../database/connect.ts'
import type { Write } from '../../writes/write.ts'
import { MEASURES } from '../../form-ii06a/measures.ts'
import { checkOfItem, resolvedChecks } from './checks/check.ts'
import type {
  DeletedStatistics, DeleteQuery, DossierStatistics, DossierStatisticsAnswer, DossierStatisticsItem
} from './schema.ts'
import { continuityWarnings } from './checks/continuity-warnings.ts'
import { outdatedRows, rememberWithdrawals, reportedAt } from './checks/outdated.ts'
import { levelsOf, lockLevels, rollUpSets } from './rollup.ts'
import { otherDetails, setToDelete } from './checks/set-rules.ts'
import {
  deleteRows, deleteSets, distinctSets, holdSources, openSets, ROW_COLUMNS, rowKeyOf, rowsBefore, rowsOfSets, setDetail,
  setKeyOf, storedSets, upsertRows, type NewRow, type StatisticsRow, type StoredSet
} from './store.ts'

interface StatisticsOptions extends BatchOptions {
  replace: boolean
}

type Beside = Pick<DossierStatisticsAnswer, 'stale' | 'warning_count' | 'warnings' | 'displacement_count' | 'displacements'>

const SHOWN = {
  key: ['unit', 'period', 'source', 'scope', 'field', 'procedure'], show: shown, of: (row: StatisticsRow) => row
} as const
const RESOURCE = 'dossier-statistics'

/**
 * Creates, updates or replaces dossier statistics, all in one transaction. Every row is completed by the identities of
 * form II.06a and checked against them; what two rows would count twice is refused.
 * @throws DomainError `too_many_items`, `invalid_rows`, `forbidden_rows`
 */
export async function postDossierStatistics (
  write: Write, items: readonly unknown[], options: StatisticsOptions
): Promise<DossierStatisticsAnswer> {
  const { trx, by } = write
  let beside: Beside = { stale: 0, warning_count: 0, warnings: [], displacement_count: 0, displacements: [] }
  const answer = await ingestBatch(write, items, options, {
    resource: RESOURCE,
    ...SHOWN,
    check: checkOfItem(by),
    resolve: (wellFormed: DossierStatisticsItem[]) => (
      resolvedChecks(trx, items, wellFormed, { replace: options.replace, by })),
    store: async rows => {
      const { changes, issues, ...found } = await storeStatistics(trx, rows, options)
      beside = found
      return { changes, issues }
    }
  })
  return { ...answer, ...beside }
}

async function storeStatistics (trx: Trx, rows: readonly BatchRow<NewRow>[], { replace }: StatisticsOptions) {
  const all = rows.map(({ row }) => row)
  await holdSources(trx, all.map(({ source }) => source))
  const levels = await lockLevels(trx, levelsOf(all))
  const named = distinctSets(all)
  const stored = await storedSets(trx, named)
  const before = await (replace ? rowsOfSets(trx, named) : rowsBefore(trx, all, named, stored))
  const outdated = await outdatedRows(trx, rows, before, replace)
  const current = rows.filter(({ index }) => !outdated.has(index))
  await openSets(trx, current.map(({ row }) => row), stored)
  const issues = replace ? [] : otherDetails(current, stored)
  const refused = new Set(issues.map(({ index }) => index))
  const written = current.filter(({ index }) => !refused.has(index))
  const deleted = replace ? await deleteOthers(trx, written, before) : []
  const byKey = new Map(before.map(row => [rowKeyOf(row), row]))
  const changes = [...await writeRows(trx, written, byKey, stored), ...deleted]
  const sets = distinctSets(written.map(({ row }) => row))
  const displaced = await rollUpSets(trx, distinctSets(changedRows(changes)), levels, sets)
  const warnings = [...procedureWarnings(written), ...await continuityWarnings(trx, sets, written)]
  const stale = staleChanges(rows.filter(({ index }) => outdated.has(index)), byKey)
  return {
    changes: [...changes, ...stale], issues, stale: outdated.size,
    warning_count: warnings.length, warnings: warnings.slice(0, MAX_WARNINGS), ...displaced
  }
}

async function writeRows (
  trx: Trx, rows: readonly BatchRow<NewRow>[], before: ReadonlyMap<string, StatisticsRow>,
  sets: ReadonlyMap<string, StoredSet>
): Promise<Change<StatisticsRow>[]> {
  const changes = rows.map(({ index, row }) => changeOfRow(index, before.get(rowKeyOf(row)), row))
  const written = changes.filter(({ outcome }) => outcome !== 'unchanged').map(({ after }) => after!)
  const redetailed = written.filter(row => sets.get(setKeyOf(row))!.detail !== row.detail)

  await setDetail(trx, redetailed)
  await upsertRows(trx, written)
  return changes
}

/** Deletes the stored rows of replaced sets that the batch does not hold. */
async function deleteOthers (
  trx: Trx, rows: readonly BatchRow<NewRow>[], before: readonly StatisticsRow[]
): Promise<Change<StatisticsRow>[]> {
  const replaced = new Set(rows.map(({ row }) => setKeyOf(row)))
  const kept = new Set(rows.map(({ row }) => rowKeyOf(row)))
  const deleted = before.filter(row => replaced.has(setKeyOf(row)) && !kept.has(rowKeyOf(row)))
  await deleteRows(trx, deleted)
  await rememberWithdrawals(trx, deleted, rows)
  return deleted.map(deletion)
}

function changeOfRow (index: number, before: StatisticsRow | undefined, posted: NewRow): Change<StatisticsRow> {
  // Figures of the past stay in the field that their procedure had then.
  const field = before === undefined || posted.names_field ? posted.field : before.field
  const row = { ...posted, field, reported_at: reportedAt(posted, before, false) }
  const change = changeOf<StatisticsRow>(index, before, row, ROW_COLUMNS)
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
function changedRows (changes: Change<StatisticsRow>[]): StatisticsRow[] {
  const figures = ['detail', 'field', ...MEASURES] as const
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
  const { trx, by } = write
  const source = sourceOf(asked.source, by)
  const { level, ...set } = await setToDelete(trx, { ...asked, source }, by)
  await holdSources(trx, [source])
  const levels = await lockLevels(trx, levelsOf([{ ...set, level }]))
  const rows = await rowsOfSets(trx, [set])
  await deleteRows(trx, rows)
  await rememberWithdrawals(trx, rows, [])
  await deleteSets(trx, [set])
  await rollUpSets(trx, distinctSets(rows), levels, [])
  write.auditRows.push(...auditRowsOf(RESOURCE, rows.map(deletion), SHOWN))
  const { province_code: _, ...key } = set
  return { ...key, deleted: rows.length }
}

/** As the API shows a row: without what follows from the rest. Written out, as it is asked twice of each row. */
function shown (row: StatisticsRow): DossierStatistics {
  return {
    unit: row.unit,
    period: row.period,
    source: row.source,
    scope: row.scope,
    field: row.field,
    procedure: row.procedure,
    reported_at: row.reported_at,
    received_online: row.received_online,
    received_direct: row.received_direct,
    received_postal: row.received_postal,
    carried_over: row.carried_over,
    received: row.received,
    resolved_early: row.resolved_early,
    resolved_on_time: row.resolved_on_time,
    resolved_in_time: row.resolved_in_time,
    resolved_overdue: row.resolved_overdue,
    resolved: row.resolved,
    pending_in_time: row.pending_in_time,
    pending_overdue: row.pending_overdue,
    pending: row.pending
  }
}
