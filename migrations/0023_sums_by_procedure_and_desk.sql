-- Rollups by procedure, and by unit together with field or channel. The service counts the dossiers for them when it first
-- starts with these tables.

-- Of half months, those that a question needs are few: at the ends of whole quarters. So their day leads the key.
create table dossier_sums_by_procedure (
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
  province_code text collate "C" not null,
  procedure text collate "C" not null,
  level text collate "C" not null,
  field text collate "C" not null,
  primary key (province_code, slice, procedure, level, field)
) with (fillfactor = 50);

create table dossier_sums_by_procedure_quarter (
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
  province_code text collate "C" not null,
  procedure text collate "C" not null,
  level text collate "C" not null,
  field text collate "C" not null,
  primary key (province_code, procedure, level, field, quarter)
) with (fillfactor = 50);

create table dossier_sums_by_desk (
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
  province_code text collate "C" not null,
  unit text collate "C" not null,
  field text collate "C" not null,
  channel text collate "C" not null,
  primary key (province_code, slice, unit, field, channel)
) with (fillfactor = 50);

-- What was added to rollups of many cells and is not merged into their tables yet: all cells of a transaction in one row.
-- Most cells change again and again, and merging what several transactions added costs as much as what one did.
-- `rollup` is the table, `cells` how many there are, and `times` the first days of their slices or quarters.
create table dossier_sums_log (
  id bigint generated always as identity,
  cells integer not null,
  province_code text collate "C" not null,
  rollup text collate "C" not null,
  units text[],
  procedures text[],
  levels text[],
  fields text[],
  channels text[],
  times date[] not null,
  received_online integer[] not null,
  received_direct integer[] not null,
  received_postal integer[] not null,
  resolved_early integer[] not null,
  resolved_on_time integer[] not null,
  resolved_overdue integer[] not null,
  became_overdue integer[] not null,
  no_longer_overdue integer[] not null,
  due integer[] not null,
  due_in_time integer[] not null,
  moved integer[] not null,
  moved_overdue integer[] not null,
  primary key (province_code, rollup, id)
);

-- It holds the sums of desks.
drop table dossier_sums_by_unit;
