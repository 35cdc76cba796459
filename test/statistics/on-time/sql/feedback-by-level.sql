-- How much feedback was on time at each level?
-- GET /v1/feedback-statistics/on-time?period=2021-Q3&group_by=level
/* prepared */
select *
from
  (
    with
      counted as (
        select
          level, period, 'own' as scope, units_reported, array_to_string(sources_used, ' ') as source,
          "received_in_period", "received_in_period_unknown", "carried_over", "carried_over_unknown",
          "received", "received_unknown", "resolved_in_time", "resolved_in_time_unknown", "resolved_overdue",
          "resolved_overdue_unknown", "resolved", "resolved_unknown", "pending_in_time",
          "pending_in_time_unknown", "pending_overdue", "pending_overdue_unknown", "pending",
          "pending_unknown"
        from feedback_by_level
        where
          province_code = any (array(select id from units where parent is null))
          and period = any ($1)
          and units_reported > 0
      ),
      grouped as (
        select
          "level", "scope", sum("received_in_period") as "received_in_period",
          sum("received_in_period_unknown") as "received_in_period_unknown",
          sum("carried_over") as "carried_over", sum("carried_over_unknown") as "carried_over_unknown",
          sum("received") as "received", sum("received_unknown") as "received_unknown",
          sum("resolved_in_time") as "resolved_in_time",
          sum("resolved_in_time_unknown") as "resolved_in_time_unknown",
          sum("resolved_overdue") as "resolved_overdue",
          sum("resolved_overdue_unknown") as "resolved_overdue_unknown", sum("resolved") as "resolved",
          sum("resolved_unknown") as "resolved_unknown", sum("pending_in_time") as "pending_in_time",
          sum("pending_in_time_unknown") as "pending_in_time_unknown",
          sum("pending_overdue") as "pending_overdue",
          sum("pending_overdue_unknown") as "pending_overdue_unknown", sum("pending") as "pending",
          sum("pending_unknown") as "pending_unknown", sum(units_reported) as units_reported,
          string_agg(source, ' ') as sources, false as estimated
        from counted
        group by "level", "scope"
      ),
      picked as (select distinct on ("level") * from grouped order by "level", "scope"),
      expected as (
        select units.level as "level", count(*) as units_expected
        from units
        where
          units.reports_dossiers
          and units.valid_from <= (select ends_on from periods where code = $2)
          and coalesce(units.valid_to, 'infinity') >= (select starts_on from periods where code = $3)
          and true
        group by units.level
      ),
      left_out as (
        select "level", "scope", string_agg(distinct source, ' ') as sources
        from
          (
            select level, period, 'own' as scope, array_to_string(sources_left_out, ' ') as source
            from feedback_by_level
            where
              province_code = any (array(select id from units where parent is null))
              and period = any ($4)
              and sources_left_out <> '{}'
          ) as rows
        group by "level", "scope"
      ),
      summed as (
        select
          "picked"."level", null::text as "unit", null::text as "period", picked.scope,
          case "received_in_period_unknown" when 0 then "received_in_period" end as "received_in_period",
          case "carried_over_unknown" when 0 then "carried_over" end as "carried_over",
          case "received_unknown" when 0 then "received" end as "received",
          case "resolved_in_time_unknown" when 0 then "resolved_in_time" end as "resolved_in_time",
          case "resolved_overdue_unknown" when 0 then "resolved_overdue" end as "resolved_overdue",
          case "resolved_unknown" when 0 then "resolved" end as "resolved",
          case "pending_in_time_unknown" when 0 then "pending_in_time" end as "pending_in_time",
          case "pending_overdue_unknown" when 0 then "pending_overdue" end as "pending_overdue",
          case "pending_unknown" when 0 then "pending" end as "pending",
          coalesce(estimated, false) as estimated, coalesce(picked.sources, '') as sources_used,
          coalesce(left_out.sources, '') as sources_left_out,
          case picked.scope when 'total' then 1 else coalesce(picked.units_reported, 0) end as units_reported,
          case picked.scope
            when 'total' then 1
            else coalesce(expected.units_expected, 0)
          end as units_expected
        from
          picked
          left join expected on "expected"."level" = "picked"."level"
          left join left_out on left_out.scope = picked.scope
          and "left_out"."level" = "picked"."level"
      )
    select
      "level", "unit", "period", "scope", "sources_used", "sources_left_out", "received_in_period",
      "carried_over", "received", "resolved_in_time", "resolved_overdue", "resolved", "pending_in_time",
      "pending_overdue", "pending", "numerator", "denominator",
      case
        when denominator > 0
        and numerator <= denominator then ((20000 * numerator + denominator) / (2 * denominator))::float8 / 100
      end as on_time_percent,
      $5::text as method, estimated, units_reported, units_expected
    from
      (
        select *, (resolved_in_time)::bigint as numerator, (resolved)::bigint as denominator
        from summed
      ) as divided
  ) as listed
order by "level" asc nulls last
limit $6 + 1
-- $1 ["2021-Q3"]
-- $2 "2021-Q3"
-- $3 "2021-Q3"
-- $4 ["2021-Q3"]
-- $5 "resolved"
-- $6 1000
