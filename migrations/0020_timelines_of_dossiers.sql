-- A dossier that moves to another unit or field, or is reopened, counts there from that day on. What it counted for
-- before stays where it was.

-- The states before the one that the row holds, in their order: what decides where and for what a dossier counts, and
-- `until`, the day from which the next state counts. null: there was no other state, as for nearly all.
alter table dossiers add column history jsonb;

-- The few dossiers with such states: they count under units and fields that their rows do not name.
create index dossiers_that_moved on dossiers (province_code) where history is not null;

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
