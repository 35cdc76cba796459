-- A dossier belongs to the source that sent it. What is outside of a sender's reach does not decide over what it sends.

-- 0: the first dossier of a code. A further one, which a sender sent who does not reach those before it, has the id of the
-- write that stored it. Codes are unique within the reach of a sender, not within a province.
alter table dossiers add column record bigint not null default 0;

-- The key becomes longer; it still finds a dossier by its code.
alter table dossiers drop constraint dossiers_pkey;

alter table dossiers add primary key (province_code, code, record);

-- There are hardly any, so it costs nothing to look for further dossiers of a code.
create index dossiers_beside_the_first on dossiers (province_code, code) where record <> 0;

alter table dossier_versions add column record bigint not null default 0;

create or replace view dossier_histories as
select province_code, code, write, version, source, content,
  lag(content) over (partition by province_code, code, record order by version nulls last) as content_before, record
from (
  select province_code, code, record, write, id as version, source, jsonb_build_object(
    'unit', unit, 'procedure', procedure, 'channel', channel, 'status', status, 'received_at', received_at, 'due_at', due_at,
    'finished_at', finished_at, 'returned_at', returned_at, 'updated_at', updated_at,
    'supplements', coalesce(supplements, '[]')) as content
  from dossier_versions
  union all
  select province_code, code, record, write, null, source, jsonb_build_object(
    'unit', unit, 'procedure', procedure, 'channel', channel, 'status', status, 'received_at', received_at, 'due_at', due_at,
    'finished_at', finished_at, 'returned_at', returned_at, 'updated_at', updated_at,
    'supplements', coalesce(supplements, '[]'))
  from dossiers
) as versions;

-- Codes that two sources send: `source` has the dossier, and the record of `other_source` was refused or replaced.
create table source_conflicts (
  refused_at timestamptz,
  taken_over_at timestamptz,
  province_code text collate "C" not null,
  code text collate "C" not null,
  unit text collate "C" not null,
  source text collate "C" not null,
  other_source text collate "C" not null,
  primary key (province_code, code, unit, source, other_source)
);

-- How many of the updated dossiers belonged to a source of lower precedence.
alter table imports add column taken_over integer not null default 0;

-- The source whose dossiers were handed over to this one.
alter table sources add column succeeds text references sources;

-- A client reports for a source that exists.
insert into sources (code, name, precedence, synthetic)
select distinct source, source, 100, false from clients where source is not null
on conflict do nothing;

-- A deletion stays where the dossier was, and keeps when the version that it deleted was updated.
update dossiers as deletion set unit = deleted.unit, received_at = deleted.updated_at
from dossiers as gone cross join lateral (
  select unit, updated_at from dossier_versions as version
  where version.province_code = gone.province_code and version.code = gone.code and version.status <> 0
  order by id desc limit 1
) as deleted
where gone.status = 0 and deletion.province_code = gone.province_code and deletion.code = gone.code;

-- A deletion does not move a dossier: it was where it was, whatever unit the deletion named.
update dossier_changes
set left_units = null, units = array(
  select coalesce(left_unit, unit) from unnest(units, left_units) with ordinality as named (unit, left_unit, position)
  order by position)
where action = 'deleted' and left_units is not null;
