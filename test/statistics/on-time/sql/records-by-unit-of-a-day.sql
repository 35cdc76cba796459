-- How many were on time in each unit, with what was carried to the units of a day?
-- GET /v1/on-time?basis=records&period=2021-Q3&group_by=unit&hierarchy=as_of:2025-07-01
/* prepared */
select *
from
  (
    with
      counted as (
        select
          "unit", received_online as received_online, received_direct as received_direct,
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
          due_in_time as due_in_time, cancelled as cancelled, "estimated"
        from
          (
            with
              borne as materialized (
                select borne.unit, bearer, sum(share) as share, bool_and(bearer = borne.unit) as stays
                from
                  (
                    select units.id as unit, coalesce(bearer, units.id) as bearer, coalesce(share, 1) as share
                    from
                      units
                      left join unit_bearers on unit_bearers.unit = units.id
                      and $1::date between starts_on and ends_on
                  ) as borne
                  join units as bearers on bearers.id = bearer
                where
                  true
                  and true
                group by borne.unit, bearer
              )
            select
              bearer as unit, coalesce(sum(received_online * share), 0) as received_online,
              coalesce(sum(received_direct * share), 0) as received_direct,
              coalesce(sum(received_postal * share), 0) as received_postal,
              coalesce(sum(resolved_early * share), 0) as resolved_early,
              coalesce(sum(resolved_on_time * share), 0) as resolved_on_time,
              coalesce(sum(resolved_overdue * share), 0) as resolved_overdue,
              coalesce(sum(due * share), 0) as due, coalesce(sum(due_in_time * share), 0) as due_in_time,
              coalesce(sum(cancelled * share), 0) as cancelled, coalesce(sum(moved * share), 0) as moved,
              coalesce(sum(moved_overdue * share), 0) as moved_overdue,
              coalesce(sum(carried_over * share), 0) as carried_over,
              coalesce(sum(pending_overdue * share), 0) as pending_overdue,
              coalesce(bool_or(share < 1), false) as estimated
            from
              (
                with
                  asked as (
                    select *
                    from
                      (
                        values ($2::text, $3::date, $4::date, $5::date)
                      ) as spans (period, starts_on, ends_on, due_on)
                  ),
                  summed as (
                    select
                      "unit",
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
                            select
                              "unit", "quarter" as day, "received_online", "received_direct",
                              "received_postal", "resolved_early", "resolved_on_time", "resolved_overdue",
                              "became_overdue", "no_longer_overdue", "due", "due_in_time", "cancelled",
                              "moved", "moved_overdue"
                            from "dossier_sums_by_unit_quarter"
                            where
                              province_code = any (array(select id from units where parent is null))
                              and exists (select from borne)
                              and (unit in (select unit from borne)) is true
                          ) as days
                        where day <= $6::date
                      ) as days on day <= ends_on
                    group by "unit"
                  )
                select
                  "unit", "received_online", "received_direct", "received_postal", "resolved_early",
                  "resolved_on_time", "resolved_overdue", "due", "due_in_time", "cancelled", "moved",
                  "moved_overdue", "carried_over", "pending_overdue"
                from summed
              ) as counted
              cross join lateral jsonb_to_recordset(
                (
                  select jsonb_object_agg(unit, parts)
                  from (select unit, jsonb_agg(borne) as parts from borne group by unit) as by_unit
                ) -> counted.unit
              ) as borne (bearer text, level text, share numeric, stays boolean)
            group by "bearer"
          ) as sums
        where (((carried_over + greatest(moved, 0)) + received_online + received_direct) > 0 or due > 0)
      ),
      coverage as (
        select
          bearer as "unit", count(*) filter (where since <= ends_on) as units_reported,
          count(*) as units_expected
        from
          (
            select *
            from
              (values ($7::text, $8::date, $9::date, $10::date)) as spans (period, starts_on, ends_on, due_on)
          ) as asked
          cross join units
          join (
            select borne.unit, bearer, sum(share) as share, bool_and(bearer = borne.unit) as stays
            from
              (
                select units.id as unit, coalesce(bearer, units.id) as bearer, coalesce(share, 1) as share
                from
                  units
                  left join unit_bearers on unit_bearers.unit = units.id
                  and $11::date between starts_on and ends_on
              ) as borne
              join units as bearers on bearers.id = bearer
            where
              true
              and true
            group by borne.unit, bearer
          ) as borne on borne.unit = units.id
          left join dossier_desks as desks on desks.province_code = units.province_code
          and desks.unit = units.id
        where
          units.reports_dossiers
          and units.valid_from <= ends_on
          and coalesce(units.valid_to, 'infinity') >= starts_on
          and true
        group by bearer
      ),
      summed as (
        select
          null::text as "level", null::text as "field", "counted"."unit", null::text as "procedure",
          null::text as "channel", null::text as "period", 'own' as scope, "received_online",
          "received_direct", "received_postal", "carried_over", "received", "resolved_early",
          "resolved_on_time", "resolved_in_time", "resolved_overdue", "resolved", "pending_in_time",
          "pending_overdue", "pending", "transferred_in", "transferred_out", "due", "due_in_time", estimated,
          coalesce(units_reported, 0) as units_reported, coalesce(units_expected, 0) as units_expected,
          null::text as sources_used, null::text as sources_left_out
        from
          counted
          left join coverage on "coverage"."unit" = "counted"."unit"
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
                      values ($12::text, $13::date, $14::date, $15::date)
                    ) as spans (period, starts_on, ends_on, due_on)
                ) as asked
                join dossier_states as states on held_until = starts_on
              where
                change is not null
                and province_code = any (array(select id from units where parent is null))
                and "states"."unit" = "counted"."unit"
            )
          )
      )
    select
      "level", "field", "unit", "procedure", "channel", "period", "scope", "sources_used", "sources_left_out",
      round(received_online, 4) as received_online, round(received_direct, 4) as received_direct,
      round(received_postal, 4) as received_postal, round(carried_over, 4) as carried_over,
      round(received, 4) as received, round(resolved_early, 4) as resolved_early,
      round(resolved_on_time, 4) as resolved_on_time, round(resolved_in_time, 4) as resolved_in_time,
      round(resolved_overdue, 4) as resolved_overdue, round(resolved, 4) as resolved,
      round(pending_in_time, 4) as pending_in_time, round(pending_overdue, 4) as pending_overdue,
      round(pending, 4) as pending, round(transferred_in, 4) as transferred_in,
      round(transferred_out, 4) as transferred_out, round(due, 4) as due,
      round(due_in_time, 4) as due_in_time, round(numerator, 4) as numerator,
      round(denominator, 4) as denominator,
      case
        when denominator > 0
        and numerator <= denominator then (div(20000 * numerator + denominator, 2 * denominator))::float8 / 100
      end as on_time_percent,
      $16::text as method, $17::text as basis, estimated, units_reported, units_expected
    from
      (
        select *, (resolved_in_time)::numeric as numerator, (resolved)::numeric as denominator
        from summed
      ) as divided
  ) as listed
order by "unit" asc nulls last
limit $18 + 1
-- $1 "2025-07-01"
-- $2 null
-- $3 "2021-06-15"
-- $4 "2021-09-14"
-- $5 "2021-09-14"
-- $6 "2021-09-14"
-- $7 null
-- $8 "2021-06-15"
-- $9 "2021-09-14"
-- $10 "2021-09-14"
-- $11 "2025-07-01"
-- $12 null
-- $13 "2021-06-15"
-- $14 "2021-09-14"
-- $15 "2021-09-14"
-- $16 "resolved"
-- $17 "records"
-- $18 1000
