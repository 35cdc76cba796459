-- By which version of the counting rules the rollups were counted. A service with other rules counts all dossiers again
-- when it starts, and then says so here. There is one row.
create table rollup_rules (
  version integer not null,
  at timestamptz not null default clock_timestamp()
);

-- All dossiers so far were counted by the first rules.
insert into rollup_rules (version) values (1);
