-- Dossier records, one by one, as the systems of the one-stop desks send them, and what is kept added up from them.

-- What a source calls the ten national statuses.
create table status_maps (
  source text not null,
  code text not null,
  status smallint not null check (status between 1 and 10),
  primary key (source, code)
);

-- The newest version of each dossier. Columns of fixed width come first, which makes counting from the rows cheaper; codes
-- compare by their bytes, which makes the keys cheaper. There are no foreign keys, which would lock and look up once a row:
-- the service looks units and procedures up once a chunk.
-- `level` and `field` are those of the unit and the procedure when the row was written, so that what was added to the sums
-- for a row is also what is taken off again.
-- `status` is the national one. 0: deleted; such a row keeps the code, the unit that the deletion named, and when, so that
-- an older version that arrives late stays out. It counts nowhere, like 1 and 3, and all the rest of it is empty.
-- `write` says who wrote this version, and when.
create table dossiers (
  received_at timestamptz not null,
  updated_at timestamptz not null,
  write bigint not null,
  due_at timestamptz,
  finished_at timestamptz,
  returned_at timestamptz,
  status smallint not null check (status between 0 and 10),
  province_code text collate "C" not null,
  code text collate "C" not null,
  unit text collate "C" not null,
  level text collate "C" not null,
  procedure text collate "C" not null,
  field text collate "C" not null,
  channel text collate "C" not null check (channel in ('online', 'direct', 'postal', '')),
  source text collate "C" not null,
  supplements jsonb,
  primary key (province_code, code)
);

create index dossiers_by_unit on dossiers (unit, received_at);

-- What a dossier was before it was changed or deleted, in the order of `id`. `write` is that of the version itself: what
-- took its place is the next one, and in the end the row in dossiers.
create table dossier_versions (
  received_at timestamptz not null,
  updated_at timestamptz not null,
  write bigint not null,
  due_at timestamptz,
  finished_at timestamptz,
  returned_at timestamptz,
  status smallint not null,
  id bigint generated always as identity,
  province_code text collate "C" not null,
  code text collate "C" not null,
  unit text collate "C" not null,
  level text collate "C" not null,
  procedure text collate "C" not null,
  field text collate "C" not null,
  channel text collate "C" not null,
  source text collate "C" not null,
  supplements jsonb,
  primary key (province_code, code, id)
);

-- Sums of what happened on each day, kept in the transaction that changes the dossiers. What is pending at the end of a day
-- is all that was received until then less all that was resolved; of it, overdue is the sum of `became_overdue` until then.
-- A `slice` begins on the 1st or the 15th of a month: every period of both calendars is made of whole slices.
create table dossier_sums_by_unit (
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
  unit text collate "C" not null,
  primary key (province_code, unit, slice)
) with (fillfactor = 50);

create table dossier_sums_by_level (
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
  field text collate "C" not null,
  primary key (province_code, level, field, slice)
) with (fillfactor = 50);

create table dossier_sums_by_day (
  day date not null,
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
  primary key (province_code, level, day)
) with (fillfactor = 50);
