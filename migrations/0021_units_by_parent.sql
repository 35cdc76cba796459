-- Which units stood below one: a unit that is deleted is looked for here, row by row.
create index unit_versions_by_parent on unit_versions (parent);
