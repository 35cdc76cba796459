-- Sums of longer times, for the questions that are asked most: so few rows have to be added up for them that it makes no
-- difference how many years there are. They are filled from the sums of shorter times, once all who write those are done.
-- A service of the version before would go on without these: it has to be stopped first.
lock table dossier_sums_by_unit, dossier_sums_by_day in share mode;

-- A `quarter` begins where a quarter of either calendar does: on the 1st of January, April, July and October, and on the
-- 15th of March, June, September and December. Every period but a month is made of whole ones.
create table dossier_sums_by_unit_quarter (
  quarter date not null,
  received_online integer not null default 0,
  received_direct integer not null default 0,
  received_postal integer not null default 0,
  resolved_early integer not null default 0,
  resolved_on_time integer not null default 0,
  resolved_overdue integer not null default 0,
  became_overdue integer not null default 0,
  due integer not null default 0,
  due_in_time integer not null default 0,
  province_code text collate "C" not null,
  unit text collate "C" not null,
  primary key (province_code, unit, quarter)
) with (fillfactor = 50);

insert into dossier_sums_by_unit_quarter
select
  case
    when slice >= (date_trunc('quarter', slice) + interval '2 months 14 days')::date
    then (date_trunc('quarter', slice) + interval '2 months 14 days')::date
    else date_trunc('quarter', slice)::date
  end,
  sum(received_online), sum(received_direct), sum(received_postal), sum(resolved_early), sum(resolved_on_time),
  sum(resolved_overdue), sum(became_overdue), sum(due), sum(due_in_time), province_code, unit
from dossier_sums_by_unit
group by 1, province_code, unit;

create table dossier_sums_by_channel (
  slice date not null,
  received_online integer not null default 0,
  received_direct integer not null default 0,
  received_postal integer not null default 0,
  resolved_early integer not null default 0,
  resolved_on_time integer not null default 0,
  resolved_overdue integer not null default 0,
  became_overdue integer not null default 0,
  due integer not null default 0,
  due_in_time integer not null default 0,
  province_code text collate "C" not null,
  level text collate "C" not null,
  channel text collate "C" not null,
  primary key (province_code, level, channel, slice)
) with (fillfactor = 50);

insert into dossier_sums_by_channel
select
  date_trunc('month', day)::date + case when extract(day from day) < 15 then 0 else 14 end,
  sum(received_online), sum(received_direct), sum(received_postal), sum(resolved_early), sum(resolved_on_time),
  sum(resolved_overdue), sum(became_overdue), sum(due), sum(due_in_time), province_code, level, channel
from dossier_sums_by_day
group by 1, province_code, level, channel;
