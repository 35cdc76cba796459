-- How many were received in time at each level, by the working hours of their calendar?
-- GET /v1/on-time?basis=records&period=2021-Q3&method=reception&group_by=level
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
          due_in_time as due_in_time, cancelled as cancelled,
          reception_in_time + reception_pending_in_time as reception_numerator,
          (reception_in_time + reception_overdue + reception_pending_in_time + reception_pending_overdue) as reception_denominator
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
                      sum(became_overdue) filter (where day <= due_on), 0
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
                      ) as days
                    where day <= $5::date
                  ) as days on day <= ends_on
                group by "level"
              )
            select
              "level", coalesce(sum(received_online), 0)::bigint as received_online,
              coalesce(sum(received_direct), 0)::bigint as received_direct,
              coalesce(sum(received_postal), 0)::bigint as received_postal,
              coalesce(sum(resolved_early), 0)::bigint as resolved_early,
              coalesce(sum(resolved_on_time), 0)::bigint as resolved_on_time,
              coalesce(sum(resolved_overdue), 0)::bigint as resolved_overdue,
              coalesce(sum(due), 0)::bigint as due, coalesce(sum(due_in_time), 0)::bigint as due_in_time,
              coalesce(sum(cancelled), 0)::bigint as cancelled, coalesce(sum(moved), 0)::bigint as moved,
              coalesce(sum(moved_overdue), 0)::bigint as moved_overdue,
              coalesce(sum(carried_over), 0)::bigint as carried_over,
              coalesce(sum(pending_overdue), 0)::bigint as pending_overdue,
              coalesce(sum(reception_in_time), 0)::bigint as reception_in_time,
              coalesce(sum(reception_overdue), 0)::bigint as reception_overdue,
              coalesce(sum(reception_unknown), 0)::bigint as reception_unknown,
              coalesce(sum(reception_pending_in_time), 0)::bigint as reception_pending_in_time,
              coalesce(sum(reception_pending_overdue), 0)::bigint as reception_pending_overdue,
              coalesce(sum(reception_pending_unknown), 0)::bigint as reception_pending_unknown,
              coalesce(sum(not_received), 0)::bigint as not_received
            from
              (
                select
                  "level", "received_online", "received_direct", "received_postal", "resolved_early",
                  "resolved_on_time", "resolved_overdue", "due", "due_in_time", "cancelled", "moved",
                  "moved_overdue", "carried_over", "pending_overdue", 0 as reception_in_time,
                  0 as reception_overdue, 0 as reception_unknown, 0 as reception_pending_in_time,
                  0 as reception_pending_overdue, 0 as reception_pending_unknown, 0 as not_received
                from summed
                union all
                select
                  "level", 0 as received_online, 0 as received_direct, 0 as received_postal,
                  0 as resolved_early, 0 as resolved_on_time, 0 as resolved_overdue, 0 as due,
                  0 as due_in_time, 0 as cancelled, 0 as moved, 0 as moved_overdue, 0 as carried_over,
                  0 as pending_overdue,
                  count(*) filter (
                    where
                      (received >= start_at and received < end_at)
                      and (submitted is not null and allowed is not null)
                      and waited <= allowed
                  ) as "reception_in_time",
                  count(*) filter (
                    where
                      (received >= start_at and received < end_at)
                      and (submitted is not null and allowed is not null)
                      and waited > allowed
                  ) as "reception_overdue",
                  count(*) filter (
                    where
                      (received >= start_at and received < end_at)
                      and not (submitted is not null and allowed is not null)
                  ) as "reception_unknown",
                  count(*) filter (
                    where
                      (
                        filed < end_at
                        and (received is null or received >= end_at)
                        and (refused is null or refused >= end_at)
                      )
                      and (submitted is not null and allowed is not null)
                      and waited_at_end <= allowed
                  ) as "reception_pending_in_time",
                  count(*) filter (
                    where
                      (
                        filed < end_at
                        and (received is null or received >= end_at)
                        and (refused is null or refused >= end_at)
                      )
                      and (submitted is not null and allowed is not null)
                      and waited_at_end > allowed
                  ) as "reception_pending_overdue",
                  count(*) filter (
                    where
                      (
                        filed < end_at
                        and (received is null or received >= end_at)
                        and (refused is null or refused >= end_at)
                      )
                      and not (submitted is not null and allowed is not null)
                  ) as "reception_pending_unknown",
                  count(*) filter (where (refused >= start_at and refused < end_at)) as "not_received"
                from
                  (
                    select
                      asked.*, rules.rule as of_rule, start_at, end_at,
                      case width_bucket(
                          (extract(epoch from due_end) * 1000)::bigint, opens
                        )
                        when 0 then 0
                        else befores[
                          width_bucket((extract(epoch from due_end) * 1000)::bigint, opens)
                        ] + least(
                          (extract(epoch from due_end) * 1000)::bigint - opens[
                            width_bucket((extract(epoch from due_end) * 1000)::bigint, opens)
                          ], lasts[
                            width_bucket((extract(epoch from due_end) * 1000)::bigint, opens)
                          ]
                        )
                      end as reached
                    from
                      (
                        select *
                        from
                          (
                            values ($6::text, $7::date, $8::date, $9::date)
                          ) as spans (period, starts_on, ends_on, due_on)
                      ) as asked
                      cross join (
                        select *
                        from
                          (
                            values
                              ($10::text, $11::bigint[], $12::bigint[], $13::bigint[], $14::bigint[], $15::bigint[], $16::bigint[])
                          ) as rules (rule, opens, lasts, befores, since, limits, interlinked_limits)
                      ) as rules
                      cross join lateral (
                        select
                          "starts_on"::timestamp at time zone interval '7 hours' as start_at,
                          ("ends_on"::timestamp at time zone interval '7 hours' + interval '1 day') as end_at,
                          ("due_on"::timestamp at time zone interval '7 hours' + interval '1 day') as due_end
                      ) as instants
                    offset
                      0
                  ) as spans
                  join (
                    select
                      "level", "submitted", "filed", "received", "refused", rule, filed_position,
                      case width_bucket(
                          (extract(epoch from received) * 1000)::bigint, opens
                        )
                        when 0 then 0
                        else befores[
                          width_bucket((extract(epoch from received) * 1000)::bigint, opens)
                        ] + least(
                          (extract(epoch from received) * 1000)::bigint - opens[
                            width_bucket((extract(epoch from received) * 1000)::bigint, opens)
                          ], lasts[
                            width_bucket((extract(epoch from received) * 1000)::bigint, opens)
                          ]
                        )
                      end - filed_position as waited,
                      (case when interlinked <> 'none' then interlinked_limits else limits end) [
                        width_bucket((extract(epoch from submitted) * 1000)::bigint, since)
                      ] as allowed
                    from
                      (
                        select
                          "level", "province_code", "procedure", "received_at", "details",
                          received_at as received, null::timestamptz as refused
                        from dossiers
                        where
                          held_from is null
                          and (status >= 4 or status = 2)
                          and received_at >= $17::timestamptz
                          and (details ->> 'submitted_at') is not null
                          and province_code = any (array(select id from units where parent is null))
                        union all
                        select
                          "level", "province_code", "procedure", "received_at", "details", received_at, null
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
                          (status >= 4 or status = 2)
                          and received_on >= held_from
                          and received_on < held_until
                          and received_on >= $18::date
                          and (details ->> 'submitted_at') is not null
                          and (
                            held_from = '-infinity'
                            or not exists (
                              select
                              from dossier_states as former
                              where
                                ("former"."province_code", "former"."code", "former"."record") = ("states"."province_code", "states"."code", "states"."record")
                                and former.state < states.state
                                and former.received_on >= former.held_from
                                and former.received_on < former.held_until
                            )
                          )
                        union all
                        select
                          "level", "province_code", "procedure", "received_at", "details", null::timestamptz,
                          case
                            when status = 3 then coalesce((details ->> 'refused_at')::timestamptz, updated_at)
                          end
                        from dossiers
                        where
                          (
                            status = 1
                            or (
                              status = 3
                              and coalesce((details ->> 'refused_at')::timestamptz, updated_at) >= $19::timestamptz
                            )
                          )
                          and received_at < $20::timestamptz
                          and not coalesce((details ->> 'refused_after_acceptance')::boolean, false)
                          and province_code = any (array(select id from units where parent is null))
                      ) as found
                      cross join lateral (
                        select
                          (details ->> 'submitted_at')::timestamptz as submitted,
                          coalesce((details ->> 'submitted_at')::timestamptz, received_at) as filed
                      ) as times
                      left join (
                        select procedure as of_procedure, valid_from, valid_to, interlinked
                        from procedure_versions
                      ) as versions on of_procedure = procedure
                      and (submitted at time zone interval '7 hours')::date between valid_from and coalesce(valid_to, 'infinity')
                      join (
                        select *
                        from
                          (
                            values
                              ($21::text, $22::bigint[], $23::bigint[], $24::bigint[], $25::bigint[], $26::bigint[], $27::bigint[])
                          ) as rules (rule, opens, lasts, befores, since, limits, interlinked_limits)
                      ) as rules on rule = case
                        when province_code = any ($28) then province_code
                        else ''
                      end
                      cross join lateral (
                        select
                          case width_bucket(
                              (extract(epoch from submitted) * 1000)::bigint, opens
                            )
                            when 0 then 0
                            else befores[
                              width_bucket((extract(epoch from submitted) * 1000)::bigint, opens)
                            ] + least(
                              (extract(epoch from submitted) * 1000)::bigint - opens[
                                width_bucket((extract(epoch from submitted) * 1000)::bigint, opens)
                              ], lasts[
                                width_bucket((extract(epoch from submitted) * 1000)::bigint, opens)
                              ]
                            )
                          end as filed_position
                      ) as position
                    offset
                      0
                  ) as filed on rule = of_rule
                  and (
                    (received >= start_at and received < end_at)
                    or (refused >= start_at and refused < end_at)
                    or (
                      filed < end_at
                      and (received is null or received >= end_at)
                      and (refused is null or refused >= end_at)
                    )
                  )
                  cross join lateral (
                    select greatest(reached - filed_position, 0) as waited_at_end
                  ) as until_end
                group by "level"
                union all
                select
                  "level", 0 as received_online, 0 as received_direct, 0 as received_postal,
                  0 as resolved_early, 0 as resolved_on_time, 0 as resolved_overdue, 0 as due,
                  0 as due_in_time, 0 as cancelled, 0 as moved, 0 as moved_overdue, 0 as carried_over,
                  0 as pending_overdue, 0 as "reception_in_time", 0 as "reception_overdue",
                  coalesce(sum(dossiers), 0)::bigint as "reception_unknown", 0 as "reception_pending_in_time",
                  0 as "reception_pending_overdue", 0 as "reception_pending_unknown", 0 as "not_received"
                from
                  asked
                  join (
                    select
                      "level", (received at time zone interval '7 hours')::date as day, count(*) as dossiers
                    from
                      (
                        select "level", "received_at", received_at as received, null::timestamptz as refused
                        from dossiers
                        where
                          held_from is null
                          and (status >= 4 or status = 2)
                          and received_at >= $29::timestamptz
                          and (details ->> 'submitted_at') is null
                          and channel = 'online'
                          and received_at < $30::timestamptz
                          and province_code = any (array(select id from units where parent is null))
                        union all
                        select "level", "received_at", received_at, null
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
                          (status >= 4 or status = 2)
                          and received_on >= held_from
                          and received_on < held_until
                          and received_on >= $31::date
                          and (details ->> 'submitted_at') is null
                          and channel = 'online'
                          and received_at < $32::timestamptz
                          and (
                            held_from = '-infinity'
                            or not exists (
                              select
                              from dossier_states as former
                              where
                                ("former"."province_code", "former"."code", "former"."record") = ("states"."province_code", "states"."code", "states"."record")
                                and former.state < states.state
                                and former.received_on >= former.held_from
                                and former.received_on < former.held_until
                            )
                          )
                      ) as found
                    group by 1, 2
                  ) as days on day between starts_on and ends_on
                group by "level"
              ) as all_sums
            group by "level"
          ) as sums
        where
          (
            (((carried_over + greatest(moved, 0)) + received_online + received_direct) > 0 or due > 0)
            or (reception_in_time + reception_overdue + reception_pending_in_time + reception_pending_overdue) + reception_unknown + reception_pending_unknown + not_received > 0
          )
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
                values ($33::text, $34::date, $35::date, $36::date)
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
          reception_numerator, reception_denominator, false as estimated,
          coalesce(units_reported, 0) as units_reported, coalesce(units_expected, 0) as units_expected,
          null::text as sources_used, null::text as sources_left_out
        from
          counted
          left join coverage on "coverage"."level" = "counted"."level"
        where
          units_expected is not null
          or not (
            received_online + received_direct + resolved + cancelled + reception_denominator = 0
            and pending = transferred_out
            and pending = (
              select count(*)
              from
                (
                  select *
                  from
                    (
                      values ($37::text, $38::date, $39::date, $40::date)
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
      $41::text as method, $42::text as basis, estimated, units_reported, units_expected
    from
      (
        select *, (reception_numerator)::bigint as numerator, (reception_denominator)::bigint as denominator
        from summed
      ) as divided
  ) as listed
order by "level" asc nulls last
limit $43 + 1
-- $1 null
-- $2 "2021-06-15"
-- $3 "2021-09-14"
-- $4 "2021-09-14"
-- $5 "2021-09-14"
-- $6 null
-- $7 "2021-06-15"
-- $8 "2021-09-14"
-- $9 "2021-09-14"
-- $10 ""
-- $11 [1623630600000,1623717000000]
-- $12 [14400000,14400000]
-- $13 [0,14400000]
-- $14 [1609434000000]
-- $15 [28800000]
-- $16 [14400000]
-- $17 "2021-06-15T00:00:00+07:00"
-- $18 "2021-06-15"
-- $19 "2021-06-15T00:00:00+07:00"
-- $20 "2021-09-15T00:00:00+07:00"
-- $21 ""
-- $22 [1623630600000,1623717000000]
-- $23 [14400000,14400000]
-- $24 [0,14400000]
-- $25 [1609434000000]
-- $26 [28800000]
-- $27 [14400000]
-- $28 []
-- $29 "2021-06-15T00:00:00+07:00"
-- $30 "2021-09-15T00:00:00+07:00"
-- $31 "2021-06-15"
-- $32 "2021-09-15T00:00:00+07:00"
-- $33 null
-- $34 "2021-06-15"
-- $35 "2021-09-14"
-- $36 "2021-09-14"
-- $37 null
-- $38 "2021-06-15"
-- $39 "2021-09-14"
-- $40 "2021-09-14"
-- $41 "reception"
-- $42 "records"
-- $43 1000
