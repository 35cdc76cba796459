import type { IssueCode } from '../contract/errors.ts'
import { MAX_COUNT } from '../contract/fields.ts'
import { MEASURES, measuresOf, type Measure, type Measures } from './measures.ts'

interface Identity {
  code: IssueCode
  total: Measure
  parts: readonly Measure[]
}

/** The identities of the form, with its column numbers. */
const IDENTITIES: readonly Identity[] = [
  // 3 = 4 + 5 + 6
  { code: 'received_identity', total: 'received', parts: ['received_online', 'received_direct', 'carried_over'] },
  // 8 + 9, which many sources do not separate
  { code: 'resolved_identity', total: 'resolved_in_time', parts: ['resolved_early', 'resolved_on_time'] },
  // 7 = 8 + 9 + 10
  { code: 'resolved_identity', total: 'resolved', parts: ['resolved_in_time', 'resolved_overdue'] },
  // 11 = 12 + 13
  { code: 'pending_identity', total: 'pending', parts: ['pending_in_time', 'pending_overdue'] },
  // 3 = 7 + 11
  { code: 'balance_identity', total: 'received', parts: ['resolved', 'pending'] }
]

export interface MeasureIssue {
  measure: Measure
  code: IssueCode
  detail: string
}

/**
 * Derives the measures that follow from the known ones, and leaves the others unknown.
 * @param given counts from 0 to `MAX_COUNT`; null or left out: unknown
 * @returns all measures, and the identities that do not hold. If there are any, the measures must not be stored.
 */
export function completed (given: Partial<Measures>): { measures: Measures, issues: MeasureIssue[] } {
  const measures = measuresOf(given)
  while (IDENTITIES.some(identity => derive(measures, identity)));
  if (measures.received_direct === 0) measures.received_postal ??= 0
  const issues = IDENTITIES.filter(identity => !holds(measures, identity)).map(identity => issueOf(measures, identity))
  issues.push(...postalIssue(measures), ...tooLarge(measures, given), ...nothingReported(measures))
  return { measures, issues }
}

/** @returns whether it derived a measure */
function derive (measures: Measures, { total, parts }: Identity): boolean {
  let unknown = 0
  let sum = 0
  for (const part of parts) {
    if (measures[part] === null) unknown++
    else sum += measures[part]
  }
  if (measures[total] === null) {
    if (unknown > 0) return false
    measures[total] = sum
    return true
  }
  const rest = measures[total] - sum
  // One unknown part equals the rest. Several are known only if the rest is 0: no count is negative, so all are 0.
  if (unknown === 0 || rest < 0 || (unknown > 1 && rest > 0)) return false
  for (const part of parts) measures[part] ??= rest
  return true
}

function holds (measures: Measures, { total, parts }: Identity): boolean {
  const all = measures[total]
  if (all === null) return true
  let sum = 0
  let complete = true
  for (const part of parts) {
    if (measures[part] === null) complete = false
    sum += leastOf(measures, part)
  }
  return complete ? all === sum : all >= sum
}

/** Of an identity that does not hold. */
function issueOf (measures: Measures, { code, total, parts }: Identity): MeasureIssue {
  const complete = parts.every(part => measures[part] !== null)
  const sum = parts.reduce((least, part) => least + leastOf(measures, part), 0)
  const relation = complete ? `is not ${parts.join(' + ')} (${sum})` : `is less than what is known of ${parts.join(' + ')} (${sum})`
  return { measure: total, code, detail: `${total} (${measures[total]}) ${relation}` }
}

/** The lower bound of a measure: an unknown total is at least the sum of its known parts. */
function leastOf (measures: Measures, measure: Measure): number {
  const known = measures[measure]
  if (known !== null) return known
  if (measure === 'received_direct') return measures.received_postal ?? 0
  let least = 0
  for (const { total, parts } of IDENTITIES) {
    if (total === measure) least = Math.max(least, parts.reduce((sum, part) => sum + leastOf(measures, part), 0))
  }
  return least
}

function postalIssue ({ received_postal: postal, received_direct: direct }: Measures): MeasureIssue[] {
  if (postal === null || direct === null || postal <= direct) return []
  const detail = `received_postal (${postal}) is a part of received_direct (${direct}) and cannot be more`
  return [{ measure: 'received_postal', code: 'postal_identity', detail }]
}

function tooLarge (measures: Measures, given: Partial<Measures>): MeasureIssue[] {
  return MEASURES.filter(measure => measures[measure]! > MAX_COUNT && given[measure] == null)
    .map(measure => ({ measure, code: 'out_of_range', detail: `${measure} would be ${measures[measure]}, over ${MAX_COUNT}` }))
}

function nothingReported (measures: Measures): MeasureIssue[] {
  if (MEASURES.some(measure => measures[measure] !== null)) return []
  return [{ measure: 'received', code: 'nothing_reported', detail: 'at least one measure must be known' }]
}
