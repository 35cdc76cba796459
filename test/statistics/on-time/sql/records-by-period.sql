-- How many were on time in each of several periods of a unit?
-- GET /v1/on-time?basis=records&period=cal-2021-M06,cal-2021-M07&unit=H56-380&group_by=period
select *
from
  (
    with
      counted as (
        select
          "period", received_online as received_online, received_direct as received_direct,
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
                    values ($1::text, $2::date, $3::date, $4::date), ($5::text, $6::date, $7::date, $8::date)
                  ) as spans (period, starts_on, ends_on, due_on)
              ),
              summed as (
                select
                  "period",
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
                    select
                      ($9::date[]) [width_bucket(day, $10::date[])] as day,
                      sum("received_online")::bigint as "received_online",
                      sum("received_direct")::bigint as "received_direct",
                      sum("received_postal")::bigint as "received_postal",
                      sum("resolved_early")::bigint as "resolved_early",
                      sum("resolved_on_time")::bigint as "resolved_on_time",
                      sum("resolved_overdue")::bigint as "resolved_overdue",
                      sum("became_overdue")::bigint as "became_overdue",
                      sum("no_longer_overdue")::bigint as "no_longer_overdue", sum("due")::bigint as "due",
                      sum("due_in_time")::bigint as "due_in_time", sum("cancelled")::bigint as "cancelled",
                      sum("moved")::bigint as "moved", sum("moved_overdue")::bigint as "moved_overdue"
                    from
                      (
                        select *
                        from
                          (
                            select
                              "quarter" as day, "received_online", "received_direct", "received_postal",
                              "resolved_early", "resolved_on_time", "resolved_overdue", "became_overdue",
                              "no_longer_overdue", "due", "due_in_time", "cancelled", "moved", "moved_overdue"
                            from "dossier_sums_by_unit_quarter"
                            where
                              province_code = any ($11)
                              and unit in (
                                select versions.unit
                                from
                                  unit_versions as versions
                                  join units on units.id = versions.unit
                                where
                                  $12 = any (versions.path)
                                  and least(greatest($13::date, units.valid_from), coalesce(units.valid_to, 'infinity')) between versions.valid_from and coalesce(versions.valid_to, 'infinity')
                              )
                              and "quarter" <> all ($14::date[])
                            union all
                            select
                              "slice" as day, "received_online", "received_direct", "received_postal",
                              "resolved_early", "resolved_on_time", "resolved_overdue", "became_overdue",
                              "no_longer_overdue", "due", "due_in_time", "cancelled", "moved", "moved_overdue"
                            from
                              (
                                select
                                  "province_code", "unit", "field", "channel", "slice", "received_online",
                                  "received_direct", "received_postal", "resolved_early", "resolved_on_time",
                                  "resolved_overdue", "became_overdue", "no_longer_overdue", "due",
                                  "due_in_time", "cancelled", "moved", "moved_overdue"
                                from "dossier_sums_by_desk"
                                union all
                                select
                                  province_code, "unit", "field", "channel", "slice",
                                  coalesce("received_online", 0) as "received_online",
                                  coalesce("received_direct", 0) as "received_direct",
                                  coalesce("received_postal", 0) as "received_postal",
                                  coalesce("resolved_early", 0) as "resolved_early",
                                  coalesce("resolved_on_time", 0) as "resolved_on_time",
                                  coalesce("resolved_overdue", 0) as "resolved_overdue",
                                  coalesce("became_overdue", 0) as "became_overdue",
                                  coalesce("no_longer_overdue", 0) as "no_longer_overdue",
                                  coalesce("due", 0) as "due", coalesce("due_in_time", 0) as "due_in_time",
                                  coalesce("cancelled", 0) as "cancelled", coalesce("moved", 0) as "moved",
                                  coalesce("moved_overdue", 0) as "moved_overdue"
                                from
                                  (
                                    select
                                      province_code, unnest("units") as "unit", unnest("fields") as "field",
                                      unnest("channels") as "channel", unnest("times") as "slice",
                                      unnest("received_online") as "received_online",
                                      unnest("received_direct") as "received_direct",
                                      unnest("received_postal") as "received_postal",
                                      unnest("resolved_early") as "resolved_early",
                                      unnest("resolved_on_time") as "resolved_on_time",
                                      unnest("resolved_overdue") as "resolved_overdue",
                                      unnest("became_overdue") as "became_overdue",
                                      unnest("no_longer_overdue") as "no_longer_overdue",
                                      unnest("due") as "due", unnest("due_in_time") as "due_in_time",
                                      unnest("cancelled") as "cancelled", unnest("moved") as "moved",
                                      unnest("moved_overdue") as "moved_overdue"
                                    from dossier_sums_log
                                    where rollup = 'dossier_sums_by_desk'
                                  ) as logged
                              ) as cells
                            where
                              province_code = any ($15)
                              and unit in (
                                select versions.unit
                                from
                                  unit_versions as versions
                                  join units on units.id = versions.unit
                                where
                                  $16 = any (versions.path)
                                  and least(greatest($17::date, units.valid_from), coalesce(units.valid_to, 'infinity')) between versions.valid_from and coalesce(versions.valid_to, 'infinity')
                              )
                              and "slice" = any ($18::date[])
                          ) as days
                        where day <= $19::date
                      ) as days
                    group by 1
                  ) as days on day <= ends_on
                group by "period"
              )
            select
              "period", "received_online", "received_direct", "received_postal", "resolved_early",
              "resolved_on_time", "resolved_overdue", "due", "due_in_time", "cancelled", "moved",
              "moved_overdue", "carried_over", "pending_overdue"
            from summed
          ) as sums
        where (((carried_over + greatest(moved, 0)) + received_online + received_direct) > 0 or due > 0)
      ),
      coverage as (
        select
          asked.period as "period", count(*) filter (where since <= ends_on) as units_reported,
          count(*) as units_expected
        from
          (
            select *
            from
              (
                values
                  ($20::text, $21::date, $22::date, $23::date), ($24::text, $25::date, $26::date, $27::date)
              ) as spans (period, starts_on, ends_on, due_on)
          ) as asked
          cross join units
          join unit_versions as versions on versions.unit = units.id
          and $28 = any (versions.path)
          and least(greatest(ends_on, units.valid_from), coalesce(units.valid_to, 'infinity')) between versions.valid_from and coalesce(versions.valid_to, 'infinity')
          left join dossier_desks as desks on desks.province_code = units.province_code
          and desks.unit = units.id
        where
          units.reports_dossiers
          and units.valid_from <= ends_on
          and coalesce(units.valid_to, 'infinity') >= starts_on
          and true
        group by asked.period
      ),
      summed as (
        select
          null::text as "level", null::text as "field", null::text as "unit", null::text as "procedure",
          null::text as "channel", "counted"."period", 'own' as scope, "received_online", "received_direct",
          "received_postal", "carried_over", "received", "resolved_early", "resolved_on_time",
          "resolved_in_time", "resolved_overdue", "resolved", "pending_in_time", "pending_overdue", "pending",
          "transferred_in", "transferred_out", "due", "due_in_time", false as estimated,
          coalesce(units_reported, 0) as units_reported, coalesce(units_expected, 0) as units_expected,
          null::text as sources_used, null::text as sources_left_out
        from
          counted
          left join coverage on "coverage"."period" = "counted"."period"
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
                      values
                        ($29::text, $30::date, $31::date, $32::date),
                        ($33::text, $34::date, $35::date, $36::date)
                    ) as spans (period, starts_on, ends_on, due_on)
                ) as asked
                join dossier_states as states on held_until = starts_on
              where
                change is not null
                and province_code = any ($37)
                and asked.period = counted.period
                and unit in (
                  select versions.unit
                  from
                    unit_versions as versions
                    join units on units.id = versions.unit
                  where
                    $38 = any (versions.path)
                    and least(greatest($39::date, units.valid_from), coalesce(units.valid_to, 'infinity')) between versions.valid_from and coalesce(versions.valid_to, 'infinity')
                )
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
      $40::text as method, $41::text as basis, estimated, units_reported, units_expected
    from
      (
        select *, (resolved_in_time)::bigint as numerator, (resolved)::bigint as denominator
        from summed
      ) as divided
  ) as listed
order by "period" asc nulls last
limit $42 + 1
-- $1 "cal-2021-M06"
-- $2 "2021-06-01"
-- $3 "2021-06-30"
-- $4 "2021-06-30"
-- $5 "cal-2021-M07"
-- $6 "2021-07-01"
-- $7 "2021-07-31"
-- $8 "2021-07-31"
-- $9 ["-infinity","2021-06-01","2021-07-01","2021-08-01"]
-- $10 ["-infinity","2021-06-01","2021-07-01","2021-08-01"]
-- $11 ["H56"]
-- $12 "H56-380"
-- $13 "2021-07-31"
-- $14 ["2021-04-01","2021-07-01"]
-- $15 ["H56"]
-- $16 "H56-380"
-- $17 "2021-07-31"
-- $18 ["2021-04-01","2021-04-15","2021-05-01","2021-05-15","2021-06-01","2021-07-01","2021-07-15","2021-08-01","2021-08-15","2021-09-01"]
-- $19 "2021-07-31"
-- $20 "cal-2021-M06"
-- $21 "2021-06-01"
-- $22 "2021-06-30"
-- $23 "2021-06-30"
-- $24 "cal-2021-M07"
-- $25 "2021-07-01"
-- $26 "2021-07-31"
-- $27 "2021-07-31"
-- $28 "H56-380"
-- $29 "cal-2021-M06"
-- $30 "2021-06-01"
-- $31 "2021-06-30"
-- $32 "2021-06-30"
-- $33 "cal-2021-M07"
-- $34 "2021-07-01"
-- $35 "2021-07-31"
-- $36 "2021-07-31"
-- $37 ["H56"]
-- $38 "H56-380"
-- $39 "2021-07-31"
-- $40 "resolved"
-- $41 "records"
-- $42 1000
