-- Of several sources for one unit, period and scope, more than one may count: each for other fields or procedures.

-- Whether a row counts, or gives way to a row of another source.
alter table dossier_statistics add column counts boolean not null default true;

-- How many rows of a set do not count. `counts` of a set: at least one row counts.
alter table statistics_sets add column rows_left_out integer not null default 0;

-- A set that is the only one of its unit, period and scope counts, without a look at any other.
alter table statistics_sets alter column counts set default true;

-- It allowed one set that counts. Questions find the sets by their primary key.
drop index statistics_sets_that_count;

-- There are few, and questions look for them beside the sums of whole sets.
create index statistics_sets_left_out on statistics_sets (province_code, period, unit) where rows_left_out > 0;

-- The sources of the rows that a level sums, and of those that it leaves out.
alter table statistics_by_level add column sources_used text[] not null default '{}';

alter table statistics_by_level add column sources_left_out text[] not null default '{}';

update dossier_statistics as stored set counts = false
from (
  select province_code, period, unit, scope, source, detail_code,
    source = first_value(source) over (
      partition by province_code, period, unit, scope, rows.detail, detail_code order by rank)
    and rows.detail = case when rows.detail = 'whole' or best_detail = 'whole' then best_detail else
      first_value(rows.detail) over (partition by province_code, period, unit, scope, field order by rank) end as should_count
  from (
    select province_code, period, unit, scope, source, row_number() over ranked as rank,
      first_value(detail) over ranked as best_detail,
      count(*) over (partition by province_code, period, unit, scope) as sources
    from statistics_sets join sources on sources.code = source
    window ranked as (
      partition by province_code, period, unit, scope order by precedence desc, changed_at desc, source)
  ) as sets
  join dossier_statistics as rows using (province_code, period, unit, scope, source)
  where sources > 1
) as decided
where not should_count
  and (stored.province_code, stored.period, stored.unit, stored.scope, stored.source, stored.detail_code) =
    (decided.province_code, decided.period, decided.unit, decided.scope, decided.source, decided.detail_code);

update statistics_sets as stored set counts = decided.counts, rows_left_out = decided.rows_left_out
from (
  select province_code, period, unit, scope, source, bool_or(counts) as counts, count(*) filter (where not counts) as rows_left_out
  from dossier_statistics group by province_code, period, unit, scope, source
) as decided
where (stored.province_code, stored.period, stored.unit, stored.scope, stored.source) =
    (decided.province_code, decided.period, decided.unit, decided.scope, decided.source)
  and (stored.counts, stored.rows_left_out) is distinct from (decided.counts, decided.rows_left_out);

update statistics_by_level as stored set sources_used = named.sources_used, sources_left_out = named.sources_left_out
from (
  select province_code, period, level,
    coalesce(array_agg(distinct source order by source) filter (where counts), '{}') as sources_used,
    coalesce(array_agg(distinct source order by source) filter (where rows_left_out > 0), '{}') as sources_left_out
  from statistics_sets where scope = 'own' group by province_code, period, level
) as named
where (stored.province_code, stored.period, stored.level) = (named.province_code, named.period, named.level);

-- The sums of the levels in which a source may now count beside another.
update statistics_by_level as stored set
  received_online = counted.received_online, received_online_unknown = counted.received_online_unknown,
  received_direct = counted.received_direct, received_direct_unknown = counted.received_direct_unknown,
  received_postal = counted.received_postal, received_postal_unknown = counted.received_postal_unknown,
  carried_over = counted.carried_over, carried_over_unknown = counted.carried_over_unknown,
  received = counted.received, received_unknown = counted.received_unknown,
  resolved_early = counted.resolved_early, resolved_early_unknown = counted.resolved_early_unknown,
  resolved_on_time = counted.resolved_on_time, resolved_on_time_unknown = counted.resolved_on_time_unknown,
  resolved_in_time = counted.resolved_in_time, resolved_in_time_unknown = counted.resolved_in_time_unknown,
  resolved_overdue = counted.resolved_overdue, resolved_overdue_unknown = counted.resolved_overdue_unknown,
  resolved = counted.resolved, resolved_unknown = counted.resolved_unknown,
  pending_in_time = counted.pending_in_time, pending_in_time_unknown = counted.pending_in_time_unknown,
  pending_overdue = counted.pending_overdue, pending_overdue_unknown = counted.pending_overdue_unknown,
  pending = counted.pending, pending_unknown = counted.pending_unknown
from (
  select province_code, period, level,
    coalesce(sum(rows.received_online), 0) as received_online, count(*) - count(rows.received_online) as received_online_unknown,
    coalesce(sum(rows.received_direct), 0) as received_direct, count(*) - count(rows.received_direct) as received_direct_unknown,
    coalesce(sum(rows.received_postal), 0) as received_postal, count(*) - count(rows.received_postal) as received_postal_unknown,
    coalesce(sum(rows.carried_over), 0) as carried_over, count(*) - count(rows.carried_over) as carried_over_unknown,
    coalesce(sum(rows.received), 0) as received, count(*) - count(rows.received) as received_unknown,
    coalesce(sum(rows.resolved_early), 0) as resolved_early, count(*) - count(rows.resolved_early) as resolved_early_unknown,
    coalesce(sum(rows.resolved_on_time), 0) as resolved_on_time, count(*) - count(rows.resolved_on_time) as resolved_on_time_unknown,
    coalesce(sum(rows.resolved_in_time), 0) as resolved_in_time, count(*) - count(rows.resolved_in_time) as resolved_in_time_unknown,
    coalesce(sum(rows.resolved_overdue), 0) as resolved_overdue, count(*) - count(rows.resolved_overdue) as resolved_overdue_unknown,
    coalesce(sum(rows.resolved), 0) as resolved, count(*) - count(rows.resolved) as resolved_unknown,
    coalesce(sum(rows.pending_in_time), 0) as pending_in_time, count(*) - count(rows.pending_in_time) as pending_in_time_unknown,
    coalesce(sum(rows.pending_overdue), 0) as pending_overdue, count(*) - count(rows.pending_overdue) as pending_overdue_unknown,
    coalesce(sum(rows.pending), 0) as pending, count(*) - count(rows.pending) as pending_unknown
  from statistics_sets as sets join dossier_statistics as rows using (province_code, period, unit, scope, source)
  where scope = 'own' and rows.counts and (province_code, period, level) in (
    select province_code, period, level from statistics_sets where rows_left_out > 0)
  group by province_code, period, level
) as counted
where (stored.province_code, stored.period, stored.level) = (counted.province_code, counted.period, counted.level);
