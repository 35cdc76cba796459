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

-- It holds the sums of desks.
drop table dossier_sums_by_unit;
