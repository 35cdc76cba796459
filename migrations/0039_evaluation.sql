-- What units are judged by. A version of the formula holds from a day on; of several that hold, the one of the highest
-- precedence applies where none is named. `groups` holds its groups with their criteria, as they were posted. `volume`: the
-- criterion whose denominator says how many dossiers a unit has.
create table evaluation_formulas (
  code text collate "C" primary key,
  scheme text not null,
  name text not null,
  status text not null check (status in ('published', 'found')),
  source text not null,
  note text,
  precedence integer not null,
  valid_from date not null,
  valid_to date,
  volume text,
  groups jsonb not null,
  check (valid_from <= valid_to)
);

-- What is posted of a criterion of a unit in a period: its counts by the names of the formula's inputs, or the points that
-- the national portal gives. `criterion` may be a group, or `total`, of which there are points alone.
create table evaluation_inputs (
  province_code text not null,
  numerator bigint,
  denominator bigint,
  points numeric(7, 2),
  reported_at timestamptz,
  period text not null references periods,
  unit text not null references units,
  criterion text not null,
  source text not null references sources,
  inputs jsonb not null,
  note text,
  primary key (province_code, period, unit, criterion, source)
);
