-- Which rows of reports is the figure of a field the sum of?
-- GET /v1/on-time/explain?period=2021-Q3&field=land
select
  "period", "unit", "scope", "source", "field", "procedure", "received_online", "received_direct",
  "received_postal", "carried_over", "received", "resolved_early", "resolved_on_time", "resolved_in_time",
  "resolved_overdue", "resolved", "pending_in_time", "pending_overdue", "pending", share
from
  (
    select *, 1 as share
    from
      (
        select statistics_sets.level, dossier_statistics.*
        from
          statistics_sets
          join dossier_statistics using (province_code, period, unit, scope, source)
        where
          province_code = any (array(select id from units where parent is null))
          and period = any ($1)
          and (scope = 'own' or unit = (select min(id) from units where parent is null having count(*) = 1))
          and true
          and true
          and field = any ($2)
          and true
          and true
          and dossier_statistics.counts
      ) as counted
  ) as counted
where scope = $3
order by "period", "unit", "scope", "source", "detail_code"
-- $1 ["2021-Q3"]
-- $2 ["land"]
-- $3 "own"
