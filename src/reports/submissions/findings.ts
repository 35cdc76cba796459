import type { Reach } from '../../contract/caller.ts'
import type { Db } from '../../database/connect.ts'
import { exactly } from '../../catalogue/units/resolve.ts'
import { findingsOf } from '../checks/queries.ts'
import type { ReportKey } from '../stages/stage.ts'

/** What a check found in a report. */
export interface Finding {
  rule: string
  /** Errors keep a report from being submitted; for warnings the unit says something in a note. */
  severity: 'error' | 'warning'
  indicators: readonly string[]
  /** With its figures, in both languages. */
  messages: { en: string, vi: string }
}

/** Checks a report. @param now milliseconds since 1970 */
export type FindingsOf = (
  db: Db, report: Pick<ReportKey, 'unit' | 'period' | 'form'>, reach: Reach, now: number
) => Promise<readonly Finding[]>

/** What the rules in force find. */
export const findingsOfRules: FindingsOf = async (db, { unit, period, form }, reach, now) => {
  const { findings } = await findingsOf(db, { unit: exactly(unit), period, form }, reach, now)
  return findings.map(({ rule, severity, indicator, indicators, messages }) => (
    { rule, severity, indicators: indicator === null ? indicators : [indicator], messages }))
}
