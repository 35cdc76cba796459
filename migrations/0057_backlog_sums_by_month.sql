-- The sums of the backlog by month, for the months of which `/v1/backlog` needs no days: what has been open for longer
-- than its buckets tell apart. `days`: of all dossiers of the row together, the days from the first of the month. A row
-- may be of 0.
create table backlog_sums_by_month (
  month date not null,
  dossiers integer not null,
  days integer not null,
  province_code text collate "C" not null,
  unit text collate "C" not null,
  kind text collate "C" not null,
  primary key (province_code, unit, kind, month)
) with (fillfactor = 50);

insert into backlog_sums_by_month (province_code, unit, kind, month, dossiers, days)
select province_code, unit, kind, day - extract(day from day)::integer + 1 as month, sum(dossiers),
  sum(dossiers * (extract(day from day)::integer - 1))
from backlog_sums
group by province_code, unit, kind, month
order by province_code, unit, kind, month;
