import { DomainError, type Issue } from '../../contract/errors.ts'
import type { Finding } from './findings.ts'
import type { SubmitBody } from './schema.ts'

interface Submitted extends SubmitBody {
  /** Values that are given, those of them that have a value, and those that the service derives. */
  given: number
  reported: number
  derived: number
  findings: readonly Finding[]
}

/**
 * Refuses what cannot be submitted: a report without values, given or derived, unless there is nothing to report;
 * errors; warnings of which the unit says nothing.
 * @throws DomainError `checks_failed` with all that is wrong
 */
export function assertSubmittable (
  { note = null, nothing_to_report: nothing = false, given, reported, derived, findings }: Submitted
): void {
  const errors = findings.filter(({ severity }) => severity === 'error')
  const warnings = findings.filter(({ severity }) => severity === 'warning')
  const isSilent = warnings.length > 0 && (note === null || note.trim() === '')
  const issues: Issue[] = [
    ...nothing && reported > 0 ? [valuesGiven(reported)] : [],
    ...!nothing && given + derived === 0 ? [NOTHING] : [],
    ...errors.map(finding => issueOf(finding, 'check_failed')),
    ...isSilent ? [noteNeeded(warnings.length), ...warnings.map(finding => issueOf(finding, 'check_warning'))] : []
  ]
  if (issues.length > 0) throw new DomainError('checks_failed', 'the report was not submitted; `errors` says why', issues)
}

const NOTHING: Issue = {
  pointer: '', code: 'nothing_reported', detail: 'no value is given, and the service does not derive them all; a unit that has nothing to report says so: nothing_to_report'
}

function valuesGiven (reported: number): Issue {
  return { pointer: '/nothing_to_report', code: 'values_given', detail: `${reported} values are reported, so there is something to report` }
}

function noteNeeded (warnings: number): Issue {
  return { pointer: '/note', code: 'note_needed', detail: `a note must say something about ${warnings} warnings` }
}

function issueOf ({ rule, indicators, messages: { en, vi } }: Finding, code: Issue['code']): Issue {
  return { pointer: `/report/${indicators[0] ?? ''}`, code, detail: `${rule}: ${en}`, vietnamese: `${rule}: ${vi}` }
}
