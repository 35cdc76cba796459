-- Dossiers that move from one unit to another, so that who reads the changes of the old one learns that they left.

-- By place, like codes and units: the unit that the dossier was taken out of; null: it stayed. None at all: none moved.
alter table dossier_changes add column left_units text[];

-- Every row that a write changed, and where it was before if it moved. Of a dossier, what differs is in its history.
create or replace view changed_rows as
select province_code, write, n, resource, action, key, unit, before, after, null::text as left_unit
from changes
union all
select province_code, write, n + position::integer - 1, 'dossiers', action, jsonb_build_object('code', code), unit, null, null,
  left_unit
from dossier_changes cross join unnest(codes, units, left_units) with ordinality as changed (code, unit, left_unit, position);
