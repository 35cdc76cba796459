// What a source says of a dossier besides: how it is read, and what of it contradicts the rest.
import type { Issue, Warning } from '../../../contract/errors.ts'
import { instantText } from '../../../time/business-day.ts'
import { issueAt } from '../../../writes/row-issues.ts'
import { isInstantDetail, type Details } from '../../details/details.ts'
import { DETAIL_NAMES, type DetailName, type InstantDetail, type SentDetails } from '../../details/schema.ts'
import type { Countable } from '../../rules/events.ts'
import { hasEnded, hasResult } from '../../rules/status.ts'

/**
 * The details of a record; null: it has none, as most.
 * @param instant reads one, and notes what is wrong with it
 */
export function readDetails (
  item: SentDetails, instant: (text: string, name: DetailName, issues: Issue[]) => number, issues: Issue[]
): Details | null {
  let details: Record<string, unknown> | null = null
  for (const name of DETAIL_NAMES) {
    const value = item[name]
    if (value == null) continue
    details ??= {}
    details[name] = isInstantDetail(name) ? instant(value as string, name, issues) : value
  }
  return details
}

/** What contradicts itself, or the rest of the dossier. */
export function detailIssues (dossier: Countable): readonly Issue[] {
  return dossier.details === null ? NONE : issuesOf(dossier.details, dossier)
}

const NONE: readonly never[] = []

function issuesOf (details: Details, { status, channel, received_at: received }: Countable): Issue[] {
  const issues: Issue[] = []
  const needs = (name: DetailName, needed: DetailName) => {
    if (details[name] === undefined || details[needed] !== undefined) return
    issues.push(issueAt(needed, 'missing', `${name} needs ${needed}`))
  }
  const inOrder = (first: number | undefined, firstName: string, name: InstantDetail) => {
    const then = details[name]
    if (first === undefined || then === undefined || then >= first) return
    const detail = `${name} (${instantText(then)}) is before ${firstName} (${instantText(first)})`
    issues.push(issueAt(name, 'out_of_range', detail))
  }
  const { submitted_at: submitted = received, parts = Infinity, digitised_parts: digitised = 0 } = details
  if (submitted > received) {
    const detail = `submitted_at (${instantText(submitted)}) is after received_at (${instantText(received)})`
    issues.push(issueAt('submitted_at', 'out_of_range', detail))
  }
  if (digitised > parts) {
    issues.push(issueAt('digitised_parts', 'out_of_range', `digitised_parts (${digitised}) is more than parts (${parts})`))
  }
  if (details.has_fee !== undefined && details.fee_due !== undefined && details.has_fee !== (details.fee_due > 0)) {
    issues.push(issueAt('has_fee', 'not_allowed', `has_fee is ${details.has_fee}, and fee_due is ${details.fee_due}`))
  }
  needs('promised_at', 'apology_at')
  needs('refused_after_acceptance', 'refused_at')
  needs('case_limit', 'case_limit_unit')
  needs('case_limit_unit', 'case_limit')
  inOrder(details.submitted_at, 'submitted_at', 'refused_at')
  inOrder(received, 'received_at', 'apology_at')
  inOrder(details.apology_at, 'apology_at', 'promised_at')
  if (details.cancelled === true && (!hasEnded(status) || hasResult(status))) {
    issues.push(issueAt('cancelled', 'not_allowed', `a dossier that is cancelled has status 7 or 8, not ${status}`))
  }
  if (details.apology === false && details.apology_at !== undefined) {
    issues.push(issueAt('apology', 'not_allowed', 'there was an apology, since apology_at says when'))
  }
  if (details.online_service !== undefined && channel !== 'online') {
    issues.push(issueAt('online_service', 'not_allowed', `online_service needs channel online, not ${channel}`))
  }
  return issues
}

export type DetailWarning = Omit<Warning, 'code'> & { code: 'paid_more_than_due' | 'promise_before_due' }

/** What is odd, and no reason to refuse the dossier. */
export function detailWarnings ({ due_at: due, details }: Countable): readonly DetailWarning[] {
  if (details === null) return NONE
  const { fee_due: fee = Infinity, fee_paid: paid = 0, promised_at: promised = Infinity } = details
  const warnings: DetailWarning[] = []
  if (paid > fee) {
    warnings.push({
      pointer: '/fee_paid', code: 'paid_more_than_due', detail: `fee_paid (${paid}) is more than fee_due (${fee})`
    })
  }
  if (due !== null && promised <= due) {
    const detail = `promised_at (${instantText(promised)}) is not after due_at (${instantText(due)})`
    warnings.push({ pointer: '/promised_at', code: 'promise_before_due', detail })
  }
  return warnings
}
