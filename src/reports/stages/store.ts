import { sql } from 'kysely'
import type { Db, Trx } from '../../database/connect.ts'
import { columns, recordset } from '../../database/sql/bulk-json.ts'
import { reportKeyOf, type ReportKey, type ReportStage } from './stage.ts'
import { stagesOf } from './stages-sql.ts'

export const REPORT_KEY = ['province_code', 'unit', 'period', 'form'] as const

/**
 * Locks reports until the transaction ends, in the order of their keys, so that no two transactions wait for each
 * other: who writes values of a report, and who moves it on, does one after the other.
 * @param now milliseconds since 1970
 * @returns how far they are, by their keys
 */
export async function lockReports (
  trx: Trx, reports: readonly ReportKey[], now: number
): Promise<Map<string, ReportStage>> {
  const distinct = [...new Map(reports.map(report => [reportKeyOf(report), report])).values()]
  const asked = recordset('submissions', distinct, REPORT_KEY)
  await sql`
    insert into submissions (${columns(REPORT_KEY)})
    select ${columns(REPORT_KEY)} from ${asked} order by ${columns(REPORT_KEY)} on conflict do nothing`.execute(trx)
  await sql`
    select from ${asked} join submissions as stored using (${columns(REPORT_KEY)})
    order by ${columns(REPORT_KEY, 'stored')} for no key update of stored`.execute(trx)
  // Not in the statement that locks: it would see a row as it was before the wait.
  const { rows } = await stagesOf(sql`select ${columns(REPORT_KEY)} from ${asked}`, now).execute(trx)
  return new Map(rows.map(row => [reportKeyOf(row), row]))
}

/** How far one report is. @param now milliseconds since 1970 */
export async function stageOf (db: Db, report: ReportKey, now: number): Promise<ReportStage> {
  const asked = sql`select ${columns(REPORT_KEY)} from ${recordset('submissions', [report], REPORT_KEY)}`
  return (await stagesOf(asked, now).execute(db)).rows[0]!
}

/** Stores how far a locked report is. */
export async function storeStage (trx: Trx, report: ReportStage): Promise<void> {
  const { province_code, unit, period, form, locked, due_on, lock_on, ...kept } = report
  await trx.updateTable('submissions').set(kept)
    .where('province_code', '=', province_code).where('unit', '=', unit).where('period', '=', period)
    .where('form', '=', form).execute()
}
