-- Dossier statistics, form II.06a, as units and their systems report them.

-- All the rows of one source for one unit, period and scope. Writers lock it, so that the rows below
-- it are replaced, counted and checked as one. It holds their sums beside the number of rows
-- that do not know a measure: questions without field and procedure are answered from here.
-- Of several sources for one unit, period and scope, the one that counts is marked.
create table statistics_sets (
  province_code text not null,
  period text not null references periods,
  unit text not null references units,
  scope text not null check (scope in ('own', 'total')),
  source text not null references sources,
  detail text not null check (detail in ('whole', 'field', 'procedure')),
  level text not null references levels,
  counts boolean not null default false,
  row_count integer not null default 0,
  received_online bigint not null default 0,
  received_online_unknown integer not null default 0,
  received_direct bigint not null default 0,
  received_direct_unknown integer not null default 0,
  received_postal bigint not null default 0,
  received_postal_unknown integer not null default 0,
  carried_over bigint not null default 0,
  carried_over_unknown integer not null default 0,
  received bigint not null default 0,
  received_unknown integer not null default 0,
  resolved_early bigint not null default 0,
  resolved_early_unknown integer not null default 0,
  resolved_on_time bigint not null default 0,
  resolved_on_time_unknown integer not null default 0,
  resolved_in_time bigint not null default 0,
  resolved_in_time_unknown integer not null default 0,
  resolved_overdue bigint not null default 0,
  resolved_overdue_unknown integer not null default 0,
  resolved bigint not null default 0,
  resolved_unknown integer not null default 0,
  pending_in_time bigint not null default 0,
  pending_in_time_unknown integer not null default 0,
  pending_overdue bigint not null default 0,
  pending_overdue_unknown integer not null default 0,
  pending bigint not null default 0,
  pending_unknown integer not null default 0,
  changed_at timestamptz not null default now(),
  primary key (province_code, period, unit, scope, source),
  unique (province_code, period, unit, scope, source, detail)
);

create unique index statistics_sets_that_count on statistics_sets (province_code, period, unit, scope)
  where counts;

-- The sum of the own sets that count, of all units of a level. Who changes what counts in a level and period locks its
-- row first, so that two writers cannot both think that theirs counts.
create table statistics_by_level (
  province_code text not null,
  period text not null references periods,
  level text not null references levels,
  units_reported integer not null default 0,
  received_online bigint not null default 0,
  received_online_unknown integer not null default 0,
  received_direct bigint not null default 0,
  received_direct_unknown integer not null default 0,
  received_postal bigint not null default 0,
  received_postal_unknown integer not null default 0,
  carried_over bigint not null default 0,
  carried_over_unknown integer not null default 0,
  received bigint not null default 0,
  received_unknown integer not null default 0,
  resolved_early bigint not null default 0,
  resolved_early_unknown integer not null default 0,
  resolved_on_time bigint not null default 0,
  resolved_on_time_unknown integer not null default 0,
  resolved_in_time bigint not null default 0,
  resolved_in_time_unknown integer not null default 0,
  resolved_overdue bigint not null default 0,
  resolved_overdue_unknown integer not null default 0,
  resolved bigint not null default 0,
  resolved_unknown integer not null default 0,
  pending_in_time bigint not null default 0,
  pending_in_time_unknown integer not null default 0,
  pending_overdue bigint not null default 0,
  pending_overdue_unknown integer not null default 0,
  pending bigint not null default 0,
  pending_unknown integer not null default 0,
  primary key (province_code, period, level)
);

-- null is unknown, never zero. The key carries the detail of the set, which is why a unit that counts by
-- field cannot also count by procedure: the sum would hold its dossiers twice.
create table dossier_statistics (
  province_code text not null,
  period text not null,
  unit text not null,
  scope text not null,
  source text not null,
  detail text not null,
  detail_code text not null,
  field text references fields,
  procedure text references procedures,
  received_online integer check (received_online >= 0),
  received_direct integer check (received_direct >= 0),
  received_postal integer check (received_postal >= 0),
  carried_over integer check (carried_over >= 0),
  received integer check (received >= 0),
  resolved_early integer check (resolved_early >= 0),
  resolved_on_time integer check (resolved_on_time >= 0),
  resolved_in_time integer check (resolved_in_time >= 0),
  resolved_overdue integer check (resolved_overdue >= 0),
  resolved integer check (resolved >= 0),
  pending_in_time integer check (pending_in_time >= 0),
  pending_overdue integer check (pending_overdue >= 0),
  pending integer check (pending >= 0),
  primary key (province_code, period, unit, scope, source, detail_code),
  foreign key (province_code, period, unit, scope, source, detail)
    references statistics_sets (province_code, period, unit, scope, source, detail),
  constraint detail_code_names_the_detail check (detail_code = case detail
    when 'whole' then '' when 'field' then field else procedure end),
  constraint received_identity check (received = received_online + received_direct + carried_over),
  constraint postal_identity check (received_postal <= received_direct),
  constraint resolved_in_time_identity check (resolved_in_time = resolved_early + resolved_on_time),
  constraint resolved_identity check (resolved = resolved_in_time + resolved_overdue),
  constraint pending_identity check (pending = pending_in_time + pending_overdue),
  constraint balance_identity check (received = resolved + pending)
);
