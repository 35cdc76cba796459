-- Dossiers that left what is pending and were not resolved: no column of the form holds them. Whatever sums what is pending
-- needs them, so they are in every rollup. So far there are none, so the rollups are right as they are.
alter table dossier_sums_by_desk add column cancelled integer not null default 0;

alter table dossier_sums_by_unit_quarter add column cancelled integer not null default 0;

alter table dossier_sums_by_procedure add column cancelled integer not null default 0;

alter table dossier_sums_by_procedure_quarter add column cancelled integer not null default 0;

alter table dossier_sums_by_level add column cancelled integer not null default 0;

alter table dossier_sums_by_channel add column cancelled integer not null default 0;

alter table dossier_sums_by_day add column cancelled integer not null default 0;

-- null in place of zero, as of all that is in the log by now.
alter table dossier_sums_log
  add column cancelled integer[],
  alter column cancelled set storage external;
