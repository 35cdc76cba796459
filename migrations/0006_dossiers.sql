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

-- Which dossiers a write changed: what `changes` is for everything else, without a row for each of millions. Codes and units
-- go together, by place; they are counted on from `n`. What the dossiers were is in their versions.
create table dossier_changes (
  province_code text not null,
  write bigint not null,
  action text not null check (action in ('created', 'updated', 'deleted')),
  n integer not null,
  codes text[] not null,
  units text[] not null,
  primary key (province_code, write, action)
);

-- How many rows a write changed: whoever reads them in order knows how many writes that takes. Of older writes none
-- changed more than a batch holds.
alter table writes add column row_count integer not null default 1;

-- Every row that a write changed. Of a dossier, what differs is in the view below.
create view changed_rows as
select province_code, write, n, resource, action, key, unit, before, after
from changes
union all
select province_code, write, n + position::integer - 1, 'dossiers', action, jsonb_build_object('code', code), unit, null, null
from dossier_changes cross join unnest(codes, units) with ordinality as changed (code, unit, position);

-- Each version of each dossier, with the one before it. The last has no `version`.
create view dossier_histories as
select *, lag(content) over (partition by province_code, code order by version nulls last) as content_before
from (
  select province_code, code, write, id as version, source, jsonb_build_object(
    'unit', unit, 'procedure', procedure, 'channel', channel, 'status', status, 'received_at', received_at, 'due_at', due_at,
    'finished_at', finished_at, 'returned_at', returned_at, 'updated_at', updated_at,
    'supplements', coalesce(supplements, '[]')) as content
  from dossier_versions
  union all
  select province_code, code, write, null, source, jsonb_build_object(
    'unit', unit, 'procedure', procedure, 'channel', channel, 'status', status, 'received_at', received_at, 'due_at', due_at,
    'finished_at', finished_at, 'returned_at', returned_at, 'updated_at', updated_at,
    'supplements', coalesce(supplements, '[]'))
  from dossiers
) as versions;

-- Who sends dossiers, and the day on which the first of them was received. It never becomes later: whoever has sent one
-- and then moved or deleted it has sent one.
create table dossier_desks (
  since date not null,
  province_code text collate "C" not null,
  unit text collate "C" not null,
  primary key (province_code, unit)
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
  channel text collate "C" not null,
  primary key (province_code, level, channel, day)
) with (fillfactor = 50);

-- What came in as a stream or a batch of dossiers, and how far it is. The province is that of the client, '' for all.
-- A stream that came with an idempotency key holds it for as long as it runs.
create table imports (
  province_code text not null,
  id bigint generated always as identity,
  client text not null,
  source text not null,
  idempotency_key text,
  dry_run boolean not null,
  state text not null check (state in ('running', 'done', 'interrupted')),
  received integer not null default 0,
  created integer not null default 0,
  updated integer not null default 0,
  unchanged integer not null default 0,
  stale integer not null default 0,
  deleted integer not null default 0,
  rejected integer not null default 0,
  started_at timestamptz not null default clock_timestamp(),
  changed_at timestamptz not null default clock_timestamp(),
  ended_at timestamptz,
  primary key (province_code, id)
);

create index imports_by_idempotency_key on imports (province_code, client, idempotency_key) where state = 'running';

create table import_errors (
  province_code text not null,
  import bigint not null,
  line integer not null,
  n integer not null,
  pointer text not null,
  code text not null,
  detail text not null,
  primary key (province_code, import, line, n),
  foreign key (province_code, import) references imports on delete cascade
);
