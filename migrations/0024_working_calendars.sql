-- Working days and office hours. A `calendar` of reporting periods is something else: a way of cutting the year.

-- As it was posted. `weekend` holds weekdays, of which Monday is 1; `office_hours` and `years` are lists in the order of
-- their days. `province`: the one whose offices work by it; null: any that has none of its own.
create table working_calendars (
  code text primary key,
  name text not null,
  province text unique references units,
  weekend smallint[] not null,
  office_hours jsonb not null,
  years jsonb not null
);

-- Every day of the years that are entered, which follow one another. `working_days` is how many working days there are from
-- the first of them to this one, included: of two days the difference is the number of working days after the one and up
-- to the other.
create table working_calendar_days (
  day date not null,
  working_days integer not null,
  is_working boolean not null,
  working_calendar text collate "C" not null references working_calendars,
  primary key (working_calendar, day)
);
