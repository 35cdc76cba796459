import { sql, type RawBuilder } from 'kysely'
import { columns } from '../database/recordset.ts'

/** The business day of an instant; see business-day.ts for the seven hours. */
export function dayIn (instant: string): RawBuilder<string> {
  return sql<string>`(${sql.ref(instant)} at time zone interval '7 hours')::date`
}

const NEEDED = ['province_code', 'code', 'status', 'channel', 'due_at', 'supplements']

/**
 * What happened to dossiers, one row for each thing that did: the columns asked for, `day`, and the measures, of which
 * one is not 0 (of a dossier received by post or due and in time, two). Written from the rules once more, in the terms
 * of SQL, so that a mistake in events.ts shows.
 * @param names columns of the dossiers
 * @param where which of them, as a condition on the table
 */
export function dossierEvents (names: readonly string[], where: RawBuilder<unknown>): RawBuilder<unknown> {
  const own = names.length === 0 ? sql`` : sql`${columns(names)}, `
  const ofTerm = columns([...new Set(['province_code', 'code', ...names])])
  return sql`
    with counted as (
      select ${columns([...new Set([...NEEDED, ...names])])}, ended_at,
        ${dayIn('received_at')} as received_on, ${dayIn('ended_at')} as ended_on, ${dayIn('due_at')} as due_on
      from dossiers cross join lateral (select ${END} as ended_at) as ends
      where ${IS_COUNTED} and ${where}
    ),
    waits as (
      select counted.*, n, requested_at, least(completed_at, ended_at) as waited_until,
        coalesce(lag(new_due_at) over earlier, old_due_at, due_at) as due_until_then,
        lag(least(completed_at, ended_at)) over earlier as waited_before,
        lead(n) over earlier is null as is_last
      from counted cross join lateral rows from (jsonb_to_recordset(supplements) as (
        requested_at timestamptz, completed_at timestamptz, old_due_at timestamptz, new_due_at timestamptz
      )) with ordinality as asked (requested_at, completed_at, old_due_at, new_due_at, n)
      where ended_at is null or requested_at < ended_at
      window earlier as (partition by province_code, code order by n)
    ),
    terms as (
      select ${ofTerm}, ended_at, ended_on, due_at as due, 2147483647 as n, true as final,
        received_on as starts_on, 'infinity'::date as stops_on
      from counted
      where supplements is null or not exists (
        select from waits where waits.province_code = counted.province_code and waits.code = counted.code)
      union all
      select ${ofTerm}, ended_at, ended_on, due_at, 2147483647, true,
        greatest(received_on, ${dayIn('waited_until')}), 'infinity'
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
    select ${own}received_on as day,
      (channel = 'online')::int as received_online, (channel <> 'online')::int as received_direct,
      (channel = 'postal')::int as received_postal, 0 as resolved_early, 0 as resolved_on_time, 0 as resolved_overdue,
      0 as became_overdue, 0 as due, 0 as due_in_time
    from counted
    union all
    select ${own}ended_on, 0, 0, 0,
      (is_in_time and is_early)::int, (is_in_time and not is_early)::int, (not is_in_time)::int, 0, 0, 0
    from counted cross join lateral (select
      due_at is null or ended_at <= due_at as is_in_time,
      due_at is not null and ended_on < due_on and status in (9, 10) as is_early) as how
    where ended_at is not null
    union all
    select ${own}reached_on, 0, 0, 0, 0, 0, 0, 1, 0, 0 from overdue
    union all
    select ${own}overdue_until, 0, 0, 0, 0, 0, 0, -1, 0, 0 from overdue where overdue_until < 'infinity'
    union all
    select ${own}reached_on, 0, 0, 0, 0, 0, 0, 0, 1, (final and coalesce(ended_at <= due, false))::int
    from met where is_another`
}

const IS_COUNTED = sql`status in (2, 4, 5, 6, 7, 8, 9, 10)`

/** When a dossier ended; null: it is open. */
const END = sql`case
  when status in (7, 8) then coalesce(finished_at, returned_at, updated_at)
  when status in (9, 10) then coalesce(finished_at, returned_at) end`
