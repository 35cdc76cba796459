-- Which reports is the figure of a unit the sum of?
-- GET /v1/on-time/explain?period=2021-Q3&unit=H56-380
select
  "period", "unit", "scope", "source",
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
  case "pending_unknown" when 0 then "pending" end as "pending"
from
  (
    select *, 1 as units_reported
    from statistics_sets
    where
      province_code = any (array(select code from units where parent is null))
      and period = any ($1)
      and (scope = 'own' or unit = $2)
      and counts
      and true
      and "unit" in (select code from units where $3 = any (path))
  ) as counted
where scope = $4
order by "period", "unit", "scope", "source"
-- $1 ["2021-Q3"]
-- $2 "H56-380"
-- $3 "H56-380"
-- $4 "own"
