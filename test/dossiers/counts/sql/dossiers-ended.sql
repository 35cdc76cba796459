-- Which dossiers ended?
select counted.*, 1 as share, counted.unit as counted_for
from
  (
    with
      events as (
        with
          events as (
            with
              counted as not materialized (
                select
                  "province_code", "code", "record", "state", "status", "channel", "due_at", "unit",
                  "procedure", "field", "source", "received_at", "finished_at", "returned_at", "updated_at",
                  "held_from", "held_until", ended_at, asked,
                  coalesce((details ->> 'cancelled')::boolean, false) as is_cancelled,
                  received_on as received_on, ends_on as ended_on,
                  ("due_at" at time zone interval '7 hours')::date as due_on,
                  asked is null
                  or coalesce(ended_at <= (asked -> 0 ->> 'requested_at')::timestamptz, false) as never_waited
                from
                  (
                    select
                      *,
                      case
                        when status >= 9 then coalesce(finished_at, returned_at)
                        when status in (7, 8) then coalesce(finished_at, returned_at, updated_at)
                      end as ended_at,
                      case
                        when status = 5
                        and (
                          supplements is null
                          or supplements -> -1 ->> 'completed_at' is not null
                        ) then coalesce(supplements, '[]') || jsonb_build_object('requested_at', greatest(updated_at, (supplements -> -1 ->> 'completed_at')::timestamptz))
                        else supplements
                      end as asked
                    from
                      (
                        select
                          "province_code", "code", "record", "status", "channel", "due_at", "supplements",
                          "updated_at", "finished_at", "returned_at", "details", "unit", "procedure", "field",
                          "source", "received_at", 32767::smallint as state, '-infinity'::date as held_from,
                          'infinity'::date as held_until,
                          ("received_at" at time zone interval '7 hours')::date as received_on,
                          (
                            case
                              when status >= 9 then coalesce(finished_at, returned_at)
                              when status in (7, 8) then coalesce(finished_at, returned_at, updated_at)
                            end at time zone interval '7 hours'
                          )::date as ends_on
                        from
                          (
                            select *
                            from dossiers
                            where
                              held_from is null
                              and received_at < $1::timestamptz
                              and (
                                case
                                  when status >= 9 then coalesce(finished_at, returned_at)
                                  when status in (7, 8) then coalesce(finished_at, returned_at, updated_at)
                                end is null
                                or greatest(
                                  case
                                    when status >= 9 then coalesce(finished_at, returned_at)
                                    when status in (7, 8) then coalesce(finished_at, returned_at, updated_at)
                                  end,
                                  due_at
                                ) >= $2::timestamptz
                                or supplements is not null
                              )
                              and supplements is not null
                              and province_code = any (array(select id from units where parent is null))
                          ) as dossiers
                        union all
                        select
                          "province_code", "code", "record", "status", "channel", "due_at", "supplements",
                          "updated_at", "finished_at", "returned_at", "details", "unit", "procedure", "field",
                          "source", "received_at", state, held_from, held_until, received_on, ends_on
                        from
                          (
                            select *
                            from
                              (
                                select
                                  "province_code", "code", "record", "source", "unit", "level", "procedure",
                                  "field", "channel", "status", "received_at", "due_at", "finished_at",
                                  "returned_at", "updated_at", "supplements", "details", "held_from",
                                  "received_on", "ends_on", 32767::smallint as state,
                                  'infinity'::date as held_until
                                from dossiers
                                where
                                  held_from is not null
                                  and province_code = any (array(select id from units where parent is null))
                                union all
                                select
                                  "province_code", "code", "record", "source", "unit", "level", "procedure",
                                  "field", "channel", "status", "received_at", "due_at", "finished_at",
                                  "returned_at", "updated_at", "supplements", "details", "held_from",
                                  "received_on", "ends_on", state, held_until
                                from dossier_states
                                where province_code = any (array(select id from units where parent is null))
                              ) as states
                            where
                              held_from <= $3::date
                              and held_until >= $4::date
                              and (
                                held_until < 'infinity'
                                or ends_on is null
                                or greatest(ends_on, held_from) >= $5::date
                                or due_at >= $6::timestamptz
                                or supplements is not null
                              )
                          ) as states
                      ) as dossiers
                    where (status >= 4 or status = 2)
                    offset
                      0
                  ) as dossiers
                offset
                  0
              ),
              waits as (
                select
                  *, coalesce(lag(new_due_at) over earlier, old_due_at, due_at) as due_until_then,
                  coalesce(
                    case when is_awaited then lag(new_due_at) over earlier else new_due_at end, due_at
                  ) as due_from_then,
                  lag(waited_until) over earlier as waited_before, lead(n) over earlier is null as is_last
                from
                  (
                    select
                      counted.*, n, requested_at, old_due_at, new_due_at,
                      least(completed_at, ended_at) as waited_until,
                      completed_at is null
                      or coalesce(ended_at < completed_at, false) as is_awaited
                    from
                      counted
                      cross join lateral rows
                    from
                      (
                        jsonb_to_recordset(asked) as (requested_at timestamptz, completed_at timestamptz, old_due_at timestamptz, new_due_at timestamptz)
                      ) with ordinality as supplements (requested_at, completed_at, old_due_at, new_due_at, n)
                    where
                      asked is not null
                      and (ended_at is null or requested_at < ended_at)
                  ) as requested
                window
                  earlier as (partition by "province_code", "code", "record", "state" order by n)
              ),
              terms as (
                select
                  "province_code", "code", "record", "state", "unit", "procedure", "field", "channel",
                  "source", "status", "received_at", "due_at", "finished_at", "returned_at", "updated_at",
                  "held_from", "held_until", "is_cancelled", ended_at, ended_on, due_from_then as due,
                  2147483647 as n, true as final,
                  greatest(received_on, ("waited_until" at time zone interval '7 hours')::date) as starts_on,
                  'infinity'::date as stops_on,
                  coalesce(ended_at <= due_from_then, ended_at is not null)
                  or (
                    not status in (9, 10)
                    and is_awaited
                    and coalesce(requested_at <= due_until_then, true)
                  ) as is_in_time
                from waits
                where
                  is_last
                  and waited_until is not null
                union all
                select
                  "province_code", "code", "record", "state", "unit", "procedure", "field", "channel",
                  "source", "status", "received_at", "due_at", "finished_at", "returned_at", "updated_at",
                  "held_from", "held_until", "is_cancelled", ended_at, ended_on, due_until_then, n, false,
                  greatest(received_on, ("waited_before" at time zone interval '7 hours')::date),
                  ("requested_at" at time zone interval '7 hours')::date, false
                from waits
              ),
              reached as (
                select
                  *, ("due" at time zone interval '7 hours')::date as due_day,
                  greatest(starts_on, ("due" at time zone interval '7 hours')::date) as reached_on
                from terms
                where due is not null
              ),
              overdue as (
                select
                  *, overdue_until is distinct from lead(reached_on) over later as ends,
                  reached_on is distinct from lag(overdue_until) over later as begins
                from (select *, least(stops_on, ended_on) as overdue_until from reached) as until
                where reached_on < overdue_until
                window
                  later as (partition by "province_code", "code", "record", "state" order by n)
              ),
              met as (
                select
                  *,
                  due_day is distinct from lag(due_day) over (
                    partition by
                      "province_code", "code", "record", "state"
                    order by n
                  ) as is_another
                from reached
                where
                  final
                  or reached_on < stops_on
              )
            select
              "province_code", "code", "record", "unit", "procedure", "field", "channel", "source", "status",
              "received_at", "due_at", "finished_at", "returned_at", "updated_at", "state", "held_from",
              "held_until", happened.*
            from
              counted
              cross join lateral (
                select
                  due_at is null
                  or ended_at <= due_at as is_in_time,
                  due_at is not null
                  and ended_on < due_on
                  and status in (9, 10) as is_early,
                  case
                    when never_waited
                    and due_at is not null then greatest(received_on, due_on)
                  end as reached_on
              ) as how
              cross join lateral (
                select
                  received_on, (channel = 'online')::int, (channel <> 'online')::int,
                  (channel = 'postal')::int, 0, 0, 0, 0, 0, 0, 0, 0
                union all
                select
                  ended_on, 0, 0, 0, (not is_cancelled and is_in_time and is_early)::int,
                  (not is_cancelled and is_in_time and not is_early)::int,
                  (not is_cancelled and not is_in_time)::int, 0, 0, 0, 0, is_cancelled::int
                where
                  ended_at is not null
                  and never_waited
                union all
                select reached_on, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0
                where reached_on < coalesce(ended_on, 'infinity')
                union all
                select ended_on, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0
                where reached_on < ended_on
                union all
                select reached_on, 0, 0, 0, 0, 0, 0, 0, 0, 1, coalesce(ended_at <= due_at, false)::int, 0
                where reached_on is not null
              ) as happened (
                day, "received_online", "received_direct", "received_postal", "resolved_early",
                "resolved_on_time", "resolved_overdue", "became_overdue", "no_longer_overdue", "due",
                "due_in_time", "cancelled"
              )
            union all
            select
              "province_code", "code", "record", "unit", "procedure", "field", "channel", "source", "status",
              "received_at", "due_at", "finished_at", "returned_at", "updated_at", "state", "held_from",
              "held_until", ended_on, 0, 0, 0, (not is_cancelled and is_in_time and is_early)::int,
              (not is_cancelled and is_in_time and not is_early)::int,
              (not is_cancelled and not is_in_time)::int, 0, 0, 0, 0, is_cancelled::int
            from
              (
                select
                  *,
                  due is not null
                  and ended_on < ("due" at time zone interval '7 hours')::date
                  and status in (9, 10) as is_early
                from terms
                where
                  final
                  and ended_at is not null
              ) as ended
            union all
            select
              "province_code", "code", "record", "unit", "procedure", "field", "channel", "source", "status",
              "received_at", "due_at", "finished_at", "returned_at", "updated_at", "state", "held_from",
              "held_until", reached_on, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0
            from overdue
            where begins
            union all
            select
              "province_code", "code", "record", "unit", "procedure", "field", "channel", "source", "status",
              "received_at", "due_at", "finished_at", "returned_at", "updated_at", "state", "held_from",
              "held_until", overdue_until, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0
            from overdue
            where
              ends
              and overdue_until < 'infinity'
            union all
            select
              "province_code", "code", "record", "unit", "procedure", "field", "channel", "source", "status",
              "received_at", "due_at", "finished_at", "returned_at", "updated_at", "state", "held_from",
              "held_until", reached_on, 0, 0, 0, 0, 0, 0, 0, 0, 1, is_in_time::int, 0
            from met
            where is_another
          )
        select
          "province_code", "code", "record", "unit", "procedure", "field", "channel", "source", "status",
          "received_at", "due_at", "finished_at", "returned_at", "updated_at", day, "received_online",
          "received_direct", "received_postal", "resolved_early", "resolved_on_time", "resolved_overdue",
          "became_overdue", "no_longer_overdue", "due", "due_in_time", "cancelled", 0 as moved,
          0 as moved_overdue
        from events
        where
          day >= held_from
          and day < held_until
        union all
        select
          "province_code", "code", "record", "unit", "procedure", "field", "channel", "source", "status",
          "received_at", "due_at", "finished_at", "returned_at", "updated_at", held_from, 0, 0, 0, 0, 0, 0, 0,
          0, 0, 0, 0,
          sum(received_online + received_direct - resolved_early - resolved_on_time - resolved_overdue - cancelled),
          sum(became_overdue - no_longer_overdue)
        from events
        where day < held_from
        group by
          "province_code", "code", "record", "unit", "procedure", "field", "channel", "source", "status",
          "received_at", "due_at", "finished_at", "returned_at", "updated_at", held_from
        union all
        select
          "province_code", "code", "record", "unit", "procedure", "field", "channel", "source", "status",
          "received_at", "due_at", "finished_at", "returned_at", "updated_at", held_until, 0, 0, 0, 0, 0, 0,
          0, 0, 0, 0, 0,
          - sum(received_online + received_direct - resolved_early - resolved_on_time - resolved_overdue - cancelled),
          - sum(became_overdue - no_longer_overdue)
        from events
        where
          day < held_until
          and held_until < 'infinity'
        group by
          "province_code", "code", "record", "unit", "procedure", "field", "channel", "source", "status",
          "received_at", "due_at", "finished_at", "returned_at", "updated_at", held_until
      ),
      entries as (
        select
          "province_code", "code", "record", "unit", "procedure", "field", "channel", "source", "status",
          "received_at", "due_at", "finished_at", "returned_at", "updated_at", day,
          resolved_overdue = 0 as in_time, false as is_pending
        from events
        where
          day between $7::date and $8::date
          and (resolved_early + resolved_on_time + resolved_overdue) = 1
      ),
      listed as (
        select
          "code", "unit", "procedure", "field", "channel", "source", "status", "received_at", "due_at",
          case
            when status >= 9 then coalesce(finished_at, returned_at)
            when status in (7, 8) then coalesce(finished_at, returned_at, updated_at)
          end as ended_at,
          day, in_time, is_pending
        from entries
        union all
        select
          "code", "unit", "procedure", "field", "channel", "source", "status", "received_at", "due_at",
          "ended_at", ("ended_at" at time zone interval '7 hours')::date as day,
          coalesce(ended_at <= due_at, true) as in_time, false as is_pending
        from
          (
            select
              *,
              case
                when status >= 9 then coalesce(finished_at, returned_at)
                when status in (7, 8) then coalesce(finished_at, returned_at, updated_at)
              end as ended_at
            from
              (
                select *
                from dossiers
                where
                  held_from is null
                  and received_at < $9::timestamptz
                  and (
                    case
                      when status >= 9 then coalesce(finished_at, returned_at)
                      when status in (7, 8) then coalesce(finished_at, returned_at, updated_at)
                    end is null
                    or greatest(
                      case
                        when status >= 9 then coalesce(finished_at, returned_at)
                        when status in (7, 8) then coalesce(finished_at, returned_at, updated_at)
                      end,
                      due_at
                    ) >= $10::timestamptz
                    or supplements is not null
                  )
                  and supplements is null
                  and province_code = any (array(select id from units where parent is null))
              ) as dossiers
            where (status >= 4 or status = 2)
          ) as dossiers
        where
          ended_at >= $11::timestamptz
          and ended_at < $12::timestamptz
          and not coalesce((details ->> 'cancelled')::boolean, false)
      )
    select
      "code", "unit", "procedure", "field", "channel", "source", "status", "received_at", "due_at", ended_at,
      due_at as due_by_rules, to_char(day, 'YYYY-MM-DD') as counted_on, in_time, is_pending,
      null::timestamptz as submitted_at, null::float8 as waited_hours, null::float8 as limit_hours
    from listed
  ) as counted
-- $1 "2021-09-15T00:00:00+07:00"
-- $2 "2021-06-15T00:00:00+07:00"
-- $3 "2021-09-14"
-- $4 "2021-06-15"
-- $5 "2021-06-15"
-- $6 "2021-06-15T00:00:00+07:00"
-- $7 "2021-06-15"
-- $8 "2021-09-14"
-- $9 "2021-09-15T00:00:00+07:00"
-- $10 "2021-06-15T00:00:00+07:00"
-- $11 "2021-06-15T00:00:00+07:00"
-- $12 "2021-09-15T00:00:00+07:00"
