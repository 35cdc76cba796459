-- Rollups by unit and day, for questions about any days, as those by procedure and day. The days of a period that has not
-- ended are such days. The service counts the dossiers for them when it first starts with these tables.
create table dossier_sums_by_unit_day (
  id bigint generated always as identity,
  day date not null,
  province_code text collate "C" not null,
  units text[] collate "C" not null,
  received_online integer[] not null,
  received_direct integer[] not null,
  received_postal integer[] not null,
  resolved_early integer[] not null,
  resolved_on_time integer[] not null,
  resolved_overdue integer[] not null,
  became_overdue integer[] not null,
  no_longer_overdue integer[] not null,
  due integer[] not null,
  due_in_time integer[] not null,
  cancelled integer[] not null,
  moved integer[] not null,
  moved_overdue integer[] not null,
  primary key (province_code, day, id)
);

alter table dossier_sums_by_unit_day
  alter column units set storage external,
  alter column received_online set storage external,
  alter column received_direct set storage external,
  alter column received_postal set storage external,
  alter column resolved_early set storage external,
  alter column resolved_on_time set storage external,
  alter column resolved_overdue set storage external,
  alter column became_overdue set storage external,
  alter column no_longer_overdue set storage external,
  alter column due set storage external,
  alter column due_in_time set storage external,
  alter column cancelled set storage external,
  alter column moved set storage external,
  alter column moved_overdue set storage external;

create table dossier_differences_by_unit_day (
  id bigint generated always as identity,
  day date not null,
  province_code text collate "C" not null,
  rules text collate "C" not null,
  units text[] collate "C" not null,
  received_online integer[] not null,
  received_direct integer[] not null,
  received_postal integer[] not null,
  resolved_early integer[] not null,
  resolved_on_time integer[] not null,
  resolved_overdue integer[] not null,
  became_overdue integer[] not null,
  no_longer_overdue integer[] not null,
  due integer[] not null,
  due_in_time integer[] not null,
  cancelled integer[] not null,
  moved integer[] not null,
  moved_overdue integer[] not null,
  primary key (province_code, rules, day, id)
);

alter table dossier_differences_by_unit_day
  alter column units set storage external,
  alter column received_online set storage external,
  alter column received_direct set storage external,
  alter column received_postal set storage external,
  alter column resolved_early set storage external,
  alter column resolved_on_time set storage external,
  alter column resolved_overdue set storage external,
  alter column became_overdue set storage external,
  alter column no_longer_overdue set storage external,
  alter column due set storage external,
  alter column due_in_time set storage external,
  alter column cancelled set storage external,
  alter column moved set storage external,
  alter column moved_overdue set storage external;

create table dossier_results_by_unit_day (
  id bigint generated always as identity,
  day date not null,
  province_code text collate "C" not null,
  units text[] collate "C" not null,
  results integer[] not null,
  results_with_fee integer[] not null,
  electronic_result_known integer[] not null,
  electronic_result integer[] not null,
  digitised_known integer[] not null,
  digitised integer[] not null,
  digitised_with_result_known integer[] not null,
  digitised_with_result integer[] not null,
  data_reused_known integer[] not null,
  data_reused integer[] not null,
  national_store_known integer[] not null,
  national_store integer[] not null,
  population_data_known integer[] not null,
  population_data integer[] not null,
  paid_online_known integer[] not null,
  paid_online integer[] not null,
  primary key (province_code, day, id)
);

alter table dossier_results_by_unit_day
  alter column units set storage external,
  alter column results set storage external,
  alter column results_with_fee set storage external,
  alter column electronic_result_known set storage external,
  alter column electronic_result set storage external,
  alter column digitised_known set storage external,
  alter column digitised set storage external,
  alter column digitised_with_result_known set storage external,
  alter column digitised_with_result set storage external,
  alter column data_reused_known set storage external,
  alter column data_reused set storage external,
  alter column national_store_known set storage external,
  alter column national_store set storage external,
  alter column population_data_known set storage external,
  alter column population_data set storage external,
  alter column paid_online_known set storage external,
  alter column paid_online set storage external;

-- The log holds those of days of units as well.
alter table dossier_sums_log drop constraint dossier_sums_log_rollup;

alter table dossier_sums_log add constraint dossier_sums_log_rollup check (rollup in (
  'dossier_sums_by_desk', 'dossier_sums_by_unit_day', 'dossier_sums_by_procedure_day', 'dossier_differences_by_desk',
  'dossier_differences_by_unit_day', 'dossier_differences_by_procedure_day', 'dossier_results_by_field',
  'dossier_results_by_unit_day'));
