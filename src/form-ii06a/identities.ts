import { completedBy, type MeasureIssue, type Rules } from '../measures/identities.ts'
import { MEASURES, measuresOf, type Measure, type Measures } from './measures.ts'

/** The identities of the form, with its column numbers. */
const RULES: Rules<Measure> = {
  measures: MEASURES,
  measuresOf,
  identities: [
    // 3 = 4 + 5 + 6
    { code: 'received_identity', total: 'received', parts: ['received_online', 'received_direct', 'carried_over'] },
    // 8 + 9, which many sources do not separate
    { code: 'resolved_identity', total: 'resolved_in_time', parts: ['resolved_early', 'resolved_on_time'] },
    // 7 = 8 + 9 + 10
    { code: 'resolved_identity', total: 'resolved', parts: ['resolved_in_time', 'resolved_overdue'] },
    // 11 = 12 + 13
    { code: 'pending_identity', total: 'pending', parts: ['pending_in_time', 'pending_overdue'] },
    // 3 = 7 + 11, and what was cancelled where a source says how much
    {
      code: 'balance_identity', total: 'received', parts: ['resolved', 'pending'],
      ifMore: 'what was cancelled is reported as `cancelled`'
    }
  ],
  partsOf: [{ code: 'postal_identity', part: 'received_postal', whole: 'received_direct' }]
}

/**
 * The measures of the form that follow from the known ones, and the identities that do not hold.
 * @param cancelled dossiers that left the balance without being resolved; null: the source does not say, and the
 *   balance is that of the form
 */
export function completed (
  given: Partial<Measures>, cancelled: number | null = null
): { measures: Measures, issues: MeasureIssue[] } {
  return completedBy(cancelled === null ? RULES : rulesBeside(cancelled), given)
}

function rulesBeside (cancelled: number): Rules<Measure> {
  const identities = RULES.identities.map(identity => (
    identity.code === 'balance_identity' ? { ...identity, beside: { name: 'cancelled', count: cancelled } } : identity))
  return { ...RULES, identities }
}
