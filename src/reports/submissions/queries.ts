import { sql } from 'kysely'
import type { Reach } from '../../contract/caller.ts'
import type { Db } from '../../database/connect.ts'
import { exactly } from '../../catalogue/units/resolve.ts'
import { filledReport } from '../filled-report/queries.ts'
import { reportNamed } from '../revisions/named.ts'
import type { ReportKey, ReportStage } from '../stages/stage.ts'
import { stageOf } from '../stages/store.ts'
import { VALUES_GIVEN, valuesOf } from './counts-sql.ts'
import type { ReportFormQuery, Submission, SubmissionPath } from './schema.ts'

/**
 * How far a report is.
 * @param now milliseconds since 1970
 * @throws DomainError `not_found` for unit and period, `invalid_request` for the form
 */
export async function submission (
  db: Db, path: SubmissionPath, { form }: ReportFormQuery, reach: Reach, now: number
): Promise<Submission> {
  const { key } = await reportNamed(db, path, form, reach)
  return submissionOf(db, await stageOf(db, key, now))
}

/** A report as the API shows how far it is, with its counts. */
export async function submissionOf (db: Db, report: ReportStage): Promise<Submission> {
  const { unit, period, form, stage, locked, nothing_to_report, due_on, lock_on, sent_at, submitted_at } = report
  const { approved_at, published_at, reopened_until, reopen_reason, note, revision } = report
  const { values_given, values_of_form } = await valueCounts(db, report)
  return {
    unit, period, form, stage, locked, nothing_to_report, due_on, lock_on, sent_at, submitted_at, approved_at,
    published_at, reopened_until, reopen_reason, note, revision: revision === 0 ? null : revision, values_given,
    values_of_form
  }
}

interface ValueCounts {
  values_given: number
  values_reported: number
  values_of_form: number
}

export async function valueCounts (db: Db, { province_code, unit, period, form }: ReportKey): Promise<ValueCounts> {
  const { rows: [counts] } = await sql<ValueCounts>`
    select values_given, values_reported, ${valuesOf(form)} as values_of_form
    from (select ${province_code}::text as province_code, ${unit}::text as unit, ${period}::text as period,
      ${form}::text as form) as asked ${VALUES_GIVEN}`.execute(db)
  return counts!
}

/**
 * How many values of a report the service derives, if the form asks for no others: what the unit alone can say is
 * missing in a report without values. A derived 0 is one of them: what it is counted from exists, such as a procedure
 * in force, the dossiers of a unit, or the report of one below.
 * @param now milliseconds since 1970
 */
export async function derivedCount (
  db: Db, { unit, period, form }: Omit<ReportKey, 'province_code'>, reach: Reach, now: number
): Promise<number> {
  const others = await db.selectFrom('indicators').select('code').where('form', '=', form)
    .where('value_type', '<>', 'heading').where('derivation', 'is', null).executeTakeFirst()
  if (others !== undefined) return 0
  const { rows } = await filledReport(db, { unit: exactly(unit), period }, { form }, reach, now)
  return rows.filter(({ source }) => source === 'computed' || source === 'aggregated').length
}
