-- What stops being overdue is counted apart from what becomes overdue. Of a day that is not over only the first has
-- happened. So far `became_overdue` was the difference; the service counts both when it first starts with these columns.
alter table dossier_sums_by_unit add column no_longer_overdue integer not null default 0;

alter table dossier_sums_by_unit_quarter add column no_longer_overdue integer not null default 0;

alter table dossier_sums_by_level add column no_longer_overdue integer not null default 0;

alter table dossier_sums_by_channel add column no_longer_overdue integer not null default 0;

alter table dossier_sums_by_day add column no_longer_overdue integer not null default 0;
