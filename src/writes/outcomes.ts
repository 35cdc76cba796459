/** What became of a row that was sent, or that a batch replaced. */
export const OUTCOMES = ['created', 'updated', 'unchanged', 'stale', 'deleted', 'rejected'] as const
export type Outcome = typeof OUTCOMES[number]

/** What a write can do to a stored row, or leave undone. */
export const CHANGES = OUTCOMES.filter(outcome => outcome !== 'rejected')
