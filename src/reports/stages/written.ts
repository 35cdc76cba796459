import type { Trx } from '../../database/connect.ts'
import { auditRowsOf, type AuditRow } from '../../writes/changes.ts'
import type { ReportStage } from './stage.ts'
import { storeStage } from './store.ts'

/**
 * Notes that values of a locked report were written. What was submitted must be submitted again: what is approved is
 * what was checked. It counts as not sent meanwhile, unless who approves gave it back. A reopening that is over has no
 * part in what is written afterwards.
 * @param now milliseconds since 1970
 */
export async function noteWritten (trx: Trx, before: ReportStage, now: number): Promise<AuditRow[]> {
  if (before.changed && before.stage === 'draft' && !before.nothing_to_report) return []
  const { reopened_until: until } = before
  const reopening = until !== null && Date.parse(until) <= now ? NOT_REOPENED : {}
  const since = { ...before, ...reopening }
  const after = {
    ...since, stage: 'draft' as const, changed: true, nothing_to_report: false,
    sent_at: since.reopened_from === null ? null : since.sent_at
  }
  await storeStage(trx, after)
  return auditOfStage(before, after)
}

const NOT_REOPENED = { reopened_from: null, reopened_at: null, reopened_until: null, reopen_reason: null }

/** What happened to a report, for the audit: nothing where only a draft was written. */
export function auditOfStage (before: ReportStage, after: ReportStage): AuditRow[] {
  const [was, is] = [shown(before), shown(after)]
  const outcome = JSON.stringify(was) === JSON.stringify(is) ? 'unchanged' : 'updated'
  return auditRowsOf('submissions', [{ outcome, before, after }], { key: ['unit', 'period', 'form'], show: shown, of: row => row })
}

/** The log says itself who did what. */
function shown (report: ReportStage): object {
  const { province_code, locked, due_on, lock_on, changed, submitted_by, approved_by, ...row } = report
  return row
}
