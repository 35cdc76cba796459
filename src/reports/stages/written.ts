import type { Trx } from '../../database/connect.ts'
import { auditRowsOf, type AuditRow } from '../../writes/changes.ts'
import type { ReportStage } from './stage.ts'
import { storeStage } from './store.ts'

/**
 * Notes that values of a locked report were written. What was submitted must be submitted again: what is approved is
 * what was checked. It counts as not sent meanwhile, unless who approves gave it back.
 */
export async function noteWritten (trx: Trx, before: ReportStage): Promise<AuditRow[]> {
  if (before.changed && before.stage === 'draft' && !before.nothing_to_report) return []
  const after = {
    ...before, stage: 'draft' as const, changed: true, nothing_to_report: false,
    sent_at: before.reopened_from === null ? null : before.sent_at
  }
  await storeStage(trx, after)
  return auditOfStage(before, after)
}

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
