import { sql, type RawBuilder } from 'kysely'
import { isVersionOn } from '../../catalogue/hierarchy/places-sql.ts'
import { dayOf, nameOfDay } from '../../time/business-day.ts'
import type { ReportStage } from './stage.ts'

/**
 * How far reports are at an instant: those in `asked`, a query for what identifies them. The days of those that stood
 * above a unit at the end of the period count. A report that was reopened and
 * has not changed by the end of its time is again what it was: the day locks it, unless it was approved before. One
 * that has changed stays locked.
 * @param now milliseconds since 1970
 */
export function stagesOf (asked: RawBuilder<unknown>, now: number): RawBuilder<ReportStage> {
  const instant = sql`${new Date(now).toISOString()}::timestamptz`
  return sql<ReportStage>`
    select asked.province_code, asked.unit, asked.period, asked.form, effective.stage,
      case when effective.stage in ('approved', 'published') then true
        when reopened_until > ${instant} then false
        when reopened_until is not null and (changed or approved_at is not null) then true
        else coalesce(deadline.lock_on < ${nameOfDay(dayOf(now))}, false) end as locked,
      coalesce(deadline.due_on, periods.report_due_on) as due_on, deadline.lock_on,
      coalesce(nothing_to_report, false) as nothing_to_report, note, sent_at, submitted_at, submitted_by, approved_at,
      approved_by, published_at, coalesce(revision, 0) as revision, reopened_from, reopened_at, reopened_until,
      reopen_reason, coalesce(changed, false) as changed
    from (${asked}) as asked
      join units on units.id = asked.unit
      join periods on periods.code = asked.period
      join unit_versions as versions on versions.unit = units.id and ${isVersionOn(sql`periods.ends_on`)}
      left join submissions on submissions.province_code = asked.province_code and submissions.unit = asked.unit
        and submissions.period = asked.period and submissions.form = asked.form
      left join lateral (
        select due_on, lock_on from submission_deadlines as given
        where given.province_code = asked.province_code and given.unit = any(versions.path) and given.period = asked.period
          and given.form = asked.form
        order by array_position(versions.path, given.unit) desc limit 1) as deadline on true
      cross join lateral (
        select case when stage = 'draft' and reopened_until <= ${instant} and not changed then reopened_from
          else coalesce(stage, 'draft') end as stage) as effective`
}
