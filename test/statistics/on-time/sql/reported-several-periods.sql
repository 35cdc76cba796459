-- How many were on time in several periods together? Flows are added; stocks are those of the first and the last period.
-- GET /v1/on-time?period=2021-Q3,2021-Q4&method=handled
with
  counted as (
    select
      statistics_sets.level, dossier_statistics.*, position, position = first as opens,
      position = last as closes
    from
      statistics_sets
      join dossier_statistics using (province_code, period, unit, scope, source)
      join (
        select unit, scope, first, last
        from
          statistics_sets
          join (
            select units.id as unit, count(*) as expected, min(position) as first, max(position) as last
            from
              units
              join (
                select *, row_number() over (order by starts_on) as position
                from periods
                where code = any ($1)
              ) as periods on units.valid_from <= periods.ends_on
              and coalesce(units.valid_to, 'infinity') >= periods.starts_on
            group by units.id
          ) as lives using (unit)
        where
          province_code = any (array(select id from units where parent is null))
          and period = any ($2)
          and (scope = 'own' or unit = (select min(id) from units where parent is null having count(*) = 1))
          and true
          and true
        group by unit, scope, expected, first, last
        having
          count(distinct period) = expected
      ) as complete using (unit, scope)
      join (
        select *, row_number() over (order by starts_on) as position
        from periods
        where code = any ($3)
      ) as asked on asked.code = period
    where
      province_code = any (array(select id from units where parent is null))
      and period = any ($4)
      and (scope = 'own' or unit = (select min(id) from units where parent is null having count(*) = 1))
      and true
      and true
      and true
      and true
      and true
      and dossier_statistics.counts
  ),
  grouped as (
    select *
    from
      (
        select
          "scope", sum("received_online") filter (where true) as "received_online",
          count(*) filter (where true and "received_online" is null) as "received_online_unknown",
          sum("received_direct") filter (where true) as "received_direct",
          count(*) filter (where true and "received_direct" is null) as "received_direct_unknown",
          sum("received_postal") filter (where true) as "received_postal",
          count(*) filter (where true and "received_postal" is null) as "received_postal_unknown",
          sum("carried_over") filter (where opens) as "carried_over",
          count(*) filter (where opens and "carried_over" is null) as "carried_over_unknown",
          sum((received - case when opens then 0 else carried_over end)) filter (where true) as "received",
          count(*) filter (
            where
              true
              and (received - case when opens then 0 else carried_over end) is null
          ) as "received_unknown",
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
          sum("pending_in_time") filter (where closes) as "pending_in_time",
          count(*) filter (where closes and "pending_in_time" is null) as "pending_in_time_unknown",
          sum("pending_overdue") filter (where closes) as "pending_overdue",
          count(*) filter (where closes and "pending_overdue" is null) as "pending_overdue_unknown",
          sum("pending") filter (where closes) as "pending",
          count(*) filter (where closes and "pending" is null) as "pending_unknown",
          count(distinct "unit") as units_reported, string_agg(distinct source, ' ') as sources,
          false as estimated
        from counted
        group by "scope"
      ) as added
      join (
        select "scope", bool_or(carried <> left_pending) as contradicts
        from
          (
            select
              "scope",
              case
                when bool_or(not "opens" and "carried_over" is null) then null
                else coalesce(sum("carried_over") filter (where not "opens"), 0)
              end as carried,
              lag(
                case
                  when bool_or(not "closes" and "pending" is null) then null
                  else coalesce(sum("pending") filter (where not "closes"), 0)
                end
             ) over (partition by "scope" order by position) as left_pending
            from counted
            group by "scope", "position"
          ) as stocks
        group by "scope"
      ) as compared using ("scope")
  ),
  picked as (select * from grouped order by "scope" limit 1),
  expected as (
    select count(distinct units.id) as units_expected
    from
      units
      join periods on units.valid_from <= periods.ends_on
      and coalesce(units.valid_to, 'infinity') >= periods.starts_on
      and periods.code = any ($5)
    where
      units.reports_dossiers
      and true
      and true
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
          and period = any ($6)
          and rows_left_out > 0
          and not dossier_statistics.counts
          and (scope = 'own' or unit = (select min(id) from units where parent is null having count(*) = 1))
          and true
          and true
          and true
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
      case "pending_unknown" when 0 then "pending" end as "pending", picked.contradicts,
      null::bigint as transferred_in, null::bigint as transferred_out, null::bigint as due,
      null::bigint as due_in_time, coalesce(estimated, false) as estimated,
      coalesce(picked.sources, '') as sources_used, coalesce(left_out.sources, '') as sources_left_out,
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
    when contradicts is not true then case
      when denominator > 0
      and numerator <= denominator then ((20000 * numerator + denominator) / (2 * denominator))::float8 / 100
    end
  end as on_time_percent,
  $7::text as method, $8::text as basis, estimated, units_reported, units_expected
from
  (
    select
      *, (resolved_in_time + pending_in_time)::bigint as numerator,
      (case when received is not null then least(received, resolved + pending) end)::bigint as denominator
    from summed
  ) as divided
-- $1 ["2021-Q3","2021-Q4"]
-- $2 ["2021-Q3","2021-Q4"]
-- $3 ["2021-Q3","2021-Q4"]
-- $4 ["2021-Q3","2021-Q4"]
-- $5 ["2021-Q3","2021-Q4"]
-- $6 ["2021-Q3","2021-Q4"]
-- $7 "handled"
-- $8 "reported"
