-- How many were on time in some fields of the communes of a district?
-- GET /v1/on-time?period=2021-Q3&unit=H56-380&level=commune&field=land,justice&method=received
with
  counted as (
    select statistics_sets.level, dossier_statistics.*
    from
      statistics_sets
      join dossier_statistics using (province_code, period, unit, scope, source)
    where
      province_code = any (array(select id from units where parent is null))
      and period = any ($1)
      and scope = 'own'
      and true
      and level = any ($2)
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
      and field = any ($5)
      and true
      and true
      and dossier_statistics.counts
  ),
  grouped as (
    select
      "scope", sum("received_online") filter (where true) as "received_online",
      count(*) filter (where true and "received_online" is null) as "received_online_unknown",
      sum("received_direct") filter (where true) as "received_direct",
      count(*) filter (where true and "received_direct" is null) as "received_direct_unknown",
      sum("received_postal") filter (where true) as "received_postal",
      count(*) filter (where true and "received_postal" is null) as "received_postal_unknown",
      sum("carried_over") filter (where true) as "carried_over",
      count(*) filter (where true and "carried_over" is null) as "carried_over_unknown",
      sum("received") filter (where true) as "received",
      count(*) filter (where true and "received" is null) as "received_unknown",
      sum("resolved_early") filter (where true) as "resolved_early",
      count(*) filter (where true and "resolved_early" is null) as "resolved_early_unknown",
      sum("resolved_on_time") filter (where true) as "resolved_on_time",
      count(*) filter (where true and "resolved_on_time" is null) as "resolved_on_time_unknown",
      sum("resolved_in_time") filter (where true) as "resolved_in_time",
      count(*) filter (where true and "resolved_in_time" is null) as "resolved_in_time_unknown",
      sum("resolved_overdue") filter (where true) as "resolved_overdue",
      count(*) filter (where true and "resolved_overdue" is null) as "resolved_overdue_unknown",
      sum("resolved") filter (where true) as "resolved",
      count(*) filter (where true and "resolved" is null) as "resolved_unknown",
      sum("pending_in_time") filter (where true) as "pending_in_time",
      count(*) filter (where true and "pending_in_time" is null) as "pending_in_time_unknown",
      sum("pending_overdue") filter (where true) as "pending_overdue",
      count(*) filter (where true and "pending_overdue" is null) as "pending_overdue_unknown",
      sum("pending") filter (where true) as "pending",
      count(*) filter (where true and "pending" is null) as "pending_unknown",
      count(distinct "unit") as units_reported, string_agg(distinct source, ' ') as sources,
      false as estimated
    from counted
    group by "scope"
  ),
  picked as (select * from grouped order by "scope" limit 1),
  expected as (
    select count(*) as units_expected
    from
      units
      join unit_versions as versions on versions.unit = units.id
      and $6 = any (versions.path)
      and least(greatest($7::date, units.valid_from), coalesce(units.valid_to, 'infinity')) between versions.valid_from and coalesce(versions.valid_to, 'infinity')
    where
      units.reports_dossiers
      and units.valid_from <= (select ends_on from periods where code = $8)
      and coalesce(units.valid_to, 'infinity') >= (select starts_on from periods where code = $9)
      and units.level = any ($10)
  ),
  left_out as (
    select string_agg(distinct source, ' ') as sources
    from
      (
        select level, dossier_statistics.*
        from
          statistics_sets
          join dossier_statistics using (province_code, period, unit, scope, source)
        where
          province_code = any (array(select id from units where parent is null))
          and period = any ($11)
          and rows_left_out > 0
          and not dossier_statistics.counts
          and scope = 'own'
          and true
          and level = any ($12)
          and unit = any (
            array(
              select versions.unit
              from
                unit_versions as versions
                join units on units.id = versions.unit
              where
                $13 = any (versions.path)
                and least(greatest($14::date, units.valid_from), coalesce(units.valid_to, 'infinity')) between versions.valid_from and coalesce(versions.valid_to, 'infinity')
            )
          )
          and field = any ($15)
          and true
          and true
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
  $16::text as method, $17::text as basis, estimated, units_reported, units_expected
from
  (
    select
      *, (resolved_in_time)::bigint as numerator,
      (case when received is not null then least(received, resolved + pending) end)::bigint as denominator
    from summed
  ) as divided
-- $1 ["2021-Q3"]
-- $2 ["commune"]
-- $3 "H56-380"
-- $4 "2021-09-14"
-- $5 ["land","justice"]
-- $6 "H56-380"
-- $7 "2021-09-14"
-- $8 "2021-Q3"
-- $9 "2021-Q3"
-- $10 ["commune"]
-- $11 ["2021-Q3"]
-- $12 ["commune"]
-- $13 "H56-380"
-- $14 "2021-09-14"
-- $15 ["land","justice"]
-- $16 "received"
-- $17 "reported"
