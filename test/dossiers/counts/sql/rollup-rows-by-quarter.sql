-- Which rows of a rollup is the count of a unit and all below it the sum of?
select
  "unit", case when day >= $1::date then day end as "quarter", sum("received_online") as "received_online",
  sum("received_direct") as "received_direct", sum("received_postal") as "received_postal",
  sum("resolved_early") as "resolved_early", sum("resolved_on_time") as "resolved_on_time",
  sum("resolved_overdue") as "resolved_overdue", sum("became_overdue") as "became_overdue",
  sum("no_longer_overdue") as "no_longer_overdue", sum("due") as "due", sum("due_in_time") as "due_in_time",
  sum("cancelled") as "cancelled", sum("moved") as "moved", sum("moved_overdue") as "moved_overdue"
from
  (
    select
      "unit", "quarter" as day, "received_online", "received_direct", "received_postal", "resolved_early",
      "resolved_on_time", "resolved_overdue", "became_overdue", "no_longer_overdue", "due", "due_in_time",
      "cancelled", "moved", "moved_overdue"
    from "dossier_sums_by_unit_quarter"
    where
      province_code = any ($2)
      and unit in (
        select versions.unit
        from
          unit_versions as versions
          join units on units.id = versions.unit
        where
          $3 = any (versions.path)
          and least(greatest($4::date, units.valid_from), coalesce(units.valid_to, 'infinity')) between versions.valid_from and coalesce(versions.valid_to, 'infinity')
      )
  ) as days
where day <= $5::date
group by 1, 2
order by 1 nulls first, 2 nulls first
-- $1 "2021-06-15"
-- $2 ["H56"]
-- $3 "H56-380"
-- $4 "2021-09-14"
-- $5 "2021-09-14"
