-- Desks follow their dossiers: a unit whose dossiers were moved or deleted has none, and has reported nothing. So far the
-- day became only earlier, and a unit that had had a dossier stayed.
delete from dossier_desks as desks where not exists (
  select from dossiers where dossiers.province_code = desks.province_code and dossiers.unit = desks.unit
    and (status >= 4 or status = 2)
);

update dossier_desks as desks set since = first.since
from (
  select province_code, unit, min((received_at at time zone interval '7 hours')::date) as since
  from dossiers where status >= 4 or status = 2 group by province_code, unit
) as first
where first.province_code = desks.province_code and first.unit = desks.unit and first.since <> desks.since;
