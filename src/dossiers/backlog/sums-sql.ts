import { sql, type RawBuilder } from 'kysely'
import { columns } from '../../database/sql/bulk-json.ts'
import { dayIn, startOfDay } from '../../time/business-day-sql.ts'
import { dayAfter } from '../../time/calendar.ts'
import { BACKLOG_KINDS, type BacklogKind } from '../backlog-sums/standing.ts'
import { loggedBacklog } from '../backlog-sums/sums.ts'
import { openNow } from '../rules/open-sql.ts'
import { countsOf, type Buckets } from './buckets.ts'

const COLUMN = Object.fromEntries(BACKLOG_KINDS.map(kind => [kind, `kind = '${kind}' and bucket`])) as Record<BacklogKind, string>
const IS_OPEN = sql.raw(`kind = 'received' and bucket <= 4`)

/**
 * What is open today, from the sums of the backlog: one row of counts for each unit or level, or one in all.
 *
 * Months that end before the bounds of all buckets are read as such, and later ones by their days; `days` is the age of
 * all dossiers of a row together. `logged` has what the log adds to the table, and `fewer` the days of reception of
 * which it takes dossiers away: the oldest dossier of a unit may be among these. `placed` has the sums of units by
 * bucket, and `oldest` the first day of reception that is left in the months that are read as such. What is received
 * on a day to come is not there yet, though it is in the sums: those few dossiers are read, and their due dates are
 * taken out.
 * @param which a condition on `province_code` and `unit`
 */
export function openBySums (
  keys: readonly ('unit' | 'level')[], which: RawBuilder<unknown>, { day, ages, due, ahead }: Buckets
): RawBuilder<unknown> {
  const names = columns(keys)
  const tomorrow = dayAfter(day)
  const [ageBounds, dueBounds] = [[...ages, tomorrow], due].map(days => sql`${days}::date[]`)
  // Of ages the bounds are the earliest.
  const since = sql`${`${ages[0]!.slice(0, 7)}-01`}::date`
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
        sum(dossiers)::integer as dossiers, sum(days) as days, min(day) filter (where is_left) as oldest
      from (
        select unit, kind, month as day, dossiers, dossiers * (${day}::date - month)::bigint - days as days, false as is_left
        from backlog_sums_by_month where month < ${since} and ${which}
        union all
        select unit, kind, day, dossiers, dossiers * (${day}::date - day)::bigint,
          kind = 'received' and (unit, day) not in (select unit, day from fewer)
        from backlog_sums where day >= ${since} and ${which}
        union all
        select unit, kind, day, dossiers, dossiers * (${day}::date - day)::bigint, kind = 'received' and dossiers > 0 from logged
        union all
        select unit, kind, day, 0, 0, true
        from fewer join backlog_sums as kept using (province_code, unit, kind, day)
        where kept.dossiers + fewer.dossiers > 0
      ) as cells
      group by unit, kind, bucket
    ),
    oldest as (
      select unit, (
        select kept.day from backlog_sums as kept
        where kept.province_code = units.province_code and kept.unit = placed.unit and kept.kind = 'received'
          and kept.day < ${since} and (kept.unit, kept.day) not in (select unit, day from fewer)
        order by kept.day limit 1
      ) as day
      from placed join units on id = unit where placed.kind = 'received' and bucket = 0
    ),
    here as (
      select unit, kind, bucket, dossiers, days, oldest from placed
      union all
      select unit, 'received', 0, 0, 0, day from oldest
      union all
      select unit, 'due', width_bucket(${dayIn('reached_at')}, ${dueBounds}), -1, 0, null
      from (${toCome}) as dossiers where reached_at is not null
    )
    select ${names}${keys.length === 0 ? sql`` : sql`, `}${countsOf(ahead, COLUMN, 'coalesce(sum(dossiers) filter (where ?), 0)::bigint')},
      round(sum(days) filter (where ${IS_OPEN}) / nullif(sum(dossiers) filter (where ${IS_OPEN}), 0), 1)::float8 as mean_age_days,
      min(oldest) filter (where ${IS_OPEN}) as oldest_received_on
    from here ${keys.includes('level') ? sql`join (select id as unit, level from units) as units using (unit)` : sql``}
    ${keys.length === 0 ? sql`` : sql`group by ${names} having sum(dossiers) filter (where ${IS_OPEN}) > 0`}`
}
