import { DOSSIER_OUTCOMES, type DossierOutcome } from '../../writes/outcomes.ts'
import type { SourcesInConflict } from '../source-conflicts/record.ts'
import type { OutcomeCounts } from './schema.ts'

export const COUNTS = ['received', ...DOSSIER_OUTCOMES, 'taken_over'] as const

export function noCounts (): OutcomeCounts {
  return {
    received: 0, created: 0, updated: 0, unchanged: 0, stale: 0, deleted: 0, rejected: 0, waiting: 0, taken_over: 0
  }
}

export function countsOf (outcomes: readonly DossierOutcome[], conflicts: readonly SourcesInConflict[]): OutcomeCounts {
  const counts = noCounts()
  counts.received = outcomes.length
  for (const outcome of outcomes) counts[outcome]++
  counts.taken_over = conflicts.filter(({ other }) => other === 'taken over').length
  return counts
}
