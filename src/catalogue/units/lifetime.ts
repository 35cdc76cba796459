import type { Issue, RelatedUnits } from '../../contract/errors.ts'
import { issueAt } from '../../writes/row-issues.ts'
import type { ResolvedUnit } from './resolve.ts'

type Lifetime = Pick<ResolvedUnit, 'valid_from' | 'valid_to'>

export interface Days {
  starts_on: string
  ends_on: string
}

/** Whether a unit exists, or a procedure is in force, in a period, if only for a day. */
export function existsIn ({ valid_from, valid_to }: Lifetime, period: Days): boolean {
  return valid_from <= period.ends_on && (valid_to === null || valid_to >= period.starts_on)
}

/**
 * @param when it did not exist, such as `in 2021-Q4`
 * @param related those that may be meant in its place
 */
export function unitNotValid (
  { id, valid_from, valid_to }: Lifetime & { id: string }, when: string, related: RelatedUnits = {}
): Issue {
  const issue = issueAt('unit', 'unit_not_valid', `unit ${id} exists from ${valid_from} to ${valid_to ?? 'today'}, not ${when}`)
  const named = Object.entries(related as Record<string, string[]>).filter(([, ids]) => ids.length > 0)
  return { ...issue, ...Object.fromEntries(named) }
}
