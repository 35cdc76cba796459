-- Which rows of a rollup is the count until today the sum of?
select
  "level", "channel", case when day >= $1::date then day end as "day",
  sum("received_online") as "received_online", sum("received_direct") as "received_direct",
  sum("received_postal") as "received_postal", sum("resolved_early") as "resolved_early",
  sum("resolved_on_time") as "resolved_on_time", sum("resolved_overdue") as "resolved_overdue",
  sum(case when day <= $2::date then "became_overdue" else 0 end) as "became_overdue",
  sum("no_longer_overdue") as "no_longer_overdue",
  sum(case when day <= $3::date then "due" else 0 end) as "due",
  sum(case when day <= $4::date then "due_in_time" else 0 end) as "due_in_time",
  sum("cancelled") as "cancelled", sum("moved") as "moved", sum("moved_overdue") as "moved_overdue"
from
  (
    select
      "level", "channel", "day" as day, "received_online", "received_direct", "received_postal",
      "resolved_early", "resolved_on_time", "resolved_overdue", "became_overdue", "no_longer_overdue", "due",
      "due_in_time", "cancelled", "moved", "moved_overdue"
    from "dossier_sums_by_day"
    where province_code = any (array(select id from units where parent is null))
  ) as days
where day <= $5::date
group by 1, 2, 3
order by 1 nulls first, 2 nulls first, 3 nulls first
-- $1 "2021-07-05"
-- $2 "2021-07-15"
-- $3 "2021-07-15"
-- $4 "2021-07-15"
-- $5 "2021-07-16"
