-- What was odd about the rows that an import took: how much of it, and the first. Of the imports so far it is not known.
alter table imports add column warning_count integer;

alter table imports alter column warning_count set default 0;

alter table imports add column warnings jsonb not null default '[]';
