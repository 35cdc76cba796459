-- What units are scored by once a year. A form is for units on or below a day's place in the tree: below `within`, of these
-- levels and kinds, or named one by one; null: any. It holds from a day on. `criteria` holds its tree, as it was posted.
create table par_index_forms (
  code text collate "C" primary key,
  name text not null,
  source text not null,
  note text,
  valid_from date not null,
  valid_to date,
  within text references units,
  levels text[],
  kinds text[],
  units text[],
  ranked_within text not null check (ranked_within in ('level', 'form')),
  maximum numeric(7, 2) not null,
  survey_maximum numeric(7, 2) not null,
  criteria jsonb not null,
  check (valid_from <= valid_to)
);
