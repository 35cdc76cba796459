-- Which days of a period have to be among those of a rule, so that it holds for the report.
alter table rules add column period_days text not null default 'last' check (period_days in ('last', 'every', 'any'));

-- The version of the rules that came with the service as which this one was stored. A later version takes its place. null:
-- a client posted it, and it stays.
alter table rules add column shipped_version integer;

-- What nobody posted came with the service.
update rules set shipped_version = 1 where not exists (
  select from changes where province_code = '' and resource = 'rules' and key ->> 'code' = rules.code);
