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
  case "pending_unknown" when 0 then "pending" end as "pending", share
from
  (
    select *, 1 as share
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
      ) as counted
  ) as counted
where scope = $9
order by "period", "unit", "scope", "source"
-- $1 ["2021-Q3"]
-- $2 "H56-380"
-- $3 "H56-380"
-- $4 "2021-09-14"
-- $5 ["2021-Q3"]
-- $6 "H56-380"
-- $7 "H56-380"
-- $8 "2021-09-14"
-- $9 "own"
