-- What procedures were on each day, the decisions that made them so, and what follows for their dossiers.

-- A decision that makes, amends, replaces or repeals procedures from a day on. `body` is what was posted, `procedures` are
-- those that it names. `withdrawn_by` is the write that took it back as a whole.
create table procedure_decisions (
  id bigint generated always as identity primary key,
  effective_on date not null,
  document_date date not null,
  document_number text not null,
  document_issuer text not null,
  body jsonb not null,
  procedures text[] not null,
  write bigint not null,
  withdrawn_by bigint
);

create unique index procedure_decisions_by_document on procedure_decisions (document_issuer, document_number, document_date)
  where withdrawn_by is null;

create index procedure_decisions_by_day on procedure_decisions (effective_on, id);

-- What happens to procedures: in the order of days, then of ids, it yields their versions. `content` holds the properties
-- that are set. `decision` is null for what was posted without one.
create table procedure_changes (
  id bigint generated always as identity primary key,
  effective_on date not null,
  procedure text not null references procedures,
  kind text not null check (kind in ('new', 'amended', 'replaced', 'repealed')),
  content jsonb not null,
  successor text references procedures,
  decision bigint references procedure_decisions
);

create index procedure_changes_by_procedure on procedure_changes (procedure);

create index procedure_changes_by_decision on procedure_changes (decision);

create index procedure_changes_by_successor on procedure_changes (successor) where successor is not null;

-- What a procedure was in some days, both included. `kind` and `decision` say how the version began. `end_kind` and what
-- follows say how the procedure ended with it; null: another version follows, or it is in force until further notice.
-- Derived from the changes.
create table procedure_versions (
  procedure text not null references procedures,
  valid_from date not null,
  valid_to date,
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
  search_name text not null,
  kind text not null check (kind in ('new', 'amended')),
  decision bigint references procedure_decisions,
  end_kind text check (end_kind in ('replaced', 'repealed')),
  end_decision bigint references procedure_decisions,
  successor text references procedures,
  primary key (procedure, valid_from),
  check (valid_from <= valid_to)
);

create index procedure_versions_by_day on procedure_versions (valid_from);

-- The fields in which dossiers count by the day on which they were received, a list of `from` and `field`: what the versions
-- say, once the dossiers have followed. null: `field`, whenever they were received.
alter table procedures add column counted_fields jsonb;

-- Other systems send it for procedures that have no end.
update procedures set valid_to = null where valid_to = '9999-12-31';

insert into procedure_changes (procedure, effective_on, kind, content)
select code, valid_from, 'new', jsonb_build_object('name', name, 'field', field, 'level', level,
  'online_service_level', online_service_level, 'interlinked', interlinked, 'payment_integrated', payment_integrated,
  'on_national_portal', on_national_portal, 'internal_process_approved', internal_process_approved,
  'internal_process_electronic', internal_process_electronic, 'statutory_working_days', statutory_working_days)
from procedures order by code;

insert into procedure_changes (procedure, effective_on, kind, content)
select code, valid_to + 1, 'repealed', '{}' from procedures where valid_to is not null order by code;

insert into procedure_versions (procedure, valid_from, valid_to, name, field, level, online_service_level, interlinked,
  payment_integrated, on_national_portal, internal_process_approved, internal_process_electronic, statutory_working_days,
  search_name, kind, end_kind)
select code, valid_from, valid_to, name, field, level, online_service_level, interlinked, payment_integrated,
  on_national_portal, internal_process_approved, internal_process_electronic, statutory_working_days, search_name, 'new',
  case when valid_to is not null then 'repealed' end
from procedures;

-- Jobs that move the dossiers of procedures to the fields that the versions say. `client` asked for it.
create table procedure_corrections (
  id bigint generated always as identity primary key,
  state text not null default 'pending' check (state in ('pending', 'running', 'done', 'failed')),
  procedures text[] not null,
  dossiers_total integer,
  dossiers_moved integer,
  client text not null,
  created_at timestamptz not null default clock_timestamp(),
  started_at timestamptz,
  ended_at timestamptz
);

create index procedure_corrections_open on procedure_corrections (id) where state in ('pending', 'running');

-- Reviews of procedures (rà soát): what a unit proposes for a procedure, and what came of it.
create table procedure_reviews (
  province_code text not null,
  period text not null references periods,
  unit text not null references units,
  procedure text not null references procedures,
  proposal text not null check (proposal in ('keep', 'amend', 'replace', 'repeal')),
  outcome text not null check (outcome in ('pending', 'accepted', 'rejected', 'carried_out')),
  note text,
  primary key (province_code, period, unit, procedure)
);
