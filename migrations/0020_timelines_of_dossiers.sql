-- A dossier that moves to another unit or field, or is reopened, counts there from that day on. What it counted for
-- before stays where it was.

-- The days of the state that the row holds, of a dossier that was in others before; null: it was in no other, as nearly
-- all. `received_on` and `ends_on` are the days on which it counts as received and as ended.
alter table dossiers add column held_from date, add column received_on date, add column ends_on date;

-- The few dossiers that were in other states.
create index dossiers_that_moved on dossiers (province_code, unit) where held_from is not null;

-- The states before, in the order of `state`: what decides where and for what a dossier counts, and its days.
-- `held_until` is the day from which the next state counts. `closed`: the dossier had ended, and was not reopened.
-- `change` is the event set that ended the state; null: a version of the dossier did. `named_unit` is the unit that the
-- next version names, if that had ended by then. `said_until` is the day of a version that names the unit to which the
-- event set has brought the dossier.
create table dossier_states (
  received_at timestamptz not null,
  updated_at timestamptz not null,
  record bigint not null,
  due_at timestamptz,
  finished_at timestamptz,
  returned_at timestamptz,
  held_from date not null,
  held_until date not null,
  received_on date not null,
  ends_on date,
  said_until date,
  change integer,
  state smallint not null,
  status smallint not null,
  closed boolean not null,
  province_code text collate "C" not null,
  code text collate "C" not null,
  unit text collate "C" not null,
  level text collate "C" not null,
  procedure text collate "C" not null,
  field text collate "C" not null,
  channel text collate "C" not null,
  source text collate "C" not null,
  named_unit text collate "C",
  named_level text collate "C",
  supplements jsonb,
  primary key (province_code, code, record, state)
);

create index dossier_states_by_unit on dossier_states (province_code, unit, held_until);

-- What came on a day less what left, and how much of it was overdue on the day before. What is pending is the sum of
-- what was received, less what was resolved, and of this.
alter table dossier_sums_by_unit
  add column moved integer not null default 0, add column moved_overdue integer not null default 0;

alter table dossier_sums_by_unit_quarter
  add column moved integer not null default 0, add column moved_overdue integer not null default 0;

alter table dossier_sums_by_level
  add column moved integer not null default 0, add column moved_overdue integer not null default 0;

alter table dossier_sums_by_channel
  add column moved integer not null default 0, add column moved_overdue integer not null default 0;

alter table dossier_sums_by_day
  add column moved integer not null default 0, add column moved_overdue integer not null default 0;
