import { sql, type RawBuilder } from 'kysely'
import { calendarOf } from '../../working-time/calendars/of-province.ts'
import { dayIn } from '../../time/business-day-sql.ts'

/**
 * When a dossier without a due date is due by the term of its procedure, as an expression beside the columns of a
 * dossier: at the end of the last working day of the statutory term on the day of reception, plus the time for which
 * supplements were awaited that are complete. null: the term is unknown, or the calendar is. What was received before
 * the first version of a procedure has the term of that.
 */
export function termDueAt (): RawBuilder<unknown> {
  const waited = sql`coalesce((
    select sum(completed_at - requested_at) from jsonb_to_recordset(supplements) as waits (
      requested_at timestamptz, completed_at timestamptz)), interval '0')`
  return sql`case when due_at is null then ${termEnd()} + ${waited} end`
}

/** The same without supplements: the last millisecond of the last day. */
export function termEnd (): RawBuilder<string> {
  const received = dayIn('received_at')
  return sql<string>`(
    select (last.day + 1)::timestamp at time zone interval '7 hours' - interval '1 millisecond'
    from (
      select statutory_working_days as term from procedure_versions as versions where versions.procedure = sent.procedure
      order by valid_from <= ${received} desc, case when valid_from <= ${received} then valid_from end desc nulls last, valid_from
      limit 1
    ) as version
    join working_calendar_days as first on first.day = ${received}
      and first.working_calendar = ${calendarOf(sql.ref('sent.province_code'))}
    join working_calendar_days as last on last.working_calendar = first.working_calendar
      and last.working_days = first.working_days + term and last.is_working and last.day >= first.day
  )`
}
