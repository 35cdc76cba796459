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
                      (
                        received >= "starts_on"::timestamp at time zone interval '7 hours'
                        and received < ("ends_on"::timestamp at time zone interval '7 hours' + interval '1 day')
                      )
                      and (submitted is not null and allowed is not null)
                      and waited <= allowed
                  ) as "reception_in_time",
                  count(*) filter (
                    where
                      (
                        received >= "starts_on"::timestamp at time zone interval '7 hours'
                        and received < ("ends_on"::timestamp at time zone interval '7 hours' + interval '1 day')
                      )
                      and (submitted is not null and allowed is not null)
                      and waited > allowed
                  ) as "reception_overdue",
                  count(*) filter (
                    where
                      (
                        received >= "starts_on"::timestamp at time zone interval '7 hours'
                        and received < ("ends_on"::timestamp at time zone interval '7 hours' + interval '1 day')
                      )
                      and not (submitted is not null and allowed is not null)
                  ) as "reception_unknown",
                  count(*) filter (
                    where
                      (
                        filed < ("ends_on"::timestamp at time zone interval '7 hours' + interval '1 day')
                        and coalesce(received >= ("ends_on"::timestamp at time zone interval '7 hours' + interval '1 day'), true)
                        and coalesce(refused >= ("ends_on"::timestamp at time zone interval '7 hours' + interval '1 day'), true)
                      )
                      and (submitted is not null and allowed is not null)
                      and greatest(
                        case width_bucket(
                            (
                              extract(
                                epoch
                                from ("due_on"::timestamp at time zone interval '7 hours' + interval '1 day')
                              ) * 1000
                            )::bigint,
                            opens
                          )
                          when 0 then 0
                          else befores[
                            width_bucket(
                              (
                                extract(
                                  epoch
                                  from
                                    ("due_on"::timestamp at time zone interval '7 hours' + interval '1 day')
                                ) * 1000
                              )::bigint,
                              opens
                            )
                          ] + least(
                            (
                              extract(
                                epoch
                                from ("due_on"::timestamp at time zone interval '7 hours' + interval '1 day')
                              ) * 1000
                            )::bigint - opens[
                              width_bucket(
                                (
                                  extract(
                                    epoch
                                    from
                                      ("due_on"::timestamp at time zone interval '7 hours' + interval '1 day')
                                  ) * 1000
                                )::bigint,
                                opens
                              )
                            ], lasts[
                              width_bucket(
                                (
                                  extract(
                                    epoch
                                    from
                                      ("due_on"::timestamp at time zone interval '7 hours' + interval '1 day')
                                  ) * 1000
                                )::bigint,
                                opens
                              )
                            ]
                          )
                        end - filed_position,
                        0
                      ) <= allowed
                  ) as "reception_pending_in_time",
                  count(*) filter (
                    where
                      (
                        filed < ("ends_on"::timestamp at time zone interval '7 hours' + interval '1 day')
                        and coalesce(received >= ("ends_on"::timestamp at time zone interval '7 hours' + interval '1 day'), true)
                        and coalesce(refused >= ("ends_on"::timestamp at time zone interval '7 hours' + interval '1 day'), true)
                      )
                      and (submitted is not null and allowed is not null)
                      and greatest(
                        case width_bucket(
                            (
                              extract(
                                epoch
                                from ("due_on"::timestamp at time zone interval '7 hours' + interval '1 day')
                              ) * 1000
                            )::bigint,
                            opens
                          )
                          when 0 then 0
                          else befores[
                            width_bucket(
                              (
                                extract(
                                  epoch
                                  from
                                    ("due_on"::timestamp at time zone interval '7 hours' + interval '1 day')
                                ) * 1000
                              )::bigint,
                              opens
                            )
                          ] + least(
                            (
                              extract(
                                epoch
                                from ("due_on"::timestamp at time zone interval '7 hours' + interval '1 day')
                              ) * 1000
                            )::bigint - opens[
                              width_bucket(
                                (
                                  extract(
                                    epoch
                                    from
                                      ("due_on"::timestamp at time zone interval '7 hours' + interval '1 day')
                                  ) * 1000
                                )::bigint,
                                opens
                              )
                            ], lasts[
                              width_bucket(
                                (
                                  extract(
                                    epoch
                                    from
                                      ("due_on"::timestamp at time zone interval '7 hours' + interval '1 day')
                                  ) * 1000
                                )::bigint,
                                opens
                              )
                            ]
                          )
                        end - filed_position,
                        0
                      ) > allowed
                  ) as "reception_pending_overdue",
                  count(*) filter (
                    where
                      (
                        filed < ("ends_on"::timestamp at time zone interval '7 hours' + interval '1 day')
                        and coalesce(received >= ("ends_on"::timestamp at time zone interval '7 hours' + interval '1 day'), true)
                        and coalesce(refused >= ("ends_on"::timestamp at time zone interval '7 hours' + interval '1 day'), true)
                      )
                      and not (submitted is not null and allowed is not null)
                  ) as "reception_pending_unknown",
                  count(*) filter (
                    where
                      (
                        refused >= "starts_on"::timestamp at time zone interval '7 hours'
                        and refused < ("ends_on"::timestamp at time zone interval '7 hours' + interval '1 day')
                      )
                  ) as "not_received"
                from
                  asked
                  cross join (
                    select
                      "level", "submitted", "filed", "received", "refused", opens, lasts, befores,
                      filed_position,
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
                          "level", "province_code", "procedure", "channel", "status", "received_at",
                          "updated_at", "details", received_at as received, null::timestamptz as refused
                        from dossiers
                        where
                          held_from is null
                          and (status >= 4 or status = 2)
                          and received_at >= $6::timestamptz
                          and (
                            (details ->> 'submitted_at') is not null
                            or (channel = 'online' and received_at < $7::timestamptz)
                          )
                          and province_code = any (array(select id from units where parent is null))
                        union all
                        select
                          "level", "province_code", "procedure", "channel", "status", "received_at",
                          "updated_at", "details", received_at, null
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
                          and received_on >= $8::date
                          and (
                            (details ->> 'submitted_at') is not null
                            or (channel = 'online' and received_at < $9::timestamptz)
                          )
                        union all
                        select
                          "level", "province_code", "procedure", "channel", "status", "received_at",
                          "updated_at", "details", null,
                          case
                            when status = 3 then coalesce((details ->> 'refused_at')::timestamptz, updated_at)
                          end
                        from dossiers
                        where
                          (status = 1 or status = 3)
                          and received_at < $10::timestamptz
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
                              ($11::text, $12::bigint[], $13::bigint[], $14::bigint[], $15::bigint[], $16::bigint[], $17::bigint[])
                          ) as rules (province, opens, lasts, befores, since, limits, interlinked_limits)
                      ) as rules on rules.province is not distinct from case
                        when province_code = any ($18) then province_code
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
                  ) as filed
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
                values ($19::text, $20::date, $21::date, $22::date)
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
                      values ($23::text, $24::date, $25::date, $26::date)
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
      $27::text as method, $28::text as basis, estimated, units_reported, units_expected
    from
      (
        select *, (reception_numerator)::bigint as numerator, (reception_denominator)::bigint as denominator
        from summed
      ) as divided
  ) as listed
order by "level" asc nulls last
limit $29 + 1
-- $1 null
-- $2 "2021-06-15"
-- $3 "2021-09-14"
-- $4 "2021-09-14"
-- $5 "2021-09-14"
-- $6 "2021-06-15T00:00:00+07:00"
-- $7 "2021-09-15T00:00:00+07:00"
-- $8 "2021-06-15"
-- $9 "2021-09-15T00:00:00+07:00"
-- $10 "2021-09-15T00:00:00+07:00"
-- $11 null
-- $12 [1623630600000,1623717000000]
-- $13 [14400000,14400000]
-- $14 [0,14400000]
-- $15 [1609434000000]
-- $16 [28800000]
-- $17 [14400000]
-- $18 []
-- $19 null
-- $20 "2021-06-15"
-- $21 "2021-09-14"
-- $22 "2021-09-14"
-- $23 null
-- $24 "2021-06-15"
-- $25 "2021-09-14"
-- $26 "2021-09-14"
-- $27 "reception"
-- $28 "records"
-- $29 1000
