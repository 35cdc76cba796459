-- How many of the dossiers that one source sent by procedure and channel fell due and were on time, in the communes of a district?
-- GET /v1/on-time?basis=records&from=2021-07-05&to=2021-07-16&unit=H56-380&level=commune&field=land&procedure=1.001193&channel=online&source=one-stop&method=due
with
  counted as (
    select
      received_online as received_online, received_direct as received_direct,
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
              (values ($1::text, $2::date, $3::date, $4::date)) as spans (period, starts_on, ends_on, due_on)
          ),
          summed as (
            select
              sum("received_online")::bigint as "received_online",
              sum("received_direct")::bigint as "received_direct",
              sum("received_postal")::bigint as "received_postal",
              sum("resolved_early")::bigint as "resolved_early",
              sum("resolved_on_time")::bigint as "resolved_on_time",
              sum("resolved_overdue")::bigint as "resolved_overdue", sum("due")::bigint as "due",
              sum("due_in_time")::bigint as "due_in_time", sum("cancelled")::bigint as "cancelled",
              sum("moved")::bigint as "moved", sum("moved_overdue")::bigint as "moved_overdue",
              sum("carried_over")::bigint as "carried_over",
              sum("pending_overdue")::bigint as "pending_overdue"
            from
              (
                select
                  "received_online", "received_direct", "received_postal", "resolved_early",
                  "resolved_on_time", "resolved_overdue", "due", "due_in_time", "cancelled", "moved",
                  "moved_overdue", "carried_over", "pending_overdue"
                from
                  asked
                  cross join (
                    select
                      count(*) filter (
                        where
                          received_at >= $5::timestamptz
                          and channel = 'online'
                      ) as "received_online",
                      count(*) filter (
                        where
                          received_at >= $6::timestamptz
                          and channel <> 'online'
                      ) as "received_direct",
                      count(*) filter (
                        where
                          received_at >= $7::timestamptz
                          and channel = 'postal'
                      ) as "received_postal",
                      count(*) filter (
                        where
                          ended_at >= $8::timestamptz
                          and ended_at < $9::timestamptz
                          and status in (9, 10)
                          and ended_at < date_bin('1 day', "due_at", '1970-01-01T00:00:00+07:00')
                      ) as "resolved_early",
                      count(*) filter (
                        where
                          ended_at >= $10::timestamptz
                          and ended_at < $11::timestamptz
                          and not is_cancelled
                          and coalesce(ended_at <= due_at, true)
                      ) - count(*) filter (
                        where
                          ended_at >= $12::timestamptz
                          and ended_at < $13::timestamptz
                          and status in (9, 10)
                          and ended_at < date_bin('1 day', "due_at", '1970-01-01T00:00:00+07:00')
                      ) as "resolved_on_time",
                      count(*) filter (
                        where
                          ended_at >= $14::timestamptz
                          and ended_at < $15::timestamptz
                          and not is_cancelled
                          and ended_at > due_at
                      ) as "resolved_overdue",
                      count(*) filter (
                        where
                          due_at is not null
                          and greatest(received_at, due_at) >= $16::timestamptz
                          and greatest(received_at, due_at) < $17::timestamptz
                          and not (
                            status = 5
                            and greatest(received_at, due_at) >= date_bin('1 day', "updated_at", '1970-01-01T00:00:00+07:00')
                          )
                      ) as "due",
                      count(*) filter (
                        where
                          due_at is not null
                          and greatest(received_at, due_at) >= $18::timestamptz
                          and greatest(received_at, due_at) < $19::timestamptz
                          and not (
                            status = 5
                            and greatest(received_at, due_at) >= date_bin('1 day', "updated_at", '1970-01-01T00:00:00+07:00')
                          )
                          and ended_at <= due_at
                      ) as "due_in_time",
                      count(*) filter (
                        where
                          ended_at >= $20::timestamptz
                          and ended_at < $21::timestamptz
                          and is_cancelled
                      ) as "cancelled",
                      0 as "moved", 0 as "moved_overdue",
                      count(*) filter (
                        where
                          received_at < $22::timestamptz
                          and coalesce(ended_at >= $23::timestamptz, true)
                      ) as "carried_over",
                      count(*) filter (
                        where
                          coalesce(ended_at >= $24::timestamptz, true)
                          and coalesce(due_at < $25::timestamptz, false)
                          and received_at < $26::timestamptz
                          and not (status = 5 and updated_at < $27::timestamptz)
                      ) as "pending_overdue"
                    from
                      (
                        select
                          "status", "channel", "received_at", "due_at", "updated_at",
                          case
                            when status >= 9 then coalesce(finished_at, returned_at)
                            when status in (7, 8) then coalesce(finished_at, returned_at, updated_at)
                          end as ended_at,
                          coalesce((details ->> 'cancelled')::boolean, false) as is_cancelled
                        from
                          (
                            select found.*
                            from
                              (
                                select versions.unit
                                from
                                  unit_versions as versions
                                  join units on units.id = versions.unit
                                where
                                  $28 = any (versions.path)
                                  and least(greatest($29::date, units.valid_from), coalesce(units.valid_to, 'infinity')) between versions.valid_from and coalesce(versions.valid_to, 'infinity')
                              ) as asked_units
                              cross join lateral (
                                select *
                                from dossiers
                                where
                                  dossiers.unit = asked_units.unit
                                  and held_from is null
                                  and received_at < $30::timestamptz
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
                                    ) >= $31::timestamptz
                                    or supplements is not null
                                  )
                                  and supplements is null
                                  and province_code = any ($32)
                                  and "level" = any ($33)
                                  and "field" = any ($34)
                                  and "procedure" = any ($35)
                                  and "channel" = any ($36)
                                  and "source" = $37
                                offset
                                  0
                              ) as found
                          ) as dossiers
                        where (status >= 4 or status = 2)
                        offset
                          0
                      ) as dossiers
                  ) as counted
                union all
                select
                  "received_online", "received_direct", "received_postal", "resolved_early",
                  "resolved_on_time", "resolved_overdue", "due", "due_in_time", "cancelled", "moved",
                  "moved_overdue", "carried_over", "pending_overdue"
                from
                  (
                    select
                      coalesce(
                        sum(received_online) filter (where day >= starts_on), 0
                      )::bigint as received_online,
                      coalesce(
                        sum(received_direct) filter (where day >= starts_on), 0
                      )::bigint as received_direct,
                      coalesce(
                        sum(received_postal) filter (where day >= starts_on), 0
                      )::bigint as received_postal,
                      coalesce(
                        sum(resolved_early) filter (where day >= starts_on), 0
                      )::bigint as resolved_early,
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
                      coalesce(
                        sum(moved_overdue) filter (where day >= starts_on), 0
                      )::bigint as moved_overdue,
                      coalesce(
                        sum(received_online + received_direct - resolved_early - resolved_on_time - resolved_overdue - cancelled + moved) filter (
                          where day < starts_on
                        ),
                        0
                      )::bigint as carried_over,
                      (
                        coalesce(
                          sum(became_overdue) filter (where day <= due_on), 0
                        ) - coalesce(sum(no_longer_overdue - moved_overdue), 0)
                      )::bigint as pending_overdue
                    from
                      asked
                      join (
                        select *
                        from
                          (
                            with
                              events as (
                                with
                                  counted as not materialized (
                                    select
                                      "province_code", "code", "record", "state", "status", "channel",
                                      "due_at", "held_from", "held_until", ended_at, asked,
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
                                              "province_code", "code", "record", "status", "channel",
                                              "due_at", "supplements", "updated_at", "finished_at",
                                              "returned_at", "details", 32767::smallint as state,
                                              '-infinity'::date as held_from, 'infinity'::date as held_until,
                                              ("received_at" at time zone interval '7 hours')::date as received_on,
                                              (
                                                case
                                                  when status >= 9 then coalesce(finished_at, returned_at)
                                                  when status in (7, 8) then coalesce(finished_at, returned_at, updated_at)
                                                end at time zone interval '7 hours'
                                              )::date as ends_on
                                            from
                                              (
                                                select found.*
                                                from
                                                  (
                                                    select versions.unit
                                                    from
                                                      unit_versions as versions
                                                      join units on units.id = versions.unit
                                                    where
                                                      $38 = any (versions.path)
                                                      and least(greatest($39::date, units.valid_from), coalesce(units.valid_to, 'infinity')) between versions.valid_from and coalesce(versions.valid_to, 'infinity')
                                                  ) as asked_units
                                                  cross join lateral (
                                                    select *
                                                    from dossiers
                                                    where
                                                      dossiers.unit = asked_units.unit
                                                      and held_from is null
                                                      and received_at < $40::timestamptz
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
                                                        ) >= $41::timestamptz
                                                        or supplements is not null
                                                      )
                                                      and supplements is not null
                                                      and province_code = any ($42)
                                                      and "level" = any ($43)
                                                      and "field" = any ($44)
                                                      and "procedure" = any ($45)
                                                      and "channel" = any ($46)
                                                      and "source" = $47
                                                    offset
                                                      0
                                                  ) as found
                                              ) as dossiers
                                            union all
                                            select
                                              "province_code", "code", "record", "status", "channel",
                                              "due_at", "supplements", "updated_at", "finished_at",
                                              "returned_at", "details", state, held_from, held_until,
                                              received_on, ends_on
                                            from
                                              (
                                                select *
                                                from
                                                  (
                                                    select
                                                      "province_code", "code", "record", "source", "unit",
                                                      "level", "procedure", "field", "channel", "status",
                                                      "received_at", "due_at", "finished_at", "returned_at",
                                                      "updated_at", "supplements", "details", "held_from",
                                                      "received_on", "ends_on", 32767::smallint as state,
                                                      'infinity'::date as held_until
                                                    from dossiers
                                                    where
                                                      held_from is not null
                                                      and province_code = any ($48)
                                                      and unit in (
                                                        select versions.unit
                                                        from
                                                          unit_versions as versions
                                                          join units on units.id = versions.unit
                                                        where
                                                          $49 = any (versions.path)
                                                          and least(greatest($50::date, units.valid_from), coalesce(units.valid_to, 'infinity')) between versions.valid_from and coalesce(versions.valid_to, 'infinity')
                                                      )
                                                      and "level" = any ($51)
                                                      and "field" = any ($52)
                                                      and "procedure" = any ($53)
                                                      and "channel" = any ($54)
                                                      and "source" = $55
                                                    union all
                                                    select
                                                      "province_code", "code", "record", "source", "unit",
                                                      "level", "procedure", "field", "channel", "status",
                                                      "received_at", "due_at", "finished_at", "returned_at",
                                                      "updated_at", "supplements", "details", "held_from",
                                                      "received_on", "ends_on", state, held_until
                                                    from dossier_states
                                                    where
                                                      province_code = any ($56)
                                                      and unit in (
                                                        select versions.unit
                                                        from
                                                          unit_versions as versions
                                                          join units on units.id = versions.unit
                                                        where
                                                          $57 = any (versions.path)
                                                          and least(greatest($58::date, units.valid_from), coalesce(units.valid_to, 'infinity')) between versions.valid_from and coalesce(versions.valid_to, 'infinity')
                                                      )
                                                      and "level" = any ($59)
                                                      and "field" = any ($60)
                                                      and "procedure" = any ($61)
                                                      and "channel" = any ($62)
                                                      and "source" = $63
                                                  ) as states
                                                where
                                                  held_from <= $64::date
                                                  and held_until >= $65::date
                                                  and (
                                                    held_until < 'infinity'
                                                    or ends_on is null
                                                    or greatest(ends_on, held_from) >= $66::date
                                                    or due_at >= $67::timestamptz
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
                                      "province_code", "code", "record", "state", "held_from", "held_until",
                                      "status", "is_cancelled", ended_at, ended_on, due_from_then as due,
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
                                      "province_code", "code", "record", "state", "held_from", "held_until",
                                      "status", "is_cancelled", ended_at, ended_on, due_until_then, n, false,
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
                                    from
                                      (
                                        select *, least(stops_on, ended_on) as overdue_until
                                        from reached
                                      ) as until
                                    where reached_on < overdue_until
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
                                select "state", "held_from", "held_until", happened.*
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
                                      (not is_cancelled and not is_in_time)::int, 0, 0, 0, 0,
                                      is_cancelled::int
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
                                  "state", "held_from", "held_until", ended_on, 0, 0, 0,
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
                                select
                                  "state", "held_from", "held_until", reached_on, 0, 0, 0, 0, 0, 0, 1, 0, 0,
                                  0, 0
                                from overdue
                                where begins
                                union all
                                select
                                  "state", "held_from", "held_until", overdue_until, 0, 0, 0, 0, 0, 0, 0, 1,
                                  0, 0, 0
                                from overdue
                                where
                                  ends
                                  and overdue_until < 'infinity'
                                union all
                                select
                                  "state", "held_from", "held_until", reached_on, 0, 0, 0, 0, 0, 0, 0, 0, 1,
                                  is_in_time::int, 0
                                from met
                                where is_another
                              )
                            select
                              day, "received_online", "received_direct", "received_postal", "resolved_early",
                              "resolved_on_time", "resolved_overdue", "became_overdue", "no_longer_overdue",
                              "due", "due_in_time", "cancelled", 0 as moved, 0 as moved_overdue
                            from events
                            where
                              day >= held_from
                              and day < held_until
                            union all
                            select
                              held_from, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
                              sum(received_online + received_direct - resolved_early - resolved_on_time - resolved_overdue - cancelled),
                              sum(became_overdue - no_longer_overdue)
                            from events
                            where day < held_from
                            group by held_from
                            union all
                            select
                              held_until, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
                              - sum(received_online + received_direct - resolved_early - resolved_on_time - resolved_overdue - cancelled),
                              - sum(became_overdue - no_longer_overdue)
                            from events
                            where
                              day < held_until
                              and held_until < 'infinity'
                            group by held_until
                          ) as days
                        where day <= $68::date
                      ) as days on day <= ends_on
                  ) as summed
              ) as summed
          )
        select
          "received_online", "received_direct", "received_postal", "resolved_early", "resolved_on_time",
          "resolved_overdue", "due", "due_in_time", "cancelled", "moved", "moved_overdue", "carried_over",
          "pending_overdue"
        from summed
      ) as sums
    where true
  ),
  coverage as (
    select count(*) filter (where since <= ends_on) as units_reported, count(*) as units_expected
    from
      (
        select *
        from
          (values ($69::text, $70::date, $71::date, $72::date)) as spans (period, starts_on, ends_on, due_on)
      ) as asked
      cross join units
      join unit_versions as versions on versions.unit = units.id
      and $73 = any (versions.path)
      and least(greatest(ends_on, units.valid_from), coalesce(units.valid_to, 'infinity')) between versions.valid_from and coalesce(versions.valid_to, 'infinity')
      left join (
        select province_code, unit, min(day) as since
        from
          (
            select province_code, unit, ("received_at" at time zone interval '7 hours')::date as day
            from dossiers
            where
              held_from is null
              and (status >= 4 or status = 2)
              and source = $74
            union all
            select province_code, unit, greatest(received_on, held_from)
            from
              (
                select
                  "province_code", "code", "record", "source", "unit", "level", "procedure", "field",
                  "channel", "status", "received_at", "due_at", "finished_at", "returned_at", "updated_at",
                  "supplements", "details", "held_from", "received_on", "ends_on", 32767::smallint as state,
                  'infinity'::date as held_until
                from dossiers
                where
                  held_from is not null
                  and source = $75
                union all
                select
                  "province_code", "code", "record", "source", "unit", "level", "procedure", "field",
                  "channel", "status", "received_at", "due_at", "finished_at", "returned_at", "updated_at",
                  "supplements", "details", "held_from", "received_on", "ends_on", state, held_until
                from dossier_states
                where source = $76
              ) as states
          ) as presences
        group by province_code, unit
      ) as desks on desks.province_code = units.province_code
      and desks.unit = units.id
    where
      units.reports_dossiers
      and units.valid_from <= ends_on
      and coalesce(units.valid_to, 'infinity') >= starts_on
      and units.level = any ($77)
  ),
  summed as (
    select
      null::text as "level", null::text as "field", null::text as "unit", null::text as "procedure",
      null::text as "channel", null::text as "period", 'own' as scope, "received_online", "received_direct",
      "received_postal", "carried_over", "received", "resolved_early", "resolved_on_time", "resolved_in_time",
      "resolved_overdue", "resolved", "pending_in_time", "pending_overdue", "pending", "transferred_in",
      "transferred_out", "due", "due_in_time", false as estimated,
      coalesce(units_reported, 0) as units_reported, coalesce(units_expected, 0) as units_expected,
      null::text as sources_used, null::text as sources_left_out
    from
      counted
      left join coverage on true
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
  $78::text as method, $79::text as basis, estimated, units_reported, units_expected
from (select *, (due_in_time)::bigint as numerator, (due)::bigint as denominator from summed) as divided
-- $1 null
-- $2 "2021-07-05"
-- $3 "2021-07-16"
-- $4 "2021-07-16"
-- $5 "2021-07-05T00:00:00+07:00"
-- $6 "2021-07-05T00:00:00+07:00"
-- $7 "2021-07-05T00:00:00+07:00"
-- $8 "2021-07-05T00:00:00+07:00"
-- $9 "2021-07-17T00:00:00+07:00"
-- $10 "2021-07-05T00:00:00+07:00"
-- $11 "2021-07-17T00:00:00+07:00"
-- $12 "2021-07-05T00:00:00+07:00"
-- $13 "2021-07-17T00:00:00+07:00"
-- $14 "2021-07-05T00:00:00+07:00"
-- $15 "2021-07-17T00:00:00+07:00"
-- $16 "2021-07-05T00:00:00+07:00"
-- $17 "2021-07-17T00:00:00+07:00"
-- $18 "2021-07-05T00:00:00+07:00"
-- $19 "2021-07-17T00:00:00+07:00"
-- $20 "2021-07-05T00:00:00+07:00"
-- $21 "2021-07-17T00:00:00+07:00"
-- $22 "2021-07-05T00:00:00+07:00"
-- $23 "2021-07-05T00:00:00+07:00"
-- $24 "2021-07-17T00:00:00+07:00"
-- $25 "2021-07-17T00:00:00+07:00"
-- $26 "2021-07-17T00:00:00+07:00"
-- $27 "2021-07-17T00:00:00+07:00"
-- $28 "H56-380"
-- $29 "2021-07-16"
-- $30 "2021-07-17T00:00:00+07:00"
-- $31 "2021-07-05T00:00:00+07:00"
-- $32 ["H56"]
-- $33 ["commune"]
-- $34 ["land"]
-- $35 ["1.001193"]
-- $36 ["online"]
-- $37 "one-stop"
-- $38 "H56-380"
-- $39 "2021-07-16"
-- $40 "2021-07-17T00:00:00+07:00"
-- $41 "2021-07-05T00:00:00+07:00"
-- $42 ["H56"]
-- $43 ["commune"]
-- $44 ["land"]
-- $45 ["1.001193"]
-- $46 ["online"]
-- $47 "one-stop"
-- $48 ["H56"]
-- $49 "H56-380"
-- $50 "2021-07-16"
-- $51 ["commune"]
-- $52 ["land"]
-- $53 ["1.001193"]
-- $54 ["online"]
-- $55 "one-stop"
-- $56 ["H56"]
-- $57 "H56-380"
-- $58 "2021-07-16"
-- $59 ["commune"]
-- $60 ["land"]
-- $61 ["1.001193"]
-- $62 ["online"]
-- $63 "one-stop"
-- $64 "2021-07-16"
-- $65 "2021-07-05"
-- $66 "2021-07-05"
-- $67 "2021-07-05T00:00:00+07:00"
-- $68 "2021-07-16"
-- $69 null
-- $70 "2021-07-05"
-- $71 "2021-07-16"
-- $72 "2021-07-16"
-- $73 "H56-380"
-- $74 "one-stop"
-- $75 "one-stop"
-- $76 "one-stop"
-- $77 ["commune"]
-- $78 "due"
-- $79 "records"
