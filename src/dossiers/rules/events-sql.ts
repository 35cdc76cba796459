import { sql, type RawBuilder } from 'kysely'
import { columns } from '../../database/sql/bulk-json.ts'
import { dayIn } from '../../time/business-day-sql.ts'
import { EVENT_MEASURES } from './events.ts'
import { ENDED_AT, HAS_RESULT, IS_COUNTED } from './status.ts'

const NEEDED = ['province_code', 'code', 'status', 'channel', 'due_at', 'supplements']

/**
 * The events of dossiers, one row for each: the columns asked for, `day`, and the measures, of which one is not 0 (two
 * for a dossier received by post, and for one due and in time). It implements the rules of events.ts a second time on
 * purpose: one updates the rollups and the other rebuilds them, so a mistake in either shows.
 *
 * `counted` has each dossier with its business days; those without supplements need no more. For the few others,
 * `waits` has each supplement, `terms` the days between them with the due date then in force, `reached` the day on
 * which that due date came, `overdue` the days after it, and `met` the due dates that count as due.
 * @param names columns of the dossiers
 * @param which the table, or a query for some of its rows
 */
export function dossierEvents (names: readonly string[], which: RawBuilder<unknown>): RawBuilder<unknown> {
  const own = names.length === 0 ? sql`` : sql`${columns(names)}, `
  const ofTerm = columns([...new Set(['province_code', 'code', ...names])])
  return sql`
    with counted as not materialized (
      select ${columns([...new Set([...NEEDED, ...names])])}, ended_at,
        ${dayIn('received_at')} as received_on, ${dayIn('ended_at')} as ended_on, ${dayIn('due_at')} as due_on,
        supplements is null or coalesce(ended_at <= (supplements -> 0 ->> 'requested_at')::timestamptz, false) as never_waited
      from ${which} as dossiers cross join lateral (select ${ENDED_AT} as ended_at) as ends
      where ${IS_COUNTED}
    ),
    waits as (
      select counted.*, n, requested_at, least(completed_at, ended_at) as waited_until,
        coalesce(lag(new_due_at) over earlier, old_due_at, due_at) as due_until_then,
        lag(least(completed_at, ended_at)) over earlier as waited_before,
        lead(n) over earlier is null as is_last
      from counted cross join lateral rows from (jsonb_to_recordset(supplements) as (
        requested_at timestamptz, completed_at timestamptz, old_due_at timestamptz, new_due_at timestamptz
      )) with ordinality as asked (requested_at, completed_at, old_due_at, new_due_at, n)
      where supplements is not null and (ended_at is null or requested_at < ended_at)
      window earlier as (partition by province_code, code order by n)
    ),
    terms as (
      select ${ofTerm}, ended_at, ended_on, due_at as due, 2147483647 as n, true as final,
        greatest(received_on, ${dayIn('waited_until')}) as starts_on, 'infinity'::date as stops_on
      from waits where is_last and waited_until is not null
      union all
      select ${ofTerm}, ended_at, ended_on, due_until_then, n, false,
        greatest(received_on, ${dayIn('waited_before')}), ${dayIn('requested_at')}
      from waits
    ),
    reached as (
      select *, ${dayIn('due')} as due_day, greatest(starts_on, ${dayIn('due')}) as reached_on
      from terms where due is not null
    ),
    overdue as (
      select *, least(stops_on, ended_on) as overdue_until from reached where reached_on < least(stops_on, ended_on)
    ),
    met as (
      select *, due_day is distinct from lag(due_day) over (partition by province_code, code order by n) as is_another
      from reached where final or reached_on < stops_on
    )
    select ${own}happened.*
    from counted
    cross join lateral (select
      due_at is null or ended_at <= due_at as is_in_time,
      due_at is not null and ended_on < due_on and ${HAS_RESULT} as is_early,
      case when never_waited and due_at is not null then greatest(received_on, due_on) end as reached_on) as how
    cross join lateral (
      select received_on, (channel = 'online')::int, (channel <> 'online')::int, (channel = 'postal')::int, 0, 0, 0, 0, 0, 0
      union all
      select ended_on, 0, 0, 0, (is_in_time and is_early)::int, (is_in_time and not is_early)::int, (not is_in_time)::int,
        0, 0, 0
      where ended_at is not null
      union all
      select reached_on, 0, 0, 0, 0, 0, 0, 1, 0, 0 where reached_on < coalesce(ended_on, 'infinity')
      union all
      select ended_on, 0, 0, 0, 0, 0, 0, -1, 0, 0 where reached_on < ended_on
      union all
      select reached_on, 0, 0, 0, 0, 0, 0, 0, 1, coalesce(ended_at <= due_at, false)::int where reached_on is not null
    ) as happened (day, ${columns(EVENT_MEASURES)})
    union all
    select ${own}reached_on, 0, 0, 0, 0, 0, 0, 1, 0, 0 from overdue
    union all
    select ${own}overdue_until, 0, 0, 0, 0, 0, 0, -1, 0, 0 from overdue where overdue_until < 'infinity'
    union all
    select ${own}reached_on, 0, 0, 0, 0, 0, 0, 0, 1, (final and coalesce(ended_at <= due, false))::int
    from met where is_another`
}
