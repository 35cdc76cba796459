-- How far the report of a unit for a period is, by a form: from a draft to what is published. A report without a row is a
-- draft of which nothing was written.
create table submissions (
  province_code text not null,
  unit text not null references units,
  period text not null references periods,
  form text not null references forms,
  stage text not null default 'draft' check (stage in ('draft', 'submitted', 'approved', 'published')),
  nothing_to_report boolean not null default false,
  note text,
  -- When it was sent for the first time, which says whether it was late.
  sent_at timestamptz,
  submitted_at timestamptz,
  submitted_by text,
  approved_at timestamptz,
  approved_by text,
  published_at timestamptz,
  revision integer not null default 0,
  -- A draft that was reopened and has not changed by the end of its time is again what it was.
  reopened_from text check (reopened_from in ('draft', 'submitted', 'approved', 'published')),
  reopened_at timestamptz,
  reopened_until timestamptz,
  reopen_reason text,
  changed boolean not null default false,
  primary key (province_code, unit, period, form),
  check ((reopened_from is null) = (reopened_until is null))
);

-- By when a unit and all below it send a report, and after which day nothing of it may be written. The nearest above
-- counts. Without a row reports are due when the period says so, and are not locked by a day.
create table submission_deadlines (
  province_code text not null,
  unit text not null references units,
  period text not null references periods,
  form text not null references forms,
  due_on date,
  lock_on date,
  primary key (province_code, unit, period, form)
);

-- What was published, as it was: never changed. `content` is canonical JSON (RFC 8785), and `sha256` its hash.
create table report_revisions (
  province_code text not null,
  unit text not null,
  period text not null,
  form text not null,
  revision integer not null,
  id text not null,
  sha256 text not null,
  content text not null,
  nothing_to_report boolean not null,
  note text,
  reason text,
  submitted_at timestamptz not null,
  approved_at timestamptz not null,
  published_at timestamptz not null,
  primary key (province_code, unit, period, form, revision),
  unique (province_code, id)
);
