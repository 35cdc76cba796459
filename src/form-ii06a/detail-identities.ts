import type { IssueCode } from '../contract/errors.ts'
import { tooLarge, type MeasureIssue } from '../measures/identities.ts'
import { DETAIL_MEASURES, type DetailMeasure, type DetailMeasures } from './detail-measures.ts'
import type { Measure, Measures } from './measures.ts'

type AnyMeasure = Measure | DetailMeasure

interface DetailIdentity {
  code: IssueCode
  total: AnyMeasure
  parts: readonly DetailMeasure[]
}

/** The parts add up to the total. `cancelled` is in the balance, which is one of the identities of form II.06a. */
const IDENTITIES: readonly DetailIdentity[] = [
  {
    code: 'online_service_identity', total: 'received_online',
    parts: ['received_online_full', 'received_online_partial', 'received_online_other']
  },
  {
    code: 'apology_identity', total: 'resolved_overdue',
    parts: ['resolved_overdue_with_apology', 'resolved_overdue_without_apology']
  },
  {
    code: 'apology_identity', total: 'pending_overdue',
    parts: ['pending_overdue_with_apology', 'pending_overdue_without_apology']
  },
  { code: 'payment_identity', total: 'resolved_paid', parts: ['resolved_paid_online', 'resolved_paid_direct'] }
]

/** The parts, of which there may be others, are no more than the total. */
const SHARES: readonly Omit<DetailIdentity, 'code'>[] = [
  { total: 'received', parts: ['received_non_territorial'] },
  { total: 'resolved', parts: ['resolved_withdrawn', 'resolved_stopped'] },
  { total: 'pending', parts: ['pending_awaiting_supplement'] },
  ...([
    'resolved_with_fee', 'resolved_paid', 'resolved_digitised', 'resolved_electronic_result', 'resolved_data_reused'
  ] as const).map(part => ({ total: 'resolved' as const, parts: [part] }))
]

/**
 * Derives what follows from what is given of details, and leaves the rest unknown.
 * @param given null or left out: unknown
 * @param measures those of form II.06a, completed
 * @returns null: nothing is given; and the identities that do not hold
 */
export function completedDetails (
  given: Partial<DetailMeasures>, measures: Measures
): { details: DetailMeasures | null, issues: MeasureIssue[] } {
  if (DETAIL_MEASURES.every(name => given[name] == null)) return { details: null, issues: [] }
  const details = Object.fromEntries(DETAIL_MEASURES.map(name => [name, given[name] ?? null])) as DetailMeasures
  const all = { ...measures, ...details }
  for (const identity of IDENTITIES) derive(all, identity)
  const issues = [
    ...IDENTITIES.filter(identity => !holds(all, identity)).map(identity => issueOf(all, identity)),
    ...SHARES.filter(share => isExceeded(all, share)).map(share => issueOf(all, { ...share, code: 'part_exceeds_total' })),
    ...tooLarge(DETAIL_MEASURES, all, given)
  ]
  return { details: Object.fromEntries(DETAIL_MEASURES.map(name => [name, all[name]])) as DetailMeasures, issues }
}

type All = Measures & DetailMeasures

function derive (all: All, { total, parts }: DetailIdentity): void {
  const unknown = parts.filter(part => all[part] === null)
  if (unknown.length === 0) all[total] ??= sumOf(all, parts)
  const rest = all[total] === null ? -1 : all[total] - sumOf(all, parts)
  // One unknown part is the rest; several are known only where nothing is left.
  if (rest === 0 || (rest > 0 && unknown.length === 1)) for (const part of unknown) all[part] = rest
}

function holds (all: All, { total, parts }: DetailIdentity): boolean {
  if (all[total] === null) return true
  const sum = sumOf(all, parts)
  return parts.every(part => all[part] !== null) ? all[total] === sum : all[total] >= sum
}

function isExceeded (all: All, { total, parts }: Omit<DetailIdentity, 'code'>): boolean {
  return all[total] !== null && sumOf(all, parts) > all[total]
}

function sumOf (all: All, parts: readonly DetailMeasure[]): number {
  return parts.reduce((sum, part) => sum + (all[part] ?? 0), 0)
}

function issueOf (all: All, { code, total, parts }: DetailIdentity): MeasureIssue {
  const sum = sumOf(all, parts)
  const relation = all[total]! < sum ? 'is less than' : 'is not'
  return { measure: parts[0]!, code, detail: `${total} (${all[total]}) ${relation} what is known of ${parts.join(' + ')} (${sum})` }
}
