-- How many were on time, of what a key that is bound to a unit reaches and its unit of today bears?
-- GET /v1/on-time?period=2021-Q3&unit=H56-14758&hierarchy=current
with
  borne as materialized (
    select borne.unit, sum(share) as share, bool_and(bearer = borne.unit) as stays
    from
      (
        select units.id as unit, coalesce(bearer, units.id) as bearer, coalesce(share, 1) as share
        from
          units
          left join unit_bearers on unit_bearers.unit = units.id
          and $1::date between starts_on and ends_on
        where $2 = any (units.reached_by)
      ) as borne
      join units as bearers on bearers.id = bearer
    where
      bearer in (
        select versions.unit
        from
          unit_versions as versions
          join units on units.id = versions.unit
        where
          $3 = any (versions.path)
          and least(greatest($4::date, units.valid_from), coalesce(units.valid_to, 'infinity')) between versions.valid_from and coalesce(versions.valid_to, 'infinity')
      )
      and true
    group by borne.unit
  ),
  counted as (
    select
      "counted"."period", "counted"."scope", "counted"."source", "counted"."received_online_unknown",
      "counted"."received_direct_unknown", "counted"."received_postal_unknown",
      "counted"."carried_over_unknown", "counted"."received_unknown", "counted"."resolved_early_unknown",
      "counted"."resolved_on_time_unknown", "counted"."resolved_in_time_unknown",
      "counted"."resolved_overdue_unknown", "counted"."resolved_unknown", "counted"."pending_in_time_unknown",
      "counted"."pending_overdue_unknown", "counted"."pending_unknown",
      "received_online" * share as "received_online", "received_direct" * share as "received_direct",
      "received_postal" * share as "received_postal", "carried_over" * share as "carried_over",
      "received" * share as "received", "resolved_early" * share as "resolved_early",
      "resolved_on_time" * share as "resolved_on_time", "resolved_in_time" * share as "resolved_in_time",
      "resolved_overdue" * share as "resolved_overdue", "resolved" * share as "resolved",
      "pending_in_time" * share as "pending_in_time", "pending_overdue" * share as "pending_overdue",
      "pending" * share as "pending", counted.unit as reporter, share < 1 as is_part
    from
      (
        select
          "province_code", "period", "unit", "scope", "source", "level", "received_online",
          "received_online_unknown", "received_direct", "received_direct_unknown", "received_postal",
          "received_postal_unknown", "carried_over", "carried_over_unknown", "received", "received_unknown",
          "resolved_early", "resolved_early_unknown", "resolved_on_time", "resolved_on_time_unknown",
          "resolved_in_time", "resolved_in_time_unknown", "resolved_overdue", "resolved_overdue_unknown",
          "resolved", "resolved_unknown", "pending_in_time", "pending_in_time_unknown", "pending_overdue",
          "pending_overdue_unknown", "pending", "pending_unknown"
        from statistics_sets
        where
          rows_left_out = 0
          and counts
          and province_code = any (array(select id from units where parent is null))
          and period = any ($5)
          and (scope = 'own' or unit = $6)
          and true
          and exists (select from borne)
          and (unit in (select unit from borne)) is true
        union all
        select
          "province_code", "period", "unit", "scope", "source", "level",
          coalesce(sum("received_online"), 0) as "received_online",
          count(*) - count("received_online") as "received_online_unknown",
          coalesce(sum("received_direct"), 0) as "received_direct",
          count(*) - count("received_direct") as "received_direct_unknown",
          coalesce(sum("received_postal"), 0) as "received_postal",
          count(*) - count("received_postal") as "received_postal_unknown",
          coalesce(sum("carried_over"), 0) as "carried_over",
          count(*) - count("carried_over") as "carried_over_unknown",
          coalesce(sum("received"), 0) as "received", count(*) - count("received") as "received_unknown",
          coalesce(sum("resolved_early"), 0) as "resolved_early",
          count(*) - count("resolved_early") as "resolved_early_unknown",
          coalesce(sum("resolved_on_time"), 0) as "resolved_on_time",
          count(*) - count("resolved_on_time") as "resolved_on_time_unknown",
          coalesce(sum("resolved_in_time"), 0) as "resolved_in_time",
          count(*) - count("resolved_in_time") as "resolved_in_time_unknown",
          coalesce(sum("resolved_overdue"), 0) as "resolved_overdue",
          count(*) - count("resolved_overdue") as "resolved_overdue_unknown",
          coalesce(sum("resolved"), 0) as "resolved", count(*) - count("resolved") as "resolved_unknown",
          coalesce(sum("pending_in_time"), 0) as "pending_in_time",
          count(*) - count("pending_in_time") as "pending_in_time_unknown",
          coalesce(sum("pending_overdue"), 0) as "pending_overdue",
          count(*) - count("pending_overdue") as "pending_overdue_unknown",
          coalesce(sum("pending"), 0) as "pending", count(*) - count("pending") as "pending_unknown"
        from
          (
            select "province_code", "period", "unit", "scope", "source", "level"
            from statistics_sets
            where
              rows_left_out > 0
              and counts
              and province_code = any (array(select id from units where parent is null))
              and period = any ($7)
              and (scope = 'own' or unit = $8)
              and true
              and exists (select from borne)
              and (unit in (select unit from borne)) is true
          ) as sets
          join (
            select *
            from dossier_statistics
            where counts
          ) as rows using ("province_code", "period", "unit", "scope", "source")
        group by "province_code", "period", "unit", "scope", "source", "level"
      ) as counted
      cross join lateral jsonb_to_recordset(
        (
          select jsonb_object_agg(unit, parts)
          from (select unit, jsonb_agg(borne) as parts from borne group by unit) as by_unit
        ) -> counted.unit
      ) as borne (bearer text, level text, share numeric, stays boolean)
    where (scope = 'own' or stays)
  ),
  grouped as (
    select
      "scope", sum("received_online") as "received_online",
      sum("received_online_unknown") as "received_online_unknown",
      sum("received_direct") as "received_direct",
      sum("received_direct_unknown") as "received_direct_unknown",
      sum("received_postal") as "received_postal",
      sum("received_postal_unknown") as "received_postal_unknown", sum("carried_over") as "carried_over",
      sum("carried_over_unknown") as "carried_over_unknown", sum("received") as "received",
      sum("received_unknown") as "received_unknown", sum("resolved_early") as "resolved_early",
      sum("resolved_early_unknown") as "resolved_early_unknown",
      sum("resolved_on_time") as "resolved_on_time",
      sum("resolved_on_time_unknown") as "resolved_on_time_unknown",
      sum("resolved_in_time") as "resolved_in_time",
      sum("resolved_in_time_unknown") as "resolved_in_time_unknown",
      sum("resolved_overdue") as "resolved_overdue",
      sum("resolved_overdue_unknown") as "resolved_overdue_unknown", sum("resolved") as "resolved",
      sum("resolved_unknown") as "resolved_unknown", sum("pending_in_time") as "pending_in_time",
      sum("pending_in_time_unknown") as "pending_in_time_unknown",
      sum("pending_overdue") as "pending_overdue",
      sum("pending_overdue_unknown") as "pending_overdue_unknown", sum("pending") as "pending",
      sum("pending_unknown") as "pending_unknown", count(distinct "reporter") as units_reported,
      string_agg(distinct source, ' ') as sources, bool_or(is_part) as estimated
    from counted
    group by "scope"
  ),
  picked as (select * from grouped order by "scope" limit 1),
  expected as (
    select count(*) as units_expected
    from
      units
      join (
        select borne.unit, sum(share) as share, bool_and(bearer = borne.unit) as stays
        from
          (
            select units.id as unit, coalesce(bearer, units.id) as bearer, coalesce(share, 1) as share
            from
              units
              left join unit_bearers on unit_bearers.unit = units.id
              and $9::date between starts_on and ends_on
            where $10 = any (units.reached_by)
          ) as borne
          join units as bearers on bearers.id = bearer
        where
          bearer in (
            select versions.unit
            from
              unit_versions as versions
              join units on units.id = versions.unit
            where
              $11 = any (versions.path)
              and least(greatest($12::date, units.valid_from), coalesce(units.valid_to, 'infinity')) between versions.valid_from and coalesce(versions.valid_to, 'infinity')
          )
          and true
        group by borne.unit
      ) as borne on borne.unit = units.id
    where
      units.reports_dossiers
      and units.valid_from <= (select ends_on from periods where code = $13)
      and coalesce(units.valid_to, 'infinity') >= (select starts_on from periods where code = $14)
      and true
  ),
  left_out as (
    select string_agg(distinct source, ' ') as sources
    from
      (
        select "counted"."period", "counted"."scope", "counted"."source"
        from
          (
            select *
            from statistics_sets
            where
              province_code = any (array(select id from units where parent is null))
              and period = any ($15)
              and rows_left_out > 0
              and (scope = 'own' or unit = $16)
              and true
              and exists (select from borne)
              and (unit in (select unit from borne)) is true
          ) as counted
          cross join lateral jsonb_to_recordset(
            (
              select jsonb_object_agg(unit, parts)
              from (select unit, jsonb_agg(borne) as parts from borne group by unit) as by_unit
            ) -> counted.unit
          ) as borne (bearer text, level text, share numeric, stays boolean)
        where (scope = 'own' or stays)
      ) as rows
    where scope = coalesce((select scope from picked), scope)
  ),
  summed as (
    select
      null::text as "level", null::text as "field", null::text as "unit", null::text as "procedure",
      null::text as "channel", null::text as "period", picked.scope,
      case "received_online_unknown" when 0 then "received_online" end as "received_online",
      case "received_direct_unknown" when 0 then "received_direct" end as "received_direct",
      case "received_postal_unknown" when 0 then "received_postal" end as "received_postal",
      case "carried_over_unknown" when 0 then "carried_over" end as "carried_over",
      case "received_unknown" when 0 then "received" end as "received",
      case "resolved_early_unknown" when 0 then "resolved_early" end as "resolved_early",
      case "resolved_on_time_unknown" when 0 then "resolved_on_time" end as "resolved_on_time",
      case "resolved_in_time_unknown" when 0 then "resolved_in_time" end as "resolved_in_time",
      case "resolved_overdue_unknown" when 0 then "resolved_overdue" end as "resolved_overdue",
      case "resolved_unknown" when 0 then "resolved" end as "resolved",
      case "pending_in_time_unknown" when 0 then "pending_in_time" end as "pending_in_time",
      case "pending_overdue_unknown" when 0 then "pending_overdue" end as "pending_overdue",
      case "pending_unknown" when 0 then "pending" end as "pending", null::bigint as transferred_in,
      null::bigint as transferred_out, null::bigint as due, null::bigint as due_in_time,
      coalesce(estimated, false) as estimated, coalesce(picked.sources, '') as sources_used,
      coalesce(left_out.sources, '') as sources_left_out,
      case picked.scope when 'total' then 1 else coalesce(picked.units_reported, 0) end as units_reported,
      case picked.scope when 'total' then 1 else coalesce(expected.units_expected, 0) end as units_expected
    from
      expected
      left join picked on true
      left join left_out on true
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
  round(transferred_out, 4) as transferred_out, round(due, 4) as due, round(due_in_time, 4) as due_in_time,
  round(numerator, 4) as numerator, round(denominator, 4) as denominator,
  case
    when denominator > 0
    and numerator <= denominator then (div(20000 * numerator + denominator, 2 * denominator))::float8 / 100
  end as on_time_percent,
  $17::text as method, $18::text as basis, estimated, units_reported, units_expected
from
  (
    select *, (resolved_in_time)::numeric as numerator, (resolved)::numeric as denominator
    from summed
  ) as divided
-- $1 "2026-01-01"
-- $2 "H56-14755"
-- $3 "H56-14758"
-- $4 "2026-01-01"
-- $5 ["2021-Q3"]
-- $6 "H56-14758"
-- $7 ["2021-Q3"]
-- $8 "H56-14758"
-- $9 "2026-01-01"
-- $10 "H56-14755"
-- $11 "H56-14758"
-- $12 "2026-01-01"
-- $13 "2021-Q3"
-- $14 "2021-Q3"
-- $15 ["2021-Q3"]
-- $16 "H56-14758"
-- $17 "resolved"
-- $18 "reported"
