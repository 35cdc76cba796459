import { completedDetails } from '../../form-ii06a/detail-identities.ts'
import { detailsOfRow, detailsText, type DetailMeasures, type DetailsRead } from '../../form-ii06a/detail-measures.ts'
import { completed } from '../../form-ii06a/identities.ts'
import { MEASURES, TRANSFERS, type Measures } from '../../form-ii06a/measures.ts'
import { GROUP_KEYS, OnTimeRow } from '../on-time/schema.ts'
import { DossierStatisticsItem, type DossierStatistics } from '../reported/schema.ts'
import type { Counts, StatisticsKind, StatisticsRow } from './kind.ts'

/** Dossiers by form II.06a. They are the only kind that has records as well. */
export const DOSSIERS: StatisticsKind = {
  resource: 'dossier-statistics',
  tables: {
    rows: 'dossier_statistics', sets: 'statistics_sets', levels: 'statistics_by_level', withdrawn: 'withdrawn_statistics'
  },
  measures: MEASURES,
  hasDetails: true,
  dimensions: ['field', 'procedure'],
  completed: completedRow,
  shown,
  item: DossierStatisticsItem,
  answer: { row: OnTimeRow, keys: GROUP_KEYS, fromRecords: [...TRANSFERS, 'due', 'due_in_time'] }
}

function completedRow (item: Partial<Measures & DetailMeasures>) {
  const { measures, issues } = completed(item, item.cancelled)
  const { details, issues: ofDetails } = completedDetails(item, measures)
  return { measures: measures as Counts, details: detailsText(details), issues: [...issues, ...ofDetails] }
}

function shown (row: StatisticsRow, beside?: StatisticsRow): Partial<DossierStatistics> {
  const figures = {
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
  // Most rows have none, and some thirty nulls to compare.
  if (beside !== undefined && beside.details === row.details) return figures
  return { ...figures, ...detailsOfRow(row.details === null ? null : JSON.parse(row.details) as DetailsRead) }
}
