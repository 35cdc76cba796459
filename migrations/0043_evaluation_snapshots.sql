-- The points of a unit by the evaluation as they were on a day: of each group of the formula, and in total (`total`). Nothing
-- of a day that has passed can be computed again, since what is counted changes. There are no foreign keys: the rows stay
-- when a unit that was made by mistake is taken back.
create table evaluation_snapshots (
  province_code text not null,
  maximum numeric(7, 2),
  points numeric(7, 2),
  points_of numeric(7, 2),
  taken_at timestamptz not null,
  day date not null,
  provisional boolean not null,
  unit text not null,
  level text not null,
  period text not null,
  "group" text not null,
  points_from text,
  unknown text,
  formula text,
  primary key (province_code, unit, period, "group", day)
);
