-- Dossiers that name a unit or a procedure which the catalogue does not have, as they were sent, in the order of `id`. They count
-- nowhere until both are there: then they are taken in as if they came at that time. All versions are kept which may leave a
-- trace in the history of a dossier.
-- The province is that of the unit; of an unknown unit that of the key, '' where that is for all units. `owner` is the unit, or
-- of an unknown one that of the key (null: all units): who reaches it sees the dossier. `reach` is the unit of the key itself.
-- `national`: it came in the national format, whose versions are ordered by other rules.
-- `issues` is what a dossier waits for; where it has `failed`, why it was not taken in when all was there.
create table waiting_dossiers (
  id bigint generated always as identity,
  updated_at timestamptz not null,
  kept_at timestamptz not null default clock_timestamp(),
  sent_at timestamptz not null default clock_timestamp(),
  import bigint not null,
  line integer not null,
  failed boolean not null default false,
  national boolean not null default false,
  province_code text collate "C" not null,
  source text collate "C" not null,
  code text collate "C" not null,
  owner text,
  missing_unit text,
  missing_procedure text,
  client text not null,
  reach text,
  issues jsonb not null,
  item jsonb not null,
  primary key (province_code, id)
);

create index waiting_dossiers_by_code on waiting_dossiers (source, code);

create index waiting_dossiers_in_order on waiting_dossiers (id) where not failed;

create index waiting_dossiers_by_import on waiting_dossiers (import, line);

-- Of rows that wait: how many did when they came, and how many of them were taken in since.
alter table imports add column waiting integer not null default 0;

alter table imports add column taken_in integer not null default 0;
