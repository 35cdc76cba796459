-- Dossiers that move from one unit to another, so that who reads the changes of the old one learns that they left.

-- By place, like codes and units: the unit that the dossier was taken out of; null: it stayed. None at all: none moved.
alter table dossier_changes add column left_units text[];

-- Of those that moved before, their versions tell: each took the place of the one before it.
update dossier_changes as changed set left_units = moved.left_units
from (
  select changes.province_code, changes.write, action, array_agg(
    case when replaced.unit <> named.unit and replaced.status <> 0 then replaced.unit end order by position) as left_units
  from dossier_changes as changes
  cross join unnest(codes, units) with ordinality as named (code, unit, position)
  left join (
    select province_code, versions.code, versions.unit, versions.status, coalesce(
      lead(versions.write) over (partition by province_code, versions.code order by id), dossiers.write) as replaced_by
    from dossier_versions as versions join dossiers using (province_code, code)
  ) as replaced
    on replaced.province_code = changes.province_code and replaced.code = named.code and replaced_by = changes.write
  where action <> 'created'
  group by changes.province_code, changes.write, action
  having bool_or(replaced.unit <> named.unit and replaced.status <> 0)
) as moved
where (changed.province_code, changed.write, changed.action) = (moved.province_code, moved.write, moved.action);

-- Every row that a write changed, and where it was before if it moved. Of a dossier, what differs is in its history.
create or replace view changed_rows as
select province_code, write, n, resource, action, key, unit, before, after, null::text as left_unit
from changes
union all
select province_code, write, n + position::integer - 1, 'dossiers', action, jsonb_build_object('code', code), unit, null, null,
  left_unit
from dossier_changes cross join unnest(codes, units, left_units) with ordinality as changed (code, unit, left_unit, position);
