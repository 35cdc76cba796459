import { completedFeedback, FEEDBACK_MEASURES } from '../../feedback/measures.ts'
import { FEEDBACK_KEYS, FeedbackOnTimeRow, FeedbackStatisticsItem, type FeedbackStatistics } from '../feedback/schema.ts'
import type { Counts, StatisticsKind, StatisticsRow } from './kind.ts'

/** Citizens' feedback (phản ánh, kiến nghị), which is only reported. */
export const FEEDBACK: StatisticsKind = {
  resource: 'feedback-statistics',
  tables: {
    rows: 'feedback_statistics', sets: 'feedback_sets', levels: 'feedback_by_level', withdrawn: 'withdrawn_feedback'
  },
  measures: FEEDBACK_MEASURES,
  hasDetails: false,
  dimensions: [],
  completed: item => {
    const { measures, issues } = completedFeedback(item)
    return { measures: measures as Counts, details: null, issues }
  },
  shown,
  item: FeedbackStatisticsItem,
  answer: { row: FeedbackOnTimeRow, keys: FEEDBACK_KEYS, fromRecords: [] }
}

function shown (row: StatisticsRow): FeedbackStatistics {
  return {
    unit: row.unit,
    period: row.period,
    source: row.source,
    scope: row.scope,
    reported_at: row.reported_at,
    received_in_period: row.received_in_period,
    carried_over: row.carried_over,
    received: row.received,
    resolved_in_time: row.resolved_in_time,
    resolved_overdue: row.resolved_overdue,
    resolved: row.resolved,
    pending_in_time: row.pending_in_time,
    pending_overdue: row.pending_overdue,
    pending: row.pending
  }
}
