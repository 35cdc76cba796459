-- Which rows of a rollup is the count of a field the sum of?
select
  "level", "field", case when day >= $1::date then day end as "half_month",
  sum("received_online") as "received_online", sum("received_direct") as "received_direct",
  sum("received_postal") as "received_postal", sum("resolved_early") as "resolved_early",
  sum("resolved_on_time") as "resolved_on_time", sum("resolved_overdue") as "resolved_overdue",
  sum("became_overdue") as "became_overdue", sum("no_longer_overdue") as "no_longer_overdue",
  sum("due") as "due", sum("due_in_time") as "due_in_time", sum("cancelled") as "cancelled",
  sum("moved") as "moved", sum("moved_overdue") as "moved_overdue"
from
  (
    select
      "level", "field", "slice" as day, "received_online", "received_direct", "received_postal",
      "resolved_early", "resolved_on_time", "resolved_overdue", "became_overdue", "no_longer_overdue", "due",
      "due_in_time", "cancelled", "moved", "moved_overdue"
    from "dossier_sums_by_level"
    where
      province_code = any (array(select id from units where parent is null))
      and "field" = any ($2)
  ) as days
where day <= $3::date
group by 1, 2, 3
order by 1 nulls first, 2 nulls first, 3 nulls first
-- $1 "2021-06-15"
-- $2 ["land"]
-- $3 "2021-09-14"
