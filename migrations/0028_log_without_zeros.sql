-- The log of rollups holds null in place of zero, and null for a measure that none of its cells has. Nearly all of its
-- arrays are longer than a page holds and are read once: compressing them cost more than all else about the log.
alter table dossier_sums_log
  alter column received_online drop not null,
  alter column received_direct drop not null,
  alter column received_postal drop not null,
  alter column resolved_early drop not null,
  alter column resolved_on_time drop not null,
  alter column resolved_overdue drop not null,
  alter column became_overdue drop not null,
  alter column no_longer_overdue drop not null,
  alter column due drop not null,
  alter column due_in_time drop not null,
  alter column moved drop not null,
  alter column moved_overdue drop not null,
  alter column units set storage external,
  alter column procedures set storage external,
  alter column levels set storage external,
  alter column fields set storage external,
  alter column channels set storage external,
  alter column times set storage external,
  alter column received_online set storage external,
  alter column received_direct set storage external,
  alter column received_postal set storage external,
  alter column resolved_early set storage external,
  alter column resolved_on_time set storage external,
  alter column resolved_overdue set storage external,
  alter column became_overdue set storage external,
  alter column no_longer_overdue set storage external,
  alter column due set storage external,
  alter column due_in_time set storage external,
  alter column moved set storage external,
  alter column moved_overdue set storage external;

-- Quarters by procedure have no cells of their own in the log any more: they are summed from those of half months when the
-- log is merged. So what either has in the log goes into its table, once all who write it are done.
insert into dossier_sums_by_procedure as kept (
  province_code, procedure, level, field, slice, received_online, received_direct, received_postal, resolved_early,
  resolved_on_time, resolved_overdue, became_overdue, no_longer_overdue, due, due_in_time, moved, moved_overdue
)
select province_code, procedure, level, field, time, sum(cells.received_online), sum(cells.received_direct), sum(cells.received_postal),
  sum(cells.resolved_early), sum(cells.resolved_on_time), sum(cells.resolved_overdue), sum(cells.became_overdue), sum(cells.no_longer_overdue), sum(cells.due),
  sum(cells.due_in_time), sum(cells.moved), sum(cells.moved_overdue)
from dossier_sums_log as log cross join lateral unnest(
  procedures, levels, fields, times, log.received_online, log.received_direct, log.received_postal, log.resolved_early,
  log.resolved_on_time, log.resolved_overdue, log.became_overdue, log.no_longer_overdue, log.due, log.due_in_time, log.moved,
  log.moved_overdue
) as cells (
  procedure, level, field, time, received_online, received_direct, received_postal, resolved_early, resolved_on_time,
  resolved_overdue, became_overdue, no_longer_overdue, due, due_in_time, moved, moved_overdue
)
where rollup = 'dossier_sums_by_procedure'
group by province_code, procedure, level, field, time
on conflict (province_code, slice, procedure, level, field) do update set
  received_online = kept.received_online + excluded.received_online,
  received_direct = kept.received_direct + excluded.received_direct,
  received_postal = kept.received_postal + excluded.received_postal,
  resolved_early = kept.resolved_early + excluded.resolved_early,
  resolved_on_time = kept.resolved_on_time + excluded.resolved_on_time,
  resolved_overdue = kept.resolved_overdue + excluded.resolved_overdue,
  became_overdue = kept.became_overdue + excluded.became_overdue,
  no_longer_overdue = kept.no_longer_overdue + excluded.no_longer_overdue,
  due = kept.due + excluded.due,
  due_in_time = kept.due_in_time + excluded.due_in_time,
  moved = kept.moved + excluded.moved,
  moved_overdue = kept.moved_overdue + excluded.moved_overdue;

insert into dossier_sums_by_procedure_quarter as kept (
  province_code, procedure, level, field, quarter, received_online, received_direct, received_postal, resolved_early,
  resolved_on_time, resolved_overdue, became_overdue, no_longer_overdue, due, due_in_time, moved, moved_overdue
)
select province_code, procedure, level, field, time, sum(cells.received_online), sum(cells.received_direct), sum(cells.received_postal),
  sum(cells.resolved_early), sum(cells.resolved_on_time), sum(cells.resolved_overdue), sum(cells.became_overdue), sum(cells.no_longer_overdue), sum(cells.due),
  sum(cells.due_in_time), sum(cells.moved), sum(cells.moved_overdue)
from dossier_sums_log as log cross join lateral unnest(
  procedures, levels, fields, times, log.received_online, log.received_direct, log.received_postal, log.resolved_early,
  log.resolved_on_time, log.resolved_overdue, log.became_overdue, log.no_longer_overdue, log.due, log.due_in_time, log.moved,
  log.moved_overdue
) as cells (
  procedure, level, field, time, received_online, received_direct, received_postal, resolved_early, resolved_on_time,
  resolved_overdue, became_overdue, no_longer_overdue, due, due_in_time, moved, moved_overdue
)
where rollup = 'dossier_sums_by_procedure_quarter'
group by province_code, procedure, level, field, time
on conflict (province_code, procedure, level, field, quarter) do update set
  received_online = kept.received_online + excluded.received_online,
  received_direct = kept.received_direct + excluded.received_direct,
  received_postal = kept.received_postal + excluded.received_postal,
  resolved_early = kept.resolved_early + excluded.resolved_early,
  resolved_on_time = kept.resolved_on_time + excluded.resolved_on_time,
  resolved_overdue = kept.resolved_overdue + excluded.resolved_overdue,
  became_overdue = kept.became_overdue + excluded.became_overdue,
  no_longer_overdue = kept.no_longer_overdue + excluded.no_longer_overdue,
  due = kept.due + excluded.due,
  due_in_time = kept.due_in_time + excluded.due_in_time,
  moved = kept.moved + excluded.moved,
  moved_overdue = kept.moved_overdue + excluded.moved_overdue;

-- What is in the tables now leaves the log.
delete from dossier_sums_log where rollup in ('dossier_sums_by_procedure', 'dossier_sums_by_procedure_quarter');

-- A service of the version before would log quarters, of which this one knows nothing: so it cannot.
alter table dossier_sums_log add constraint dossier_sums_log_rollup check (
  rollup in ('dossier_sums_by_desk', 'dossier_sums_by_procedure')
);
