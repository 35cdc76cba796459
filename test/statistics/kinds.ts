/** What units report statistics of, as tests see it: what holds for one holds for the other. */
export interface TestedKind {
  /** For titles. */
  name: string
  /** Where rows are posted, and where they are counted. */
  statistics: string
  onTime: string
  /** What rows are broken down by; null: by nothing. */
  fields: readonly [string, ...string[]] | readonly [null]
  bases: readonly ('reported' | 'records')[]
  /** So many that came in the period. */
  received: (count: number) => object
}

export const DOSSIERS: TestedKind = {
  name: 'dossiers',
  statistics: '/v1/dossier-statistics',
  onTime: '/v1/on-time',
  fields: ['land', 'justice', 'construction'],
  bases: ['reported', 'records'],
  received: received_direct => ({ received_online: 0, received_direct })
}

export const FEEDBACK: TestedKind = {
  name: 'feedback',
  statistics: '/v1/feedback-statistics',
  onTime: '/v1/feedback-statistics/on-time',
  fields: [null],
  bases: ['reported'],
  received: received_in_period => ({ received_in_period })
}

export const KINDS = [DOSSIERS, FEEDBACK]

/** The query of a basis, which only dossiers have. */
export function basisIn ({ bases }: TestedKind, basis: string): string {
  return bases.length > 1 ? `basis=${basis}&` : ''
}
