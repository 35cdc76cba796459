-- What is stored says of which supplements the dossier itself lists nothing, or not the completion, as steps of the national
-- format tell them. Of those of before it follows from the steps that are remembered: the last ones, without due dates, and
-- of a dossier in process later than itself.
with sent as (
  select province_code, source, code, record, null::bigint as id, status, updated_at, supplements from dossiers
  where supplements is not null
  union all
  select province_code, source, code, record, id, status, updated_at, supplements from dossier_versions
  where supplements is not null
),
beside_steps as (
  select province_code, code, record, id, n, supplement,
    coalesce(max(n) filter (where not is_requested) over (partition by province_code, code, record, id), 0) as listed, is_completed
  from (
    select sent.province_code, sent.code, record, id, n, supplement,
      bool_or(steps.status = 5 and steps.at = (supplement ->> 'requested_at')::timestamptz)
        and supplement ->> 'old_due_at' is null and supplement ->> 'new_due_at' is null as is_requested,
      bool_or(steps.status <> 5 and steps.at = (supplement ->> 'completed_at')::timestamptz) as is_completed
    from sent
      join dossier_steps as steps on steps.province_code = sent.province_code and steps.source = sent.source
        and steps.code = sent.code and (sent.status >= 7 or steps.at > sent.updated_at)
      cross join jsonb_array_elements(supplements) with ordinality as each (supplement, n)
    group by sent.province_code, sent.code, record, id, n, supplement
  ) as each
),
told as (
  select province_code, code, record, id, jsonb_agg(case
      when n > listed then supplement || '{"by_steps": "request"}'
      when n = listed and is_completed then supplement || '{"by_steps": "completion"}'
      else supplement end order by n) as supplements
  from beside_steps
  group by province_code, code, record, id
  having bool_or(n > listed or (n = listed and is_completed))
),
of_versions as (
  update dossier_versions as stored set supplements = told.supplements
  from told where stored.province_code = told.province_code and stored.code = told.code and stored.id = told.id
)
update dossiers as stored set supplements = told.supplements
from told
where stored.province_code = told.province_code and stored.code = told.code and stored.record = told.record and id is null;

-- Histories show supplements as they are sent.
create or replace view dossier_histories as
select province_code, code, write, version, source, content,
  lag(content) over (partition by province_code, code, record order by version nulls last) as content_before, record
from (
  select province_code, code, record, write, id as version, source, jsonb_build_object(
    'unit', unit, 'procedure', procedure, 'channel', channel, 'status', status, 'received_at', case
      when status not in (1, 3) or received_at is distinct from (details ->> 'submitted_at')::timestamptz then received_at end,
    'due_at', due_at, 'finished_at', finished_at, 'returned_at', returned_at, 'updated_at', updated_at,
    'supplements', (
      select coalesce(jsonb_agg(supplement - 'by_steps' order by n), '[]')
      from jsonb_array_elements(supplements) with ordinality as each (supplement, n))) || coalesce(details, '{}') as content
  from dossier_versions
  union all
  select province_code, code, record, write, null, source, jsonb_build_object(
    'unit', unit, 'procedure', procedure, 'channel', channel, 'status', status, 'received_at', case
      when status not in (1, 3) or received_at is distinct from (details ->> 'submitted_at')::timestamptz then received_at end,
    'due_at', due_at, 'finished_at', finished_at, 'returned_at', returned_at, 'updated_at', updated_at,
    'supplements', (
      select coalesce(jsonb_agg(supplement - 'by_steps' order by n), '[]')
      from jsonb_array_elements(supplements) with ordinality as each (supplement, n))) || coalesce(details, '{}')
  from dossiers
) as versions;
