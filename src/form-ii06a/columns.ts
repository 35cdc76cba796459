import type { Measure } from './measures.ts'

/** The columns of form II.06a on paper, in its order. Columns 1 and 2 are the number and the name of a row. */
export const COLUMNS: Partial<Record<Measure, number>> = {
  received: 3,
  received_online: 4,
  received_direct: 5,
  carried_over: 6,
  resolved: 7,
  resolved_early: 8,
  resolved_on_time: 9,
  resolved_overdue: 10,
  pending: 11,
  pending_in_time: 12,
  pending_overdue: 13
}

/** All measures: the columns on paper, then 8 + 9, which many sources do not separate, and the postal part of 5. */
export const FORM_MEASURES = [...Object.keys(COLUMNS), 'resolved_in_time', 'received_postal'] as Measure[]
