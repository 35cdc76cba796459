import { OUTCOMES, type Outcome } from '../../writes/outcomes.ts'
import type { OutcomeCounts } from './schema.ts'

export const COUNTS = ['received', ...OUTCOMES] as const

export function noCounts (): OutcomeCounts {
  return { received: 0, created: 0, updated: 0, unchanged: 0, stale: 0, deleted: 0, rejected: 0 }
}

export function countsOf (outcomes: readonly Outcome[]): OutcomeCounts {
  const counts = noCounts()
  counts.received = outcomes.length
  for (const outcome of outcomes) counts[outcome]++
  return counts
}
