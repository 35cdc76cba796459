-- Who bears the figures of a unit that has successors: one row for each of them and each span of days, over any number of
-- steps of lineage. A unit without a row for a day bears its own figures on it. It follows from `unit_successions` and is
-- rebuilt when those change: there are few of them, and questions would walk through them again and again.
create table unit_bearers (
  unit text not null references units on delete cascade,
  bearer text not null references units on delete cascade,
  starts_on date not null,
  ends_on date not null,
  share numeric not null check (share > 0 and share <= 1),
  primary key (unit, bearer, starts_on)
);
