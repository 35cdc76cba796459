-- Statistics of citizens' feedback (phản ánh, kiến nghị). The tables have the shape of those of dossier statistics, so that
-- one code serves both. Feedback is reported as a whole, by neither field nor procedure.

create table feedback_sets (
  province_code text not null,
  period text not null references periods,
  unit text not null references units,
  scope text not null check (scope in ('own', 'total')),
  source text not null references sources,
  detail text not null check (detail = 'whole'),
  level text not null references levels,
  counts boolean not null default true,
  row_count integer not null default 0,
  rows_left_out integer not null default 0,
  received_in_period bigint not null default 0,
  received_in_period_unknown integer not null default 0,
  carried_over bigint not null default 0,
  carried_over_unknown integer not null default 0,
  received bigint not null default 0,
  received_unknown integer not null default 0,
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
) with (fillfactor = 50);

create index feedback_sets_left_out on feedback_sets (province_code, period, unit) where rows_left_out > 0;

create table feedback_by_level (
  province_code text not null,
  period text not null references periods,
  level text not null references levels,
  units_reported integer not null default 0,
  received_in_period bigint not null default 0,
  received_in_period_unknown integer not null default 0,
  carried_over bigint not null default 0,
  carried_over_unknown integer not null default 0,
  received bigint not null default 0,
  received_unknown integer not null default 0,
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
  sources_used text[] not null default '{}',
  sources_left_out text[] not null default '{}',
  primary key (province_code, period, level)
);

create table feedback_statistics (
  province_code text not null,
  period text not null,
  unit text not null,
  scope text not null,
  source text not null,
  detail text not null,
  detail_code text not null check (detail_code = ''),
  field text check (field is null),
  procedure text check (procedure is null),
  received_in_period integer check (received_in_period >= 0),
  carried_over integer check (carried_over >= 0),
  received integer check (received >= 0),
  resolved_in_time integer check (resolved_in_time >= 0),
  resolved_overdue integer check (resolved_overdue >= 0),
  resolved integer check (resolved >= 0),
  pending_in_time integer check (pending_in_time >= 0),
  pending_overdue integer check (pending_overdue >= 0),
  pending integer check (pending >= 0),
  reported_at timestamptz,
  counts boolean not null default true,
  primary key (province_code, period, unit, scope, source, detail_code),
  foreign key (province_code, period, unit, scope, source, detail)
    references feedback_sets (province_code, period, unit, scope, source, detail),
  constraint feedback_received_identity check (received = received_in_period + carried_over),
  constraint feedback_resolved_identity check (resolved = resolved_in_time + resolved_overdue),
  constraint feedback_pending_identity check (pending = pending_in_time + pending_overdue),
  constraint feedback_balance_identity check (received = resolved + pending)
) with (fillfactor = 50);

create table withdrawn_feedback (
  province_code text not null,
  period text not null references periods,
  unit text not null references units,
  scope text not null check (scope in ('own', 'total')),
  source text not null references sources,
  reported_at timestamptz not null,
  primary key (province_code, period, unit, scope, source)
);
