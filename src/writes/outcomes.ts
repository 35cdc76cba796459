/** What became of a row that was sent, or that a batch replaced. */
export const OUTCOMES = ['created', 'updated', 'unchanged', 'stale', 'deleted', 'rejected'] as const
export type Outcome = typeof OUTCOMES[number]

/** The same of dossiers, some of which wait until the catalogue has what they name. */
export const DOSSIER_OUTCOMES = [...OUTCOMES, 'waiting'] as const
export type DossierOutcome = typeof DOSSIER_OUTCOMES[number]

/** What a write can do to a stored row, or leave undone. */
export const CHANGES = OUTCOMES.filter(outcome => outcome !== 'rejected')
