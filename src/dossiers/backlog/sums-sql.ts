import { sql, type RawBuilder } from 'kysely'
import { dayIn, startOfDay } from '../../time/business-day-sql.ts'
import { dayAfter } from '../../time/calendar.ts'
import { BACKLOG_KINDS, type BacklogKind } from '../backlog-sums/standing.ts'
import { loggedBacklog } from '../backlog-sums/sums.ts'
import { openNow } from '../rules/open-sql.ts'
import { countsOf, type Buckets } from './buckets.ts'

const COLUMN = Object.fromEntries(BACKLOG_KINDS.map(kind => [kind, `kind = '${kind}' and bucket`])) as Record<BacklogKind, string>
const IS_OPEN = sql.raw(`kind = 'received' and bucket <= 4`)

/**
 * What is open today, from the sums of the backlog: one row of counts for each unit, or one in all.
 *
 * `logged` has what the log adds to the table, and `fewer` the days of reception of which it takes dossiers away: the
 * oldest dossier of a unit may be among these. `placed` has the sums of units by bucket. What is received on a day to
 * come is not there yet, though it is in the sums: those few dossiers are read, and their due dates are taken out.
 * @param which a condition on `province_code` and `unit`
 */
export function openBySums (
  isByUnit: boolean, which: RawBuilder<unknown>, { day, ages, due, ahead }: Buckets
): RawBuilder<unknown> {
  const tomorrow = dayAfter(day)
  const [ageBounds, dueBounds] = [[...ages, tomorrow], due].map(days => sql`${days}::date[]`)
  const toCome = openNow(['unit'], sql`received_at >= ${startOfDay(tomorrow)} and ${which}
    and unit = any(array(select unit from placed where kind = 'received' and bucket = ${ages.length + 1}))`, sql`'infinity'`)
  return sql`
    with logged as (
      select province_code, unit, kind, day, sum(dossiers)::integer as dossiers from (${loggedBacklog()}) as cells where ${which}
      group by province_code, unit, kind, day having sum(dossiers) <> 0
    ),
    fewer as (select * from logged where kind = 'received' and dossiers < 0),
    placed as materialized (
      select unit, kind, width_bucket(day, case kind when 'due' then ${dueBounds} else ${ageBounds} end) as bucket,
        sum(dossiers)::integer as dossiers, sum(dossiers * (${day}::date - day)::float8) as days, min(day) filter (where is_left) as oldest
      from (
        select unit, kind, day, dossiers, kind = 'received' and (unit, day) not in (select unit, day from fewer) as is_left
        from backlog_sums where ${which}
        union all
        select unit, kind, day, dossiers, kind = 'received' and dossiers > 0 from logged
        union all
        select unit, kind, day, 0, true
        from fewer join backlog_sums as kept using (province_code, unit, kind, day)
        where kept.dossiers + fewer.dossiers > 0
      ) as cells
      group by unit, kind, bucket
    ),
    here as (
      select unit, kind, bucket, dossiers, days, oldest from placed
      union all
      select unit, 'due', width_bucket(${dayIn('reached_at')}, ${dueBounds}), -1, 0, null
      from (${toCome}) as dossiers where reached_at is not null
    )
    select ${isByUnit ? sql`unit, ` : sql``}${countsOf(ahead, COLUMN, 'coalesce(sum(dossiers) filter (where ?), 0)::bigint')},
      round(sum(days) filter (where ${IS_OPEN})::numeric / nullif(sum(dossiers) filter (where ${IS_OPEN}), 0), 1)::float8 as mean_age_days,
      min(oldest) filter (where ${IS_OPEN}) as oldest_received_on
    from here ${isByUnit ? sql`group by unit having sum(dossiers) filter (where ${IS_OPEN}) > 0` : sql``}`
}
