-- When figures were reported, by the clock of their source: an older file that is sent again does not undo a correction.
-- null: of before this version, or unknown.
alter table dossier_statistics add column reported_at timestamptz;

-- Until when the figures of a set were taken back, by a deletion or a replacement. A row that was reported earlier and
-- is not stored was taken back as well, so that an old file does not bring it back.
create table withdrawn_statistics (
  province_code text not null,
  period text not null references periods,
  unit text not null references units,
  scope text not null check (scope in ('own', 'total')),
  source text not null references sources,
  reported_at timestamptz not null,
  primary key (province_code, period, unit, scope, source)
);
