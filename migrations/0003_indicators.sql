-- Statistics forms and what units fill in. Forms change with circulars, so they are versioned.

create table forms (
  code text primary key,
  name text not null,
  valid_from date not null,
  valid_to date
);

-- `code` is the path in the form; `printed_code` what the paper says, which repeats itself.
create table indicators (
  form text not null references forms,
  code text not null,
  position integer not null,
  printed_code text,
  parent text,
  name text not null,
  value_type text not null check (value_type in ('heading', 'count', 'percent', 'fraction', 'choice')),
  measure text,
  choices jsonb not null,
  primary key (form, code),
  unique (form, position)
);

-- reported (0 is a value), no_data (the report prints "-"), not_provided (left blank) stay distinct.
create table indicator_values (
  province_code text not null,
  unit text not null references units,
  period text not null references periods,
  form text not null,
  indicator text not null,
  state text not null check (state in ('reported', 'no_data', 'not_provided')),
  number numeric,
  numerator integer,
  denominator integer,
  choice integer,
  printed text not null,
  note text,
  changed_at timestamptz not null default now(),
  primary key (province_code, unit, period, form, indicator),
  foreign key (form, indicator) references indicators (form, code),
  constraint only_reported_values_have_a_value check (
    (state = 'reported') = (num_nonnulls(number, numerator, choice) = 1)),
  constraint a_fraction_has_both_parts check ((numerator is null) = (denominator is null))
);
