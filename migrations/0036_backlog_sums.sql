-- How many dossiers are open now, by unit and day, so that `/v1/backlog` need not read them. `kind` says of which day:
-- `received`, the day of reception, of all open ones; and of each of them one of the others. `awaiting`: it awaits a
-- supplement; `undated`: it has no due date; both by the day of reception. `due`: by the day on which its due date is
-- reached. There are no rows of 0. The service counts the dossiers when it first starts with this table.
create table backlog_sums (
  day date not null,
  dossiers integer not null,
  province_code text collate "C" not null,
  unit text collate "C" not null,
  kind text collate "C" not null check (kind in ('received', 'awaiting', 'undated', 'due')),
  primary key (province_code, unit, kind, day)
) with (fillfactor = 50);

-- What transactions added to it and is not merged into it yet, the rows of each in one, as in `dossier_sums_log`.
create table backlog_sums_log (
  id bigint generated always as identity,
  cells integer not null,
  province_code text collate "C" not null,
  units text[] not null,
  kinds text[] not null,
  days date[] not null,
  dossiers integer[] not null,
  primary key (province_code, id)
);

-- These arrays are read once, so that compressing them does not pay.
alter table backlog_sums_log
  alter column units set storage external,
  alter column kinds set storage external,
  alter column days set storage external,
  alter column dossiers set storage external;
