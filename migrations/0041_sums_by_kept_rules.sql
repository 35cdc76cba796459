-- By how much kept counting rules count otherwise than the default ones, in rollups of their own: most dossiers count the
-- same by both, and a question by the default rules reads nothing of these. Counts may be negative.
create table dossier_differences_by_desk (
  slice date not null,
  received_online integer not null default 0,
  received_direct integer not null default 0,
  received_postal integer not null default 0,
  resolved_early integer not null default 0,
  resolved_on_time integer not null default 0,
  resolved_overdue integer not null default 0,
  became_overdue integer not null default 0,
  no_longer_overdue integer not null default 0,
  due integer not null default 0,
  due_in_time integer not null default 0,
  moved integer not null default 0,
  moved_overdue integer not null default 0,
  cancelled integer not null default 0,
  province_code text collate "C" not null,
  rules text collate "C" not null,
  unit text collate "C" not null,
  field text collate "C" not null,
  channel text collate "C" not null,
  primary key (province_code, rules, slice, unit, field, channel)
) with (fillfactor = 50);

create table dossier_differences_by_unit_quarter (
  quarter date not null,
  received_online integer not null default 0,
  received_direct integer not null default 0,
  received_postal integer not null default 0,
  resolved_early integer not null default 0,
  resolved_on_time integer not null default 0,
  resolved_overdue integer not null default 0,
  became_overdue integer not null default 0,
  no_longer_overdue integer not null default 0,
  due integer not null default 0,
  due_in_time integer not null default 0,
  moved integer not null default 0,
  moved_overdue integer not null default 0,
  cancelled integer not null default 0,
  province_code text collate "C" not null,
  rules text collate "C" not null,
  unit text collate "C" not null,
  primary key (province_code, rules, unit, quarter)
) with (fillfactor = 50);

create table dossier_differences_by_procedure (
  slice date not null,
  received_online integer not null default 0,
  received_direct integer not null default 0,
  received_postal integer not null default 0,
  resolved_early integer not null default 0,
  resolved_on_time integer not null default 0,
  resolved_overdue integer not null default 0,
  became_overdue integer not null default 0,
  no_longer_overdue integer not null default 0,
  due integer not null default 0,
  due_in_time integer not null default 0,
  moved integer not null default 0,
  moved_overdue integer not null default 0,
  cancelled integer not null default 0,
  province_code text collate "C" not null,
  rules text collate "C" not null,
  procedure text collate "C" not null,
  level text collate "C" not null,
  field text collate "C" not null,
  primary key (province_code, rules, slice, procedure, level, field)
) with (fillfactor = 50);

create table dossier_differences_by_procedure_quarter (
  quarter date not null,
  received_online integer not null default 0,
  received_direct integer not null default 0,
  received_postal integer not null default 0,
  resolved_early integer not null default 0,
  resolved_on_time integer not null default 0,
  resolved_overdue integer not null default 0,
  became_overdue integer not null default 0,
  no_longer_overdue integer not null default 0,
  due integer not null default 0,
  due_in_time integer not null default 0,
  moved integer not null default 0,
  moved_overdue integer not null default 0,
  cancelled integer not null default 0,
  province_code text collate "C" not null,
  rules text collate "C" not null,
  procedure text collate "C" not null,
  level text collate "C" not null,
  field text collate "C" not null,
  primary key (province_code, rules, procedure, level, field, quarter)
) with (fillfactor = 50);

create table dossier_differences_by_day (
  day date not null,
  received_online integer not null default 0,
  received_direct integer not null default 0,
  received_postal integer not null default 0,
  resolved_early integer not null default 0,
  resolved_on_time integer not null default 0,
  resolved_overdue integer not null default 0,
  became_overdue integer not null default 0,
  no_longer_overdue integer not null default 0,
  due integer not null default 0,
  due_in_time integer not null default 0,
  moved integer not null default 0,
  moved_overdue integer not null default 0,
  cancelled integer not null default 0,
  province_code text collate "C" not null,
  rules text collate "C" not null,
  level text collate "C" not null,
  channel text collate "C" not null,
  primary key (province_code, rules, level, channel, day)
) with (fillfactor = 50);

create index dossier_differences_of_one_desk on dossier_differences_by_desk (province_code, rules, unit);

-- They have logs as well.
alter table dossier_sums_log add column rules text[] collate "C";

alter table dossier_sums_log alter column rules set storage external;

-- The check names the logs that there are, of which there are more now.
alter table dossier_sums_log drop constraint dossier_sums_log_rollup;

alter table dossier_sums_log add constraint dossier_sums_log_rollup check (rollup in (
  'dossier_sums_by_desk', 'dossier_sums_by_procedure', 'dossier_differences_by_desk', 'dossier_differences_by_procedure'));

-- What has no due date is counted when a question is asked by rules for which the term of its procedure is one: terms and
-- calendars change, and sums would not follow them.
create index dossiers_without_due_date on dossiers (unit, received_at) where due_at is null;

create index dossier_states_without_due_date on dossier_states (province_code, unit) where due_at is null;
