-- What must hold between the figures of a report. A rule compares two formulas (`left`, and `right` up to `right_to`) by the
-- inputs that they name, and holds for periods that end on its days. `form`: null for any. `indicators`: those that it is
-- tried for one after another. They are texts: a form is posted with its indicators, which a rule may outlive.
create table rules (
  code text collate "C" primary key,
  form text references forms,
  kind text not null,
  severity text not null check (severity in ('error', 'warning')),
  indicators text[],
  "left" jsonb not null,
  comparison text not null check (comparison in ('equal', 'at_most', 'at_least', 'between')),
  "right" jsonb not null,
  right_to jsonb,
  tolerance numeric not null check (tolerance >= 0),
  message_vi text not null,
  message_en text not null,
  note text,
  valid_from date not null,
  valid_to date,
  check (valid_from <= valid_to),
  constraint only_a_span_has_two_bounds check ((comparison = 'between') = (right_to is not null))
);
