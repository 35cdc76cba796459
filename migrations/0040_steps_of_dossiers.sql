-- The newest step in the processing of a dossier, of those that a sender reports apart from the dossiers: when, and the status
-- since then. Nothing of who did what. A step may come before its dossier.
create table dossier_steps (
  province_code text collate "C" not null,
  client text collate "C" not null,
  source text collate "C" not null,
  code text collate "C" not null,
  at timestamptz not null,
  status smallint not null,
  primary key (province_code, client, source, code)
);
