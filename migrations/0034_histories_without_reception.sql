-- As before, but what was filed and is not received yet, or never, was received at no time. Its row has the time of filing.
create or replace view dossier_histories as
select province_code, code, write, version, source, content,
  lag(content) over (partition by province_code, code, record order by version nulls last) as content_before, record
from (
  select province_code, code, record, write, id as version, source, jsonb_build_object(
    'unit', unit, 'procedure', procedure, 'channel', channel, 'status', status, 'received_at', case
      when status not in (1, 3) or received_at is distinct from (details ->> 'submitted_at')::timestamptz then received_at end,
    'due_at', due_at, 'finished_at', finished_at, 'returned_at', returned_at, 'updated_at', updated_at,
    'supplements', coalesce(supplements, '[]')) || coalesce(details, '{}') as content
  from dossier_versions
  union all
  select province_code, code, record, write, null, source, jsonb_build_object(
    'unit', unit, 'procedure', procedure, 'channel', channel, 'status', status, 'received_at', case
      when status not in (1, 3) or received_at is distinct from (details ->> 'submitted_at')::timestamptz then received_at end,
    'due_at', due_at, 'finished_at', finished_at, 'returned_at', returned_at, 'updated_at', updated_at,
    'supplements', coalesce(supplements, '[]')) || coalesce(details, '{}')
  from dossiers
) as versions;
