-- How many were on time in a unit and all below it?
-- GET /v1/on-time?period=2021-Q3&unit=H56-380
with
  counted as (
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
      and period = any ($1)
      and (scope = 'own' or unit = $2)
      and true
      and true
      and unit = any (
        array(
          select versions.unit
          from
            unit_versions as versions
            join units on units.id = versions.unit
          where
            $3 = any (versions.path)
            and least(greatest($4::date, units.valid_from), coalesce(units.valid_to, 'infinity')) between versions.valid_from and coalesce(versions.valid_to, 'infinity')
        )
      )
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
      count(*) - count("carried_over") as "carried_over_unknown", coalesce(sum("received"), 0) as "received",
      count(*) - count("received") as "received_unknown",
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
          and period = any ($5)
          and (scope = 'own' or unit = $6)
          and true
          and true
          and unit = any (
            array(
              select versions.unit
              from
                unit_versions as versions
                join units on units.id = versions.unit
              where
                $7 = any (versions.path)
                and least(greatest($8::date, units.valid_from), coalesce(units.valid_to, 'infinity')) between versions.valid_from and coalesce(versions.valid_to, 'infinity')
            )
          )
      ) as sets
      join (
        select *
        from dossier_statistics
        where counts
      ) as rows using ("province_code", "period", "unit", "scope", "source")
    group by "province_code", "period", "unit", "scope", "source", "level"
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
      sum("pending_unknown") as "pending_unknown", count(distinct "unit") as units_reported,
      string_agg(distinct source, ' ') as sources, false as estimated
    from counted
    group by "scope"
  ),
  picked as (select * from grouped order by "scope" limit 1),
  expected as (
    select count(*) as units_expected
    from
      units
      join unit_versions as versions on versions.unit = units.id
      and $9 = any (versions.path)
      and least(greatest($10::date, units.valid_from), coalesce(units.valid_to, 'infinity')) between versions.valid_from and coalesce(versions.valid_to, 'infinity')
    where
      units.reports_dossiers
      and units.valid_from <= (select ends_on from periods where code = $11)
      and coalesce(units.valid_to, 'infinity') >= (select starts_on from periods where code = $12)
      and true
  ),
  left_out as (
    select string_agg(distinct source, ' ') as sources
    from
      (
        select *
        from statistics_sets
        where
          province_code = any (array(select id from units where parent is null))
          and period = any ($13)
          and rows_left_out > 0
          and (scope = 'own' or unit = $14)
          and true
          and true
          and unit = any (
            array(
              select versions.unit
              from
                unit_versions as versions
                join units on units.id = versions.unit
              where
                $15 = any (versions.path)
                and least(greatest($16::date, units.valid_from), coalesce(units.valid_to, 'infinity')) between versions.valid_from and coalesce(versions.valid_to, 'infinity')
            )
          )
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
  "received_online", "received_direct", "received_postal", "carried_over", "received", "resolved_early",
  "resolved_on_time", "resolved_in_time", "resolved_overdue", "resolved", "pending_in_time",
  "pending_overdue", "pending", "transferred_in", "transferred_out", "due", "due_in_time", "numerator",
  "denominator",
  case
    when denominator > 0
    and numerator <= denominator then ((20000 * numerator + denominator) / (2 * denominator))::float8 / 100
  end as on_time_percent,
  $17::text as method, $18::text as basis, estimated, units_reported, units_expected
from
  (
    select *, (resolved_in_time)::bigint as numerator, (resolved)::bigint as denominator
    from summed
  ) as divided
-- $1 ["2021-Q3"]
-- $2 "H56-380"
-- $3 "H56-380"
-- $4 "2021-09-14"
-- $5 ["2021-Q3"]
-- $6 "H56-380"
-- $7 "H56-380"
-- $8 "2021-09-14"
-- $9 "H56-380"
-- $10 "2021-09-14"
-- $11 "2021-Q3"
-- $12 "2021-Q3"
-- $13 ["2021-Q3"]
-- $14 "H56-380"
-- $15 "H56-380"
-- $16 "2021-09-14"
-- $17 "resolved"
-- $18 "reported"
