import { completedBy, type CountsOf, type MeasureIssue, type Rules } from '../measures/identities.ts'

/** How citizens' feedback (phản ánh, kiến nghị) is counted: as dossiers are, without what only those have. */
export const FEEDBACK_MEASURES = [
  'received_in_period', 'carried_over', 'received', 'resolved_in_time', 'resolved_overdue', 'resolved',
  'pending_in_time', 'pending_overdue', 'pending'
] as const
export type FeedbackMeasure = typeof FEEDBACK_MEASURES[number]
export type FeedbackMeasures = CountsOf<FeedbackMeasure>

const RULES: Rules<FeedbackMeasure> = {
  measures: FEEDBACK_MEASURES,
  measuresOf: row => ({
    received_in_period: row.received_in_period ?? null,
    carried_over: row.carried_over ?? null,
    received: row.received ?? null,
    resolved_in_time: row.resolved_in_time ?? null,
    resolved_overdue: row.resolved_overdue ?? null,
    resolved: row.resolved ?? null,
    pending_in_time: row.pending_in_time ?? null,
    pending_overdue: row.pending_overdue ?? null,
    pending: row.pending ?? null
  }),
  identities: [
    { code: 'received_identity', total: 'received', parts: ['received_in_period', 'carried_over'] },
    { code: 'resolved_identity', total: 'resolved', parts: ['resolved_in_time', 'resolved_overdue'] },
    { code: 'pending_identity', total: 'pending', parts: ['pending_in_time', 'pending_overdue'] },
    { code: 'balance_identity', total: 'received', parts: ['resolved', 'pending'] }
  ],
  partsOf: []
}

/** The measures of feedback that follow from the known ones, and the identities that do not hold. */
export function completedFeedback (
  given: Partial<FeedbackMeasures>
): { measures: FeedbackMeasures, issues: MeasureIssue[] } {
  return completedBy(RULES, given)
}

const MEANINGS: Record<FeedbackMeasure, string> = {
  received_in_period: 'Received in the period. A flow.',
  carried_over: 'Open at the start of the period. A stock.',
  received: '`received_in_period` + `carried_over`.',
  resolved_in_time: 'Resolved in the period, in time. A flow.',
  resolved_overdue: 'Resolved in the period, after the due date. A flow.',
  resolved: '`resolved_in_time` + `resolved_overdue`.',
  pending_in_time: 'Open at the end of the period and not overdue. A stock.',
  pending_overdue: 'Open at the end of the period and overdue. A stock.',
  pending: '`pending_in_time` + `pending_overdue` = `received` − `resolved`. A stock.'
}

/** A schema for each measure, from what the measure means. */
export function eachFeedbackMeasure<S> (schema: (meaning: string) => S): Record<FeedbackMeasure, S> {
  const each = FEEDBACK_MEASURES.map(measure => [measure, schema(MEANINGS[measure])])
  return Object.fromEntries(each) as Record<FeedbackMeasure, S>
}
