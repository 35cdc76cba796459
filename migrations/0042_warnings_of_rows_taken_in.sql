-- What is odd about rows that waited and were taken in, which may be while their import still runs: apart from what is odd
-- about the others, of which only the end of the import knows how much it is. `warning_count` and `warnings` are of all.
alter table imports add column taken_in_warning_count integer not null default 0;

alter table imports add column taken_in_warnings jsonb not null default '[]';
