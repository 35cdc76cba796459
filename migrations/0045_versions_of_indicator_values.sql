-- Each value of an indicator with the time in which it was known: `known_until` null is what is known now. Written in the
-- transaction that writes the value.
create table indicator_value_versions (
  province_code text not null,
  unit text not null,
  period text not null,
  form text not null,
  indicator text not null,
  known_from timestamptz not null,
  known_until timestamptz,
  state text not null,
  number numeric,
  numerator integer,
  denominator integer,
  choice integer,
  printed text not null,
  note text,
  primary key (province_code, unit, period, form, indicator, known_from)
);

-- What was known of a value before its last change is in the audit log alone.
insert into indicator_value_versions (province_code, unit, period, form, indicator, known_from, state, number, numerator,
  denominator, choice, printed, note)
select province_code, unit, period, form, indicator, changed_at, state, number, numerator, denominator, choice, printed, note
from indicator_values;
