-- What sources may say of a dossier besides, such as an apology, a payment or the kind of online service, as one object:
-- only what is known, instants in UTC. null: nothing, as of all dossiers of sources that say nothing more.
alter table dossiers add column details jsonb;

alter table dossier_versions add column details jsonb;

alter table dossier_states add column details jsonb;

create or replace view dossier_histories as
select province_code, code, write, version, source, content,
  lag(content) over (partition by province_code, code, record order by version nulls last) as content_before, record
from (
  select province_code, code, record, write, id as version, source, jsonb_build_object(
    'unit', unit, 'procedure', procedure, 'channel', channel, 'status', status, 'received_at', received_at, 'due_at', due_at,
    'finished_at', finished_at, 'returned_at', returned_at, 'updated_at', updated_at,
    'supplements', coalesce(supplements, '[]')) || coalesce(details, '{}') as content
  from dossier_versions
  union all
  select province_code, code, record, write, null, source, jsonb_build_object(
    'unit', unit, 'procedure', procedure, 'channel', channel, 'status', status, 'received_at', received_at, 'due_at', due_at,
    'finished_at', finished_at, 'returned_at', returned_at, 'updated_at', updated_at,
    'supplements', coalesce(supplements, '[]')) || coalesce(details, '{}')
  from dossiers
) as versions;
