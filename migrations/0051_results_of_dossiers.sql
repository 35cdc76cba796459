-- What details say of dossiers with a result, by the day on which they ended, so that `/v1/evaluation` need not read them:
-- `results` are all of them, `results_with_fee` those for which a fee is due. Of the others each has two: of how many it is
-- known, and of how many it is true. The service counts the dossiers when it first starts with these tables.
create table dossier_results_by_field (
  slice date not null,
  results integer not null default 0,
  results_with_fee integer not null default 0,
  electronic_result_known integer not null default 0,
  electronic_result integer not null default 0,
  digitised_known integer not null default 0,
  digitised integer not null default 0,
  digitised_with_result_known integer not null default 0,
  digitised_with_result integer not null default 0,
  data_reused_known integer not null default 0,
  data_reused integer not null default 0,
  national_store_known integer not null default 0,
  national_store integer not null default 0,
  population_data_known integer not null default 0,
  population_data integer not null default 0,
  paid_online_known integer not null default 0,
  paid_online integer not null default 0,
  province_code text collate "C" not null,
  unit text collate "C" not null,
  field text collate "C" not null,
  primary key (province_code, slice, unit, field)
) with (fillfactor = 50);

create table dossier_results_by_unit_quarter (
  quarter date not null,
  results integer not null default 0,
  results_with_fee integer not null default 0,
  electronic_result_known integer not null default 0,
  electronic_result integer not null default 0,
  digitised_known integer not null default 0,
  digitised integer not null default 0,
  digitised_with_result_known integer not null default 0,
  digitised_with_result integer not null default 0,
  data_reused_known integer not null default 0,
  data_reused integer not null default 0,
  national_store_known integer not null default 0,
  national_store integer not null default 0,
  population_data_known integer not null default 0,
  population_data integer not null default 0,
  paid_online_known integer not null default 0,
  paid_online integer not null default 0,
  province_code text collate "C" not null,
  unit text collate "C" not null,
  primary key (province_code, quarter, unit)
) with (fillfactor = 50);

-- They have a log as well.
alter table dossier_sums_log
  add column results integer[],
  add column results_with_fee integer[],
  add column electronic_result_known integer[],
  add column electronic_result integer[],
  add column digitised_known integer[],
  add column digitised integer[],
  add column digitised_with_result_known integer[],
  add column digitised_with_result integer[],
  add column data_reused_known integer[],
  add column data_reused integer[],
  add column national_store_known integer[],
  add column national_store integer[],
  add column population_data_known integer[],
  add column population_data integer[],
  add column paid_online_known integer[],
  add column paid_online integer[];

alter table dossier_sums_log
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

-- The check names the logs that there are, of which there are more now.
alter table dossier_sums_log drop constraint dossier_sums_log_rollup;

alter table dossier_sums_log add constraint dossier_sums_log_rollup check (rollup in (
  'dossier_sums_by_desk', 'dossier_sums_by_procedure', 'dossier_differences_by_desk', 'dossier_differences_by_procedure',
  'dossier_results_by_field'));
