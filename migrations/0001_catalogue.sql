-- The reference tables that facts point at: who reports, about what, for when, and who sends it.
-- They are written before facts; facts may point at them, never the other way.

-- A tier of government. Districts ended on 2025-07-01, so a level is data with a lifetime.
create table levels (
  code text primary key,
  name text not null,
  position integer not null,
  valid_from date not null,
  valid_to date
);

-- `path` holds the codes from the province down to the unit itself: a subtree is one comparison.
-- `search_name` is the name without accents, in lower case.
create table units (
  code text primary key,
  province_code text not null,
  name text not null,
  kind text not null,
  level text not null references levels,
  parent text references units,
  path text[] not null,
  reports_dossiers boolean not null,
  valid_from date not null,
  valid_to date,
  search_name text not null
);

create index units_by_parent on units (parent);

-- What other systems call a unit.
create table unit_aliases (
  source text not null,
  external_code text not null,
  unit text not null references units,
  primary key (source, external_code)
);

create index unit_aliases_by_unit on unit_aliases (unit);

create table fields (
  code text primary key,
  name text not null,
  position integer not null
);

-- Both days are included. Business dates are dates in Asia/Ho_Chi_Minh.
create table periods (
  code text primary key,
  calendar text not null,
  kind text not null,
  year integer not null,
  starts_on date not null,
  ends_on date not null,
  report_due_on date,
  check (starts_on <= ends_on)
);

create index periods_by_day on periods (starts_on, ends_on);

-- Where two sources report the same, the one of higher precedence counts.
create table sources (
  code text primary key,
  name text not null,
  precedence integer not null,
  synthetic boolean not null
);

create table procedures (
  code text primary key,
  name text not null,
  field text not null references fields,
  level text not null references levels,
  online_service_level text,
  interlinked text not null,
  payment_integrated boolean,
  on_national_portal boolean,
  internal_process_approved boolean,
  internal_process_electronic boolean,
  statutory_working_days integer,
  valid_from date not null,
  valid_to date,
  search_name text not null,
  check (valid_from <= valid_to)
);

create index procedures_by_field on procedures (field);
