-- What is posted of a criterion of a form: what the unit gives itself, what a survey found, and what the unit is given when
-- it is appraised. There are points, or what the formula of the criterion is given. `client` is the last that changed it:
-- nobody appraises a score of its own.
create table par_index_scores (
  province_code text not null,
  points numeric(7, 2),
  period text not null references periods,
  unit text not null references units,
  form text not null references par_index_forms,
  criterion text not null,
  stage text not null check (stage in ('self', 'survey', 'appraised')),
  source text references sources,
  inputs jsonb not null,
  note text,
  client text not null,
  primary key (province_code, period, form, unit, criterion, stage),
  check ((source is not null) = (stage = 'survey'))
);
