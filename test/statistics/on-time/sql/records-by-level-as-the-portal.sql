-- How many dossiers at each level were on time by the rules of the portal?
-- GET /v1/on-time?basis=records&period=2021-Q3&group_by=level&rules=portal-766&method=handled
/* prepared */
select *
from
  (
    with
      counted as (
        select
          "level", received_online as received_online, received_direct as received_direct,
          received_postal as received_postal, (carried_over + greatest(moved, 0)) as carried_over,
          ((carried_over + greatest(moved, 0)) + received_online + received_direct) as received,
          resolved_early as resolved_early, resolved_on_time as resolved_on_time,
          (resolved_early + resolved_on_time) as resolved_in_time, resolved_overdue as resolved_overdue,
          (resolved_early + resolved_on_time + resolved_overdue) as resolved,
          (
            ((carried_over + greatest(moved, 0)) + received_online + received_direct) - (resolved_early + resolved_on_time + resolved_overdue) - cancelled - (pending_overdue + least(greatest(- moved_overdue, 0), greatest(- moved, 0)))
          ) as pending_in_time,
          (pending_overdue + least(greatest(- moved_overdue, 0), greatest(- moved, 0))) as pending_overdue,
          (
            ((carried_over + greatest(moved, 0)) + received_online + received_direct) - (resolved_early + resolved_on_time + resolved_overdue) - cancelled
          ) as pending,
          greatest(moved, 0) as transferred_in, greatest(- moved, 0) as transferred_out, due as due,
          due_in_time as due_in_time, cancelled as cancelled
        from
          (
            with
              asked as (
                select *
                from
                  (
                    values ($1::text, $2::date, $3::date, $4::date)
                  ) as spans (period, starts_on, ends_on, due_on)
              ),
              summed as (
                select
                  "level",
                  coalesce(
                    sum(received_online) filter (where day >= starts_on), 0
                  )::bigint as received_online,
                  coalesce(
                    sum(received_direct) filter (where day >= starts_on), 0
                  )::bigint as received_direct,
                  coalesce(
                    sum(received_postal) filter (where day >= starts_on), 0
                  )::bigint as received_postal,
                  coalesce(sum(resolved_early) filter (where day >= starts_on), 0)::bigint as resolved_early,
                  coalesce(
                    sum(resolved_on_time) filter (where day >= starts_on), 0
                  )::bigint as resolved_on_time,
                  coalesce(
                    sum(resolved_overdue) filter (where day >= starts_on), 0
                  )::bigint as resolved_overdue,
                  coalesce(sum(due) filter (where day between starts_on and due_on), 0)::bigint as due,
                  coalesce(
                    sum(due_in_time) filter (where day between starts_on and due_on), 0
                  )::bigint as due_in_time,
                  coalesce(sum(cancelled) filter (where day >= starts_on), 0)::bigint as cancelled,
                  coalesce(sum(moved) filter (where day >= starts_on), 0)::bigint as moved,
                  coalesce(sum(moved_overdue) filter (where day >= starts_on), 0)::bigint as moved_overdue,
                  coalesce(
                    sum(received_online + received_direct - resolved_early - resolved_on_time - resolved_overdue - cancelled + moved) filter (
                      where day < starts_on
                    ),
                    0
                  )::bigint as carried_over,
                  (
                    coalesce(
                      sum(became_overdue) filter (where day <= ends_on), 0
                    ) - coalesce(sum(no_longer_overdue - moved_overdue), 0)
                  )::bigint as pending_overdue
                from
                  asked
                  join (
                    select *
                    from
                      (
                        select
                          "level", "slice" as day, "received_online", "received_direct", "received_postal",
                          "resolved_early", "resolved_on_time", "resolved_overdue", "became_overdue",
                          "no_longer_overdue", "due", "due_in_time", "cancelled", "moved", "moved_overdue"
                        from "dossier_sums_by_channel"
                        where province_code = any (array(select id from units where parent is null))
                        union all
                        select
                          "level", "day" as day, "received_online", "received_direct", "received_postal",
                          "resolved_early", "resolved_on_time", "resolved_overdue", "became_overdue",
                          "no_longer_overdue", "due", "due_in_time", "cancelled", "moved", "moved_overdue"
                        from "dossier_differences_by_day"
                        where
                          province_code = any (array(select id from units where parent is null))
                          and rules = $5
                        union all
                        select
                          "level", day, "received_online", "received_direct", "received_postal",
                          "resolved_early", "resolved_on_time", "resolved_overdue", "became_overdue",
                          "no_longer_overdue", "due", "due_in_time", "cancelled", "moved", "moved_overdue"
                        from
                          (
                            select
                              "level", day, "received_online", "received_direct", "received_postal",
                              "resolved_early", "resolved_on_time", "resolved_overdue", "became_overdue",
                              "no_longer_overdue", "due", "due_in_time", "cancelled", 0 as moved,
                              0 as moved_overdue
                            from
                              (
                                with
                                  counted as not materialized (
                                    select
                                      "province_code", "code", "record", "status", "channel", "due_at",
                                      "level", ended_at, asked,
                                      coalesce((details ->> 'cancelled')::boolean, false) as is_cancelled,
                                      ("received_at" at time zone interval '7 hours')::date as received_on,
                                      ("ended_at" at time zone interval '7 hours')::date as ended_on,
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
                                            select *
                                            from
                                              (
                                                select
                                                  "province_code", "code", "record", "source", "unit",
                                                  "level", "procedure", "field", "channel", "received_at",
                                                  "updated_at", "details", "held_from", "received_on",
                                                  ends_on, sent_status, sent_due_at,
                                                  case seen
                                                    when 'refused' then 8
                                                    when 'open' then 4
                                                    when 'ended_by_request' then 9
                                                    when 'overdue' then 4
                                                    else status
                                                  end::smallint as status,
                                                  case seen
                                                    when 'in_time' then null
                                                    when 'open' then null
                                                    when 'ended_by_request' then coalesce((asked -> 0 ->> 'old_due_at')::timestamptz, due_at)
                                                    when 'overdue' then least(due_at, (asked -> 1 ->> 'requested_at')::timestamptz - interval '24 hours')
                                                    else due_at
                                                  end as due_at,
                                                  case seen
                                                    when 'refused' then refused_at
                                                    when 'ended_by_request' then greatest(received_at, first_requested_at)
                                                    else finished_at
                                                  end as finished_at,
                                                  case
                                                    when seen = 'refused' then null
                                                    else returned_at
                                                  end as returned_at,
                                                  case
                                                    when seen is null
                                                    or seen = 'refused' then supplements
                                                  end as supplements
                                                from
                                                  (
                                                    select
                                                      *,
                                                      case
                                                        when coalesce((details ->> 'cancelled')::boolean, false) then null
                                                        when status = 3
                                                        and (details ->> 'refused_after_acceptance')::boolean
                                                        and (details ->> 'refused_at')::timestamptz >= received_at then 'refused'
                                                        when not status in (2, 4, 5, 6)
                                                        or not (true) then null
                                                        when jsonb_array_length(asked) > 1 then 'overdue'
                                                        when jsonb_array_length(asked) = 1
                                                        and asked -> 0 ->> 'completed_at' is null then 'ended_by_request'
                                                        else null
                                                      end as seen,
                                                      (asked -> 0 ->> 'requested_at')::timestamptz as first_requested_at,
                                                      (details ->> 'refused_at')::timestamptz as refused_at
                                                    from
                                                      (
                                                        select
                                                          *,
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
                                                              "province_code", "code", "record", "source",
                                                              "unit", "level", "procedure", "field",
                                                              "channel", "received_at", "updated_at",
                                                              "details", "held_from", "received_on", ends_on,
                                                              "status", "finished_at", "returned_at",
                                                              "was_opened", status as sent_status,
                                                              due_at as sent_due_at,
                                                              coalesce(
                                                                due_at,
                                                                case
                                                                  when due_at is null then (
                                                                    select
                                                                      (last.day + 1)::timestamp at time zone interval '7 hours' - interval '1 millisecond'
                                                                    from
                                                                      (
                                                                        select statutory_working_days as term
                                                                        from procedure_versions as versions
                                                                        where
                                                                          versions.procedure = sent.procedure
                                                                        order by
                                                                          valid_from <= ("received_at" at time zone interval '7 hours')::date desc,
                                                                          case
                                                                            when valid_from <= ("received_at" at time zone interval '7 hours')::date then valid_from
                                                                          end desc nulls last,
                                                                          valid_from
                                                                        limit 1
                                                                      ) as version
                                                                      join working_calendar_days as first on first.day = ("received_at" at time zone interval '7 hours')::date
                                                                      and first.working_calendar = (
                                                                        select code
                                                                        from working_calendars
                                                                        where
                                                                          province = "sent"."province_code"
                                                                          or code = $6
                                                                        order by
                                                                          province is distinct from "sent"."province_code"
                                                                        limit 1
                                                                      )
                                                                      join working_calendar_days as last on last.working_calendar = first.working_calendar
                                                                      and last.working_days = first.working_days + term
                                                                      and last.is_working
                                                                      and last.day >= first.day
                                                                  ) + coalesce(
                                                                    (
                                                                      select sum(completed_at - requested_at)
                                                                      from
                                                                        jsonb_to_recordset(supplements) as waits (requested_at timestamptz, completed_at timestamptz)
                                                                    ),
                                                                    interval '0'
                                                                  )
                                                                end
                                                              ) as due_at,
                                                              supplements
                                                            from
                                                              (
                                                                select *, false as was_opened
                                                                from
                                                                  (
                                                                    select *
                                                                    from dossiers
                                                                    where
                                                                      held_from is null
                                                                      and received_at < $7::timestamptz
                                                                      and province_code = any (
                                                                        array(
                                                                          select id
                                                                          from units
                                                                          where parent is null
                                                                        )
                                                                      )
                                                                      and due_at is null
                                                                  ) as dossiers
                                                              ) as sent
                                                          ) as dossiers
                                                      ) as asked
                                                    offset
                                                      0
                                                  ) as seen
                                              ) as dossiers
                                            where
                                              true
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
                                                ) >= $8::timestamptz
                                                or supplements is not null
                                              )
                                              and true
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
                                      *,
                                      coalesce(lag(new_due_at) over earlier, old_due_at, due_at) as due_until_then,
                                      coalesce(
                                        case
                                          when is_awaited then lag(new_due_at) over earlier
                                          else new_due_at
                                        end,
                                        due_at
                                      ) as due_from_then,
                                      lag(waited_until) over earlier as waited_before,
                                      lead(n) over earlier is null as is_last
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
                                      earlier as (partition by "province_code", "code", "record" order by n)
                                  ),
                                  terms as (
                                    select
                                      "province_code", "code", "record", "level", "status", "is_cancelled",
                                      ended_at, ended_on, due_from_then as due, 2147483647 as n,
                                      true as final,
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
                                      "province_code", "code", "record", "level", "status", "is_cancelled",
                                      ended_at, ended_on, due_until_then, n, false,
                                      greatest(received_on, ("waited_before" at time zone interval '7 hours')::date),
                                      ("requested_at" at time zone interval '7 hours')::date, false
                                    from waits
                                  ),
                                  reached as (
                                    select
                                      *, ("due" at time zone interval '7 hours')::date as due_day,
                                      greatest(starts_on, ("due" at time zone interval '7 hours')::date) as reached_on,
                                      greatest(starts_on, ("due" at time zone interval '7 hours')::date + 1) as overdue_on
                                    from terms
                                    where due is not null
                                  ),
                                  overdue as (
                                    select
                                      *, overdue_until is distinct from lead(overdue_on) over later as ends,
                                      overdue_on is distinct from lag(overdue_until) over later as begins
                                    from
                                      (
                                        select *, least(stops_on, ended_on) as overdue_until
                                        from reached
                                      ) as until
                                    where overdue_on < overdue_until
                                    window
                                      later as (partition by "province_code", "code", "record" order by n)
                                  ),
                                  met as (
                                    select
                                      *,
                                      due_day is distinct from lag(due_day) over (
                                        partition by
                                          "province_code", "code", "record"
                                        order by n
                                      ) as is_another
                                    from reached
                                    where
                                      final
                                      or reached_on < stops_on
                                  )
                                select "level", happened.*
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
                                      end as reached_on,
                                      case
                                        when never_waited
                                        and due_at is not null then greatest(received_on, due_on + 1)
                                      end as overdue_on
                                  ) as how
                                  cross join lateral (
                                    select
                                      received_on, (channel = 'online')::int, (channel <> 'online')::int,
                                      (channel = 'postal')::int, 0, 0, 0, 0, 0, 0, 0, 0
                                    union all
                                    select
                                      ended_on, 0, 0, 0, (not is_cancelled and is_in_time and is_early)::int,
                                      (not is_cancelled and is_in_time and not is_early)::int,
                                      (not is_cancelled and not is_in_time)::int, 0, 0, 0, 0,
                                      is_cancelled::int
                                    where
                                      ended_at is not null
                                      and never_waited
                                    union all
                                    select overdue_on, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0
                                    where overdue_on < coalesce(ended_on, 'infinity')
                                    union all
                                    select ended_on, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0
                                    where overdue_on < ended_on
                                    union all
                                    select
                                      reached_on, 0, 0, 0, 0, 0, 0, 0, 0, 1,
                                      coalesce(ended_at <= due_at, false)::int, 0
                                    where reached_on is not null
                                  ) as happened (
                                    day, "received_online", "received_direct", "received_postal",
                                    "resolved_early", "resolved_on_time", "resolved_overdue",
                                    "became_overdue", "no_longer_overdue", "due", "due_in_time", "cancelled"
                                  )
                                union all
                                select
                                  "level", ended_on, 0, 0, 0,
                                  (not is_cancelled and is_in_time and is_early)::int,
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
                                select "level", overdue_on, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0
                                from overdue
                                where begins
                                union all
                                select "level", overdue_until, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0
                                from overdue
                                where
                                  ends
                                  and overdue_until < 'infinity'
                                union all
                                select "level", reached_on, 0, 0, 0, 0, 0, 0, 0, 0, 1, is_in_time::int, 0
                                from met
                                where is_another
                              ) as events
                            union all
                            select *
                            from
                              (
                                with
                                  events as (
                                    with
                                      counted as not materialized (
                                        select
                                          "province_code", "code", "record", "state", "status", "channel",
                                          "due_at", "level", "held_from", "held_until", ended_at, asked,
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
                                                select *
                                                from
                                                  (
                                                    select
                                                      "province_code", "code", "record", "source", "unit",
                                                      "level", "procedure", "field", "channel", "received_at",
                                                      "updated_at", "details", "held_from", "received_on",
                                                      "state", "held_until",
                                                      case
                                                        when seen = 'open' then null
                                                        when seen = 'ended_by_request' then greatest(("first_requested_at" at time zone interval '7 hours')::date, received_on, held_from)
                                                        when was_opened then greatest(
                                                          ends_on,
                                                          case when ends_on is not null then held_from end
                                                        )
                                                        else ends_on
                                                      end as ends_on,
                                                      sent_status, sent_due_at,
                                                      case seen
                                                        when 'refused' then 8
                                                        when 'open' then 4
                                                        when 'ended_by_request' then 9
                                                        when 'overdue' then 4
                                                        else status
                                                      end::smallint as status,
                                                      case seen
                                                        when 'in_time' then null
                                                        when 'open' then null
                                                        when 'ended_by_request' then coalesce((asked -> 0 ->> 'old_due_at')::timestamptz, due_at)
                                                        when 'overdue' then least(due_at, (asked -> 1 ->> 'requested_at')::timestamptz - interval '24 hours')
                                                        else due_at
                                                      end as due_at,
                                                      case seen
                                                        when 'refused' then refused_at
                                                        when 'ended_by_request' then first_requested_at
                                                        else finished_at
                                                      end as finished_at,
                                                      case
                                                        when seen = 'refused' then null
                                                        else returned_at
                                                      end as returned_at,
                                                      case
                                                        when seen is null
                                                        or seen = 'refused' then supplements
                                                      end as supplements
                                                    from
                                                      (
                                                        select
                                                          *,
                                                          case
                                                            when coalesce((details ->> 'cancelled')::boolean, false) then null
                                                            when status = 3
                                                            and (details ->> 'refused_after_acceptance')::boolean
                                                            and (details ->> 'refused_at')::timestamptz >= received_at then 'refused'
                                                            when not status in (2, 4, 5, 6)
                                                            or not (held_until = 'infinity') then null
                                                            when jsonb_array_length(asked) > 1 then 'overdue'
                                                            when jsonb_array_length(asked) = 1
                                                            and asked -> 0 ->> 'completed_at' is null then 'ended_by_request'
                                                            else null
                                                          end as seen,
                                                          (asked -> 0 ->> 'requested_at')::timestamptz as first_requested_at,
                                                          (details ->> 'refused_at')::timestamptz as refused_at
                                                        from
                                                          (
                                                            select
                                                              *,
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
                                                                  "province_code", "code", "record", "source",
                                                                  "unit", "level", "procedure", "field",
                                                                  "channel", "received_at", "updated_at",
                                                                  "details", "held_from", "received_on",
                                                                  "state", "held_until", ends_on, "status",
                                                                  "finished_at", "returned_at", "was_opened",
                                                                  status as sent_status,
                                                                  due_at as sent_due_at,
                                                                  coalesce(
                                                                    due_at,
                                                                    case
                                                                      when due_at is null then (
                                                                        select
                                                                          (last.day + 1)::timestamp at time zone interval '7 hours' - interval '1 millisecond'
                                                                        from
                                                                          (
                                                                            select
                                                                              statutory_working_days as term
                                                                            from
                                                                              procedure_versions as versions
                                                                            where
                                                                              versions.procedure = sent.procedure
                                                                            order by
                                                                              valid_from <= ("received_at" at time zone interval '7 hours')::date desc,
                                                                              case
                                                                                when valid_from <= ("received_at" at time zone interval '7 hours')::date then valid_from
                                                                              end desc nulls last,
                                                                              valid_from
                                                                            limit 1
                                                                          ) as version
                                                                          join working_calendar_days as first on first.day = ("received_at" at time zone interval '7 hours')::date
                                                                          and first.working_calendar = (
                                                                            select code
                                                                            from working_calendars
                                                                            where
                                                                              province = "sent"."province_code"
                                                                              or code = $9
                                                                            order by
                                                                              province is distinct from "sent"."province_code"
                                                                            limit 1
                                                                          )
                                                                          join working_calendar_days as last on last.working_calendar = first.working_calendar
                                                                          and last.working_days = first.working_days + term
                                                                          and last.is_working
                                                                          and last.day >= first.day
                                                                      ) + coalesce(
                                                                        (
                                                                          select
                                                                            sum(completed_at - requested_at)
                                                                          from
                                                                            jsonb_to_recordset(supplements) as waits (requested_at timestamptz, completed_at timestamptz)
                                                                        ),
                                                                        interval '0'
                                                                      )
                                                                    end
                                                                  ) as due_at,
                                                                  supplements
                                                                from
                                                                  (
                                                                    select *, false as was_opened
                                                                    from
                                                                      (
                                                                        select
                                                                          "province_code", "code", "record",
                                                                          "source", "unit", "level",
                                                                          "procedure", "field", "channel",
                                                                          "status", "received_at", "due_at",
                                                                          "finished_at", "returned_at",
                                                                          "updated_at", "supplements",
                                                                          "details", "held_from",
                                                                          "received_on", "ends_on",
                                                                          32767::smallint as state,
                                                                          'infinity'::date as held_until
                                                                        from dossiers
                                                                        where
                                                                          held_from is not null
                                                                          and true
                                                                        union all
                                                                        select
                                                                          "province_code", "code", "record",
                                                                          "source", "unit", "level",
                                                                          "procedure", "field", "channel",
                                                                          "status", "received_at", "due_at",
                                                                          "finished_at", "returned_at",
                                                                          "updated_at", "supplements",
                                                                          "details", "held_from",
                                                                          "received_on", "ends_on", state,
                                                                          held_until
                                                                        from dossier_states
                                                                        where true
                                                                      ) as states
                                                                    where
                                                                      province_code = any (
                                                                        array(
                                                                          select id
                                                                          from units
                                                                          where parent is null
                                                                        )
                                                                      )
                                                                      and due_at is null
                                                                  ) as sent
                                                              ) as dossiers
                                                          ) as asked
                                                        offset
                                                          0
                                                      ) as seen
                                                  ) as states
                                                where
                                                  held_from <= $10::date
                                                  and held_until >= $11::date
                                                  and (
                                                    held_until < 'infinity'
                                                    or ends_on is null
                                                    or greatest(ends_on, held_from) >= $12::date
                                                    or due_at >= $13::timestamptz
                                                    or supplements is not null
                                                  )
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
                                          *,
                                          coalesce(lag(new_due_at) over earlier, old_due_at, due_at) as due_until_then,
                                          coalesce(
                                            case
                                              when is_awaited then lag(new_due_at) over earlier
                                              else new_due_at
                                            end,
                                            due_at
                                          ) as due_from_then,
                                          lag(waited_until) over earlier as waited_before,
                                          lead(n) over earlier is null as is_last
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
                                          earlier as (
                                            partition by
                                              "province_code", "code", "record", "state"
                                            order by n
                                          )
                                      ),
                                      terms as (
                                        select
                                          "province_code", "code", "record", "state", "level", "held_from",
                                          "held_until", "status", "is_cancelled", ended_at, ended_on,
                                          due_from_then as due, 2147483647 as n, true as final,
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
                                          "province_code", "code", "record", "state", "level", "held_from",
                                          "held_until", "status", "is_cancelled", ended_at, ended_on,
                                          due_until_then, n, false,
                                          greatest(received_on, ("waited_before" at time zone interval '7 hours')::date),
                                          ("requested_at" at time zone interval '7 hours')::date, false
                                        from waits
                                      ),
                                      reached as (
                                        select
                                          *, ("due" at time zone interval '7 hours')::date as due_day,
                                          greatest(starts_on, ("due" at time zone interval '7 hours')::date) as reached_on,
                                          greatest(starts_on, ("due" at time zone interval '7 hours')::date + 1) as overdue_on
                                        from terms
                                        where due is not null
                                      ),
                                      overdue as (
                                        select
                                          *,
                                          overdue_until is distinct from lead(overdue_on) over later as ends,
                                          overdue_on is distinct from lag(overdue_until) over later as begins
                                        from
                                          (
                                            select *, least(stops_on, ended_on) as overdue_until
                                            from reached
                                          ) as until
                                        where overdue_on < overdue_until
                                        window
                                          later as (
                                            partition by
                                              "province_code", "code", "record", "state"
                                            order by n
                                          )
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
                                    select "level", "state", "held_from", "held_until", happened.*
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
                                          end as reached_on,
                                          case
                                            when never_waited
                                            and due_at is not null then greatest(received_on, due_on + 1)
                                          end as overdue_on
                                      ) as how
                                      cross join lateral (
                                        select
                                          received_on, (channel = 'online')::int, (channel <> 'online')::int,
                                          (channel = 'postal')::int, 0, 0, 0, 0, 0, 0, 0, 0
                                        union all
                                        select
                                          ended_on, 0, 0, 0,
                                          (not is_cancelled and is_in_time and is_early)::int,
                                          (not is_cancelled and is_in_time and not is_early)::int,
                                          (not is_cancelled and not is_in_time)::int, 0, 0, 0, 0,
                                          is_cancelled::int
                                        where
                                          ended_at is not null
                                          and never_waited
                                        union all
                                        select overdue_on, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0
                                        where overdue_on < coalesce(ended_on, 'infinity')
                                        union all
                                        select ended_on, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0
                                        where overdue_on < ended_on
                                        union all
                                        select
                                          reached_on, 0, 0, 0, 0, 0, 0, 0, 0, 1,
                                          coalesce(ended_at <= due_at, false)::int, 0
                                        where reached_on is not null
                                      ) as happened (
                                        day, "received_online", "received_direct", "received_postal",
                                        "resolved_early", "resolved_on_time", "resolved_overdue",
                                        "became_overdue", "no_longer_overdue", "due", "due_in_time",
                                        "cancelled"
                                      )
                                    union all
                                    select
                                      "level", "state", "held_from", "held_until", ended_on, 0, 0, 0,
                                      (not is_cancelled and is_in_time and is_early)::int,
                                      (not is_cancelled and is_in_time and not is_early)::int,
                                      (not is_cancelled and not is_in_time)::int, 0, 0, 0, 0,
                                      is_cancelled::int
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
                                      "level", "state", "held_from", "held_until", overdue_on, 0, 0, 0, 0, 0,
                                      0, 1, 0, 0, 0, 0
                                    from overdue
                                    where begins
                                    union all
                                    select
                                      "level", "state", "held_from", "held_until", overdue_until, 0, 0, 0, 0,
                                      0, 0, 0, 1, 0, 0, 0
                                    from overdue
                                    where
                                      ends
                                      and overdue_until < 'infinity'
                                    union all
                                    select
                                      "level", "state", "held_from", "held_until", reached_on, 0, 0, 0, 0, 0,
                                      0, 0, 0, 1, is_in_time::int, 0
                                    from met
                                    where is_another
                                  )
                                select
                                  "level", day, "received_online", "received_direct", "received_postal",
                                  "resolved_early", "resolved_on_time", "resolved_overdue", "became_overdue",
                                  "no_longer_overdue", "due", "due_in_time", "cancelled", 0 as moved,
                                  0 as moved_overdue
                                from events
                                where
                                  day >= held_from
                                  and day < held_until
                                union all
                                select
                                  "level", held_from, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
                                  sum(received_online + received_direct - resolved_early - resolved_on_time - resolved_overdue - cancelled),
                                  sum(became_overdue - no_longer_overdue)
                                from events
                                where day < held_from
                                group by "level", held_from
                                union all
                                select
                                  "level", held_until, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
                                  - sum(received_online + received_direct - resolved_early - resolved_on_time - resolved_overdue - cancelled),
                                  - sum(became_overdue - no_longer_overdue)
                                from events
                                where
                                  day < held_until
                                  and held_until < 'infinity'
                                group by "level", held_until
                              ) as of_states
                          ) as undated
                        union all
                        select
                          "level", day, - "received_online", - "received_direct", - "received_postal",
                          - "resolved_early", - "resolved_on_time", - "resolved_overdue", - "became_overdue",
                          - "no_longer_overdue", - "due", - "due_in_time", - "cancelled", - "moved",
                          - "moved_overdue"
                        from
                          (
                            select
                              "level", day, "received_online", "received_direct", "received_postal",
                              "resolved_early", "resolved_on_time", "resolved_overdue", "became_overdue",
                              "no_longer_overdue", "due", "due_in_time", "cancelled", 0 as moved,
                              0 as moved_overdue
                            from
                              (
                                with
                                  counted as not materialized (
                                    select
                                      "province_code", "code", "record", "status", "channel", "due_at",
                                      "level", ended_at, asked,
                                      coalesce((details ->> 'cancelled')::boolean, false) as is_cancelled,
                                      ("received_at" at time zone interval '7 hours')::date as received_on,
                                      ("ended_at" at time zone interval '7 hours')::date as ended_on,
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
                                            select *
                                            from
                                              (
                                                select
                                                  "province_code", "code", "record", "source", "unit",
                                                  "level", "procedure", "field", "channel", "received_at",
                                                  "updated_at", "details", "held_from", "received_on",
                                                  ends_on, sent_status, sent_due_at,
                                                  case seen
                                                    when 'refused' then 8
                                                    when 'open' then 4
                                                    when 'ended_by_request' then 9
                                                    when 'overdue' then 4
                                                    else status
                                                  end::smallint as status,
                                                  case seen
                                                    when 'in_time' then null
                                                    when 'open' then null
                                                    when 'ended_by_request' then coalesce((asked -> 0 ->> 'old_due_at')::timestamptz, due_at)
                                                    when 'overdue' then least(due_at, (asked -> 1 ->> 'requested_at')::timestamptz - interval '24 hours')
                                                    else due_at
                                                  end as due_at,
                                                  case seen
                                                    when 'refused' then refused_at
                                                    when 'ended_by_request' then greatest(received_at, first_requested_at)
                                                    else finished_at
                                                  end as finished_at,
                                                  case
                                                    when seen = 'refused' then null
                                                    else returned_at
                                                  end as returned_at,
                                                  case
                                                    when seen is null
                                                    or seen = 'refused' then supplements
                                                  end as supplements
                                                from
                                                  (
                                                    select
                                                      *,
                                                      case
                                                        when coalesce((details ->> 'cancelled')::boolean, false) then null
                                                        when status = 3
                                                        and (details ->> 'refused_after_acceptance')::boolean
                                                        and (details ->> 'refused_at')::timestamptz >= received_at then 'refused'
                                                        when not status in (2, 4, 5, 6)
                                                        or not (true) then null
                                                        when jsonb_array_length(asked) > 1 then 'overdue'
                                                        when jsonb_array_length(asked) = 1
                                                        and asked -> 0 ->> 'completed_at' is null then 'ended_by_request'
                                                        else null
                                                      end as seen,
                                                      (asked -> 0 ->> 'requested_at')::timestamptz as first_requested_at,
                                                      (details ->> 'refused_at')::timestamptz as refused_at
                                                    from
                                                      (
                                                        select
                                                          *,
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
                                                              "province_code", "code", "record", "source",
                                                              "unit", "level", "procedure", "field",
                                                              "channel", "received_at", "updated_at",
                                                              "details", "held_from", "received_on", ends_on,
                                                              "status", "finished_at", "returned_at",
                                                              "was_opened", status as sent_status,
                                                              due_at as sent_due_at, due_at as due_at,
                                                              supplements
                                                            from
                                                              (
                                                                select *, false as was_opened
                                                                from
                                                                  (
                                                                    select *
                                                                    from dossiers
                                                                    where
                                                                      held_from is null
                                                                      and received_at < $14::timestamptz
                                                                      and province_code = any (
                                                                        array(
                                                                          select id
                                                                          from units
                                                                          where parent is null
                                                                        )
                                                                      )
                                                                      and due_at is null
                                                                  ) as dossiers
                                                              ) as sent
                                                          ) as dossiers
                                                      ) as asked
                                                    offset
                                                      0
                                                  ) as seen
                                              ) as dossiers
                                            where
                                              true
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
                                                ) >= $15::timestamptz
                                                or supplements is not null
                                              )
                                              and true
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
                                      *,
                                      coalesce(lag(new_due_at) over earlier, old_due_at, due_at) as due_until_then,
                                      coalesce(
                                        case
                                          when is_awaited then lag(new_due_at) over earlier
                                          else new_due_at
                                        end,
                                        due_at
                                      ) as due_from_then,
                                      lag(waited_until) over earlier as waited_before,
                                      lead(n) over earlier is null as is_last
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
                                      earlier as (partition by "province_code", "code", "record" order by n)
                                  ),
                                  terms as (
                                    select
                                      "province_code", "code", "record", "level", "status", "is_cancelled",
                                      ended_at, ended_on, due_from_then as due, 2147483647 as n,
                                      true as final,
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
                                      "province_code", "code", "record", "level", "status", "is_cancelled",
                                      ended_at, ended_on, due_until_then, n, false,
                                      greatest(received_on, ("waited_before" at time zone interval '7 hours')::date),
                                      ("requested_at" at time zone interval '7 hours')::date, false
                                    from waits
                                  ),
                                  reached as (
                                    select
                                      *, ("due" at time zone interval '7 hours')::date as due_day,
                                      greatest(starts_on, ("due" at time zone interval '7 hours')::date) as reached_on,
                                      greatest(starts_on, ("due" at time zone interval '7 hours')::date + 1) as overdue_on
                                    from terms
                                    where due is not null
                                  ),
                                  overdue as (
                                    select
                                      *, overdue_until is distinct from lead(overdue_on) over later as ends,
                                      overdue_on is distinct from lag(overdue_until) over later as begins
                                    from
                                      (
                                        select *, least(stops_on, ended_on) as overdue_until
                                        from reached
                                      ) as until
                                    where overdue_on < overdue_until
                                    window
                                      later as (partition by "province_code", "code", "record" order by n)
                                  ),
                                  met as (
                                    select
                                      *,
                                      due_day is distinct from lag(due_day) over (
                                        partition by
                                          "province_code", "code", "record"
                                        order by n
                                      ) as is_another
                                    from reached
                                    where
                                      final
                                      or reached_on < stops_on
                                  )
                                select "level", happened.*
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
                                      end as reached_on,
                                      case
                                        when never_waited
                                        and due_at is not null then greatest(received_on, due_on + 1)
                                      end as overdue_on
                                  ) as how
                                  cross join lateral (
                                    select
                                      received_on, (channel = 'online')::int, (channel <> 'online')::int,
                                      (channel = 'postal')::int, 0, 0, 0, 0, 0, 0, 0, 0
                                    union all
                                    select
                                      ended_on, 0, 0, 0, (not is_cancelled and is_in_time and is_early)::int,
                                      (not is_cancelled and is_in_time and not is_early)::int,
                                      (not is_cancelled and not is_in_time)::int, 0, 0, 0, 0,
                                      is_cancelled::int
                                    where
                                      ended_at is not null
                                      and never_waited
                                    union all
                                    select overdue_on, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0
                                    where overdue_on < coalesce(ended_on, 'infinity')
                                    union all
                                    select ended_on, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0
                                    where overdue_on < ended_on
                                    union all
                                    select
                                      reached_on, 0, 0, 0, 0, 0, 0, 0, 0, 1,
                                      coalesce(ended_at <= due_at, false)::int, 0
                                    where reached_on is not null
                                  ) as happened (
                                    day, "received_online", "received_direct", "received_postal",
                                    "resolved_early", "resolved_on_time", "resolved_overdue",
                                    "became_overdue", "no_longer_overdue", "due", "due_in_time", "cancelled"
                                  )
                                union all
                                select
                                  "level", ended_on, 0, 0, 0,
                                  (not is_cancelled and is_in_time and is_early)::int,
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
                                select "level", overdue_on, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0
                                from overdue
                                where begins
                                union all
                                select "level", overdue_until, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0
                                from overdue
                                where
                                  ends
                                  and overdue_until < 'infinity'
                                union all
                                select "level", reached_on, 0, 0, 0, 0, 0, 0, 0, 0, 1, is_in_time::int, 0
                                from met
                                where is_another
                              ) as events
                            union all
                            select *
                            from
                              (
                                with
                                  events as (
                                    with
                                      counted as not materialized (
                                        select
                                          "province_code", "code", "record", "state", "status", "channel",
                                          "due_at", "level", "held_from", "held_until", ended_at, asked,
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
                                                select *
                                                from
                                                  (
                                                    select
                                                      "province_code", "code", "record", "source", "unit",
                                                      "level", "procedure", "field", "channel", "received_at",
                                                      "updated_at", "details", "held_from", "received_on",
                                                      "state", "held_until",
                                                      case
                                                        when seen = 'open' then null
                                                        when seen = 'ended_by_request' then greatest(("first_requested_at" at time zone interval '7 hours')::date, received_on, held_from)
                                                        when was_opened then greatest(
                                                          ends_on,
                                                          case when ends_on is not null then held_from end
                                                        )
                                                        else ends_on
                                                      end as ends_on,
                                                      sent_status, sent_due_at,
                                                      case seen
                                                        when 'refused' then 8
                                                        when 'open' then 4
                                                        when 'ended_by_request' then 9
                                                        when 'overdue' then 4
                                                        else status
                                                      end::smallint as status,
                                                      case seen
                                                        when 'in_time' then null
                                                        when 'open' then null
                                                        when 'ended_by_request' then coalesce((asked -> 0 ->> 'old_due_at')::timestamptz, due_at)
                                                        when 'overdue' then least(due_at, (asked -> 1 ->> 'requested_at')::timestamptz - interval '24 hours')
                                                        else due_at
                                                      end as due_at,
                                                      case seen
                                                        when 'refused' then refused_at
                                                        when 'ended_by_request' then first_requested_at
                                                        else finished_at
                                                      end as finished_at,
                                                      case
                                                        when seen = 'refused' then null
                                                        else returned_at
                                                      end as returned_at,
                                                      case
                                                        when seen is null
                                                        or seen = 'refused' then supplements
                                                      end as supplements
                                                    from
                                                      (
                                                        select
                                                          *,
                                                          case
                                                            when coalesce((details ->> 'cancelled')::boolean, false) then null
                                                            when status = 3
                                                            and (details ->> 'refused_after_acceptance')::boolean
                                                            and (details ->> 'refused_at')::timestamptz >= received_at then 'refused'
                                                            when not status in (2, 4, 5, 6)
                                                            or not (held_until = 'infinity') then null
                                                            when jsonb_array_length(asked) > 1 then 'overdue'
                                                            when jsonb_array_length(asked) = 1
                                                            and asked -> 0 ->> 'completed_at' is null then 'ended_by_request'
                                                            else null
                                                          end as seen,
                                                          (asked -> 0 ->> 'requested_at')::timestamptz as first_requested_at,
                                                          (details ->> 'refused_at')::timestamptz as refused_at
                                                        from
                                                          (
                                                            select
                                                              *,
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
                                                                  "province_code", "code", "record", "source",
                                                                  "unit", "level", "procedure", "field",
                                                                  "channel", "received_at", "updated_at",
                                                                  "details", "held_from", "received_on",
                                                                  "state", "held_until", ends_on, "status",
                                                                  "finished_at", "returned_at", "was_opened",
                                                                  status as sent_status,
                                                                  due_at as sent_due_at, due_at as due_at,
                                                                  supplements
                                                                from
                                                                  (
                                                                    select *, false as was_opened
                                                                    from
                                                                      (
                                                                        select
                                                                          "province_code", "code", "record",
                                                                          "source", "unit", "level",
                                                                          "procedure", "field", "channel",
                                                                          "status", "received_at", "due_at",
                                                                          "finished_at", "returned_at",
                                                                          "updated_at", "supplements",
                                                                          "details", "held_from",
                                                                          "received_on", "ends_on",
                                                                          32767::smallint as state,
                                                                          'infinity'::date as held_until
                                                                        from dossiers
                                                                        where
                                                                          held_from is not null
                                                                          and true
                                                                        union all
                                                                        select
                                                                          "province_code", "code", "record",
                                                                          "source", "unit", "level",
                                                                          "procedure", "field", "channel",
                                                                          "status", "received_at", "due_at",
                                                                          "finished_at", "returned_at",
                                                                          "updated_at", "supplements",
                                                                          "details", "held_from",
                                                                          "received_on", "ends_on", state,
                                                                          held_until
                                                                        from dossier_states
                                                                        where true
                                                                      ) as states
                                                                    where
                                                                      province_code = any (
                                                                        array(
                                                                          select id
                                                                          from units
                                                                          where parent is null
                                                                        )
                                                                      )
                                                                      and due_at is null
                                                                  ) as sent
                                                              ) as dossiers
                                                          ) as asked
                                                        offset
                                                          0
                                                      ) as seen
                                                  ) as states
                                                where
                                                  held_from <= $16::date
                                                  and held_until >= $17::date
                                                  and (
                                                    held_until < 'infinity'
                                                    or ends_on is null
                                                    or greatest(ends_on, held_from) >= $18::date
                                                    or due_at >= $19::timestamptz
                                                    or supplements is not null
                                                  )
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
                                          *,
                                          coalesce(lag(new_due_at) over earlier, old_due_at, due_at) as due_until_then,
                                          coalesce(
                                            case
                                              when is_awaited then lag(new_due_at) over earlier
                                              else new_due_at
                                            end,
                                            due_at
                                          ) as due_from_then,
                                          lag(waited_until) over earlier as waited_before,
                                          lead(n) over earlier is null as is_last
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
                                          earlier as (
                                            partition by
                                              "province_code", "code", "record", "state"
                                            order by n
                                          )
                                      ),
                                      terms as (
                                        select
                                          "province_code", "code", "record", "state", "level", "held_from",
                                          "held_until", "status", "is_cancelled", ended_at, ended_on,
                                          due_from_then as due, 2147483647 as n, true as final,
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
                                          "province_code", "code", "record", "state", "level", "held_from",
                                          "held_until", "status", "is_cancelled", ended_at, ended_on,
                                          due_until_then, n, false,
                                          greatest(received_on, ("waited_before" at time zone interval '7 hours')::date),
                                          ("requested_at" at time zone interval '7 hours')::date, false
                                        from waits
                                      ),
                                      reached as (
                                        select
                                          *, ("due" at time zone interval '7 hours')::date as due_day,
                                          greatest(starts_on, ("due" at time zone interval '7 hours')::date) as reached_on,
                                          greatest(starts_on, ("due" at time zone interval '7 hours')::date + 1) as overdue_on
                                        from terms
                                        where due is not null
                                      ),
                                      overdue as (
                                        select
                                          *,
                                          overdue_until is distinct from lead(overdue_on) over later as ends,
                                          overdue_on is distinct from lag(overdue_until) over later as begins
                                        from
                                          (
                                            select *, least(stops_on, ended_on) as overdue_until
                                            from reached
                                          ) as until
                                        where overdue_on < overdue_until
                                        window
                                          later as (
                                            partition by
                                              "province_code", "code", "record", "state"
                                            order by n
                                          )
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
                                    select "level", "state", "held_from", "held_until", happened.*
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
                                          end as reached_on,
                                          case
                                            when never_waited
                                            and due_at is not null then greatest(received_on, due_on + 1)
                                          end as overdue_on
                                      ) as how
                                      cross join lateral (
                                        select
                                          received_on, (channel = 'online')::int, (channel <> 'online')::int,
                                          (channel = 'postal')::int, 0, 0, 0, 0, 0, 0, 0, 0
                                        union all
                                        select
                                          ended_on, 0, 0, 0,
                                          (not is_cancelled and is_in_time and is_early)::int,
                                          (not is_cancelled and is_in_time and not is_early)::int,
                                          (not is_cancelled and not is_in_time)::int, 0, 0, 0, 0,
                                          is_cancelled::int
                                        where
                                          ended_at is not null
                                          and never_waited
                                        union all
                                        select overdue_on, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0
                                        where overdue_on < coalesce(ended_on, 'infinity')
                                        union all
                                        select ended_on, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0
                                        where overdue_on < ended_on
                                        union all
                                        select
                                          reached_on, 0, 0, 0, 0, 0, 0, 0, 0, 1,
                                          coalesce(ended_at <= due_at, false)::int, 0
                                        where reached_on is not null
                                      ) as happened (
                                        day, "received_online", "received_direct", "received_postal",
                                        "resolved_early", "resolved_on_time", "resolved_overdue",
                                        "became_overdue", "no_longer_overdue", "due", "due_in_time",
                                        "cancelled"
                                      )
                                    union all
                                    select
                                      "level", "state", "held_from", "held_until", ended_on, 0, 0, 0,
                                      (not is_cancelled and is_in_time and is_early)::int,
                                      (not is_cancelled and is_in_time and not is_early)::int,
                                      (not is_cancelled and not is_in_time)::int, 0, 0, 0, 0,
                                      is_cancelled::int
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
                                      "level", "state", "held_from", "held_until", overdue_on, 0, 0, 0, 0, 0,
                                      0, 1, 0, 0, 0, 0
                                    from overdue
                                    where begins
                                    union all
                                    select
                                      "level", "state", "held_from", "held_until", overdue_until, 0, 0, 0, 0,
                                      0, 0, 0, 1, 0, 0, 0
                                    from overdue
                                    where
                                      ends
                                      and overdue_until < 'infinity'
                                    union all
                                    select
                                      "level", "state", "held_from", "held_until", reached_on, 0, 0, 0, 0, 0,
                                      0, 0, 0, 1, is_in_time::int, 0
                                    from met
                                    where is_another
                                  )
                                select
                                  "level", day, "received_online", "received_direct", "received_postal",
                                  "resolved_early", "resolved_on_time", "resolved_overdue", "became_overdue",
                                  "no_longer_overdue", "due", "due_in_time", "cancelled", 0 as moved,
                                  0 as moved_overdue
                                from events
                                where
                                  day >= held_from
                                  and day < held_until
                                union all
                                select
                                  "level", held_from, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
                                  sum(received_online + received_direct - resolved_early - resolved_on_time - resolved_overdue - cancelled),
                                  sum(became_overdue - no_longer_overdue)
                                from events
                                where day < held_from
                                group by "level", held_from
                                union all
                                select
                                  "level", held_until, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
                                  - sum(received_online + received_direct - resolved_early - resolved_on_time - resolved_overdue - cancelled),
                                  - sum(became_overdue - no_longer_overdue)
                                from events
                                where
                                  day < held_until
                                  and held_until < 'infinity'
                                group by "level", held_until
                              ) as of_states
                          ) as as_kept
                      ) as days
                    where day <= $20::date
                  ) as days on day <= ends_on
                group by "level"
              )
            select
              "level", "received_online", "received_direct", "received_postal", "resolved_early",
              "resolved_on_time", "resolved_overdue", "due", "due_in_time", "cancelled", "moved",
              "moved_overdue", "carried_over", "pending_overdue"
            from summed
          ) as sums
        where (((carried_over + greatest(moved, 0)) + received_online + received_direct) > 0 or due > 0)
      ),
      coverage as (
        select
          units.level as "level", count(*) filter (where since <= ends_on) as units_reported,
          count(*) as units_expected
        from
          (
            select *
            from
              (
                values ($21::text, $22::date, $23::date, $24::date)
              ) as spans (period, starts_on, ends_on, due_on)
          ) as asked
          cross join units
          left join dossier_desks as desks on desks.province_code = units.province_code
          and desks.unit = units.id
        where
          units.reports_dossiers
          and units.valid_from <= ends_on
          and coalesce(units.valid_to, 'infinity') >= starts_on
          and true
        group by units.level
      ),
      summed as (
        select
          "counted"."level", null::text as "field", null::text as "unit", null::text as "procedure",
          null::text as "channel", null::text as "period", 'own' as scope, "received_online",
          "received_direct", "received_postal", "carried_over", "received", "resolved_early",
          "resolved_on_time", "resolved_in_time", "resolved_overdue", "resolved", "pending_in_time",
          "pending_overdue", "pending", "transferred_in", "transferred_out", "due", "due_in_time",
          false as estimated, coalesce(units_reported, 0) as units_reported,
          coalesce(units_expected, 0) as units_expected, null::text as sources_used,
          null::text as sources_left_out
        from
          counted
          left join coverage on "coverage"."level" = "counted"."level"
        where
          units_expected is not null
          or not (
            received_online + received_direct + resolved + cancelled = 0
            and pending = transferred_out
            and pending = (
              select count(*)
              from
                (
                  select *
                  from
                    (
                      values ($25::text, $26::date, $27::date, $28::date)
                    ) as spans (period, starts_on, ends_on, due_on)
                ) as asked
                join dossier_states as states on held_until = starts_on
              where
                change is not null
                and province_code = any (array(select id from units where parent is null))
                and "states"."level" = "counted"."level"
            )
          )
      )
    select
      "level", "field", "unit", "procedure", "channel", "period", "scope", "sources_used", "sources_left_out",
      "received_online", "received_direct", "received_postal", "carried_over", "received", "resolved_early",
      "resolved_on_time", "resolved_in_time", "resolved_overdue", "resolved", "pending_in_time",
      "pending_overdue", "pending", "transferred_in", "transferred_out", "due", "due_in_time", "numerator",
      "denominator",
      case
        when denominator > 0
        and numerator <= denominator then ((20000 * numerator + denominator) / (2 * denominator))::float8 / 100
      end as on_time_percent,
      $29::text as method, $30::text as basis, estimated, units_reported, units_expected
    from
      (
        select
          *, (resolved_in_time + pending_in_time)::bigint as numerator,
          (case when received is not null then least(received, resolved + pending) end)::bigint as denominator
        from summed
      ) as divided
  ) as listed
order by "level" asc nulls last
limit $31 + 1
-- $1 null
-- $2 "2021-06-15"
-- $3 "2021-09-14"
-- $4 "2021-09-14"
-- $5 "portal-766"
-- $6 "vn"
-- $7 "2021-09-15T00:00:00+07:00"
-- $8 "2021-06-15T00:00:00+07:00"
-- $9 "vn"
-- $10 "2021-09-14"
-- $11 "2021-06-15"
-- $12 "2021-06-15"
-- $13 "2021-06-15T00:00:00+07:00"
-- $14 "2021-09-15T00:00:00+07:00"
-- $15 "2021-06-15T00:00:00+07:00"
-- $16 "2021-09-14"
-- $17 "2021-06-15"
-- $18 "2021-06-15"
-- $19 "2021-06-15T00:00:00+07:00"
-- $20 "2021-09-14"
-- $21 null
-- $22 "2021-06-15"
-- $23 "2021-09-14"
-- $24 "2021-09-14"
-- $25 null
-- $26 "2021-06-15"
-- $27 "2021-09-14"
-- $28 "2021-09-14"
-- $29 "handled"
-- $30 "records"
-- $31 1000
