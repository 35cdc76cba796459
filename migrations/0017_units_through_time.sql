-- Units are dated facts, and a unit is not its code: after the reform of 2025-07-01 all communes bear codes that others
-- had before.

-- What every other table names a unit by, which never changes: its code; of a later bearer of a code, `code@first day`.
alter table units rename column code to id;

alter table units add column code text;

update units set code = id;

alter table units alter column code set not null;

create index units_by_code on units (code);

-- The units whose keys reach this one: those above it; those that succeeded it, with those above them; and those that it
-- succeeded.
alter table units add column reached_by text[] not null default '{}';

update units set reached_by = path;

-- Event sets: what a legal document changes on one day. `units`: all that begin, end or go on otherwise. `ends`: the last
-- days that ended units had before. `withdrawn_by`: the write that took all of it back.
create table unit_changes (
  province_code text not null,
  id bigint generated always as identity,
  effective_on date not null,
  document_number text not null,
  document_date date not null,
  document_issuer text not null,
  events jsonb not null,
  units text[] not null,
  ends jsonb not null,
  write bigint not null,
  withdrawn_by bigint,
  primary key (province_code, id)
);

-- What a unit was from a day on. In `units` stands what it is from its last such day on, and its whole lifetime.
-- `change`: the event set that made the version; null: it was so from the beginning.
create table unit_versions (
  unit text not null references units,
  valid_from date not null,
  valid_to date,
  name text not null,
  kind text not null,
  level text not null references levels,
  parent text references units,
  path text[] not null,
  search_name text not null,
  change bigint,
  primary key (unit, valid_from),
  check (valid_from <= valid_to)
);

insert into unit_versions (unit, valid_from, valid_to, name, kind, level, parent, path, search_name)
select id, valid_from, valid_to, name, kind, level, parent, path, search_name from units;

-- Who succeeds a unit from a day on. `share` is the part of its figures that passes to this successor; null: only what is
-- assigned to it passes, and nothing says how much that is.
create table unit_successions (
  predecessor text not null references units,
  successor text not null references units,
  effective_on date not null,
  share numeric check (share > 0 and share <= 1),
  change bigint not null,
  primary key (predecessor, successor)
);

create index unit_successions_by_successor on unit_successions (successor);

-- Which successor of a split unit gets which of its dossiers: all of a procedure, or one by its code.
create table unit_assignments (
  predecessor text not null references units,
  successor text not null references units,
  kind text not null check (kind in ('procedure', 'dossier')),
  code text not null,
  change bigint not null,
  primary key (predecessor, kind, code)
);

-- What other systems call a unit, and when.
alter table unit_aliases add column valid_from date not null default '-infinity';

alter table unit_aliases add column valid_to date;

-- The key becomes longer: a code of another system is used again as well.
alter table unit_aliases drop constraint unit_aliases_pkey;

alter table unit_aliases add primary key (source, external_code, valid_from);

create index unit_aliases_by_code on unit_aliases (external_code);

-- Units that may be meant in place of one that does not exist on the day of a row.
alter table import_errors add column successors text[];

alter table import_errors add column predecessors text[];
