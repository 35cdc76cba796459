// What stands against taking an event set back: what builds on it before, and what does not fit afterwards.
import { sql } from 'kysely'
import type { Issue, IssueCode } from '../../../contract/errors.ts'
import { lock } from '../../../database/sql/advisory-lock.ts'
import type { Trx } from '../../../database/connect.ts'
import { aliasClaims, claimOf, type Claim } from '../../units/naming/claims.ts'
import { overlaps } from '../../units/posted/identify.ts'
import type { StoredChange } from './take-back.ts'

/** Units that an event set made. */
export async function unitsMadeBy (trx: Trx, { id }: StoredChange): Promise<string[]> {
  const { rows } = await sql<{ unit: string }>`
    select unit from unit_versions join units on units.id = unit and units.valid_from = unit_versions.valid_from
    where change = ${id} order by unit`.execute(trx)
  return rows.map(({ unit }) => unit)
}

/** What builds on an event set, apart from dossiers. Nothing is stored for its units meanwhile. */
export async function dependents (trx: Trx, change: StoredChange, made: readonly string[]): Promise<Issue[]> {
  const { id, province_code: province, units } = change
  // As when units end.
  await lock(trx, 'dossiers', 'exclusive')
  await sql`select from units where id = any(${units}) order by id for update`.execute(trx)
  const { rows } = await sql<{ code: IssueCode, detail: string }>`
    select 'changed_later' as code, 'event set ' || id || ' changes ' || array_to_string(array(
      select unnest(units) intersect select unnest(${units}::text[]) order by 1 limit 3), ', ') || ' as well' as detail
    from unit_changes where province_code = ${province} and id > ${id} and withdrawn_by is null and units && ${units}
    union all
    select 'changed_later', 'event set ' || change || ' names ' || unit || ' as a successor' from (
      select change, successor as unit from unit_successions where successor = any(${made}) and change <> ${id}) as named
    union all
    select 'units_depend', min(unit) || ' stands below ' || parent from unit_versions
    where parent = any(${made}) and unit <> all(${made}) and change is distinct from ${id} group by parent
    union all
    select 'client_bound', 'client ' || code || ' is bound to ' || unit from clients where unit = any(${made})
    union all
    select 'unit_has_figures', 'figures of ' || min(period) || ' are stored for ' || unit from statistics_sets
    where province_code = ${province} and unit = any(${made}) group by unit
    union all
    select 'unit_has_figures', 'figures of ' || min(period) || ' were stored for ' || unit from withdrawn_statistics
    where province_code = ${province} and unit = any(${made}) group by unit
    union all
    select 'unit_has_figures', 'feedback of ' || min(period) || ' is stored for ' || unit from feedback_sets
    where province_code = ${province} and unit = any(${made}) group by unit
    union all
    select 'unit_has_figures', 'feedback of ' || min(period) || ' was stored for ' || unit from withdrawn_feedback
    where province_code = ${province} and unit = any(${made}) group by unit
    union all
    select 'unit_has_figures', 'indicators of ' || min(period) || ' are stored for ' || unit from indicator_values
    where province_code = ${province} and unit = any(${made}) group by unit
    union all
    select 'unit_has_figures', 'a report of ' || min(period) || ' is stored for ' || unit from submissions
    where province_code = ${province} and unit = any(${made}) group by unit
    union all
    select 'unit_has_figures', 'deadlines of ' || min(period) || ' are stored for ' || unit from submission_deadlines
    where province_code = ${province} and unit = any(${made}) group by unit
    union all
    select 'unit_has_figures', 'evaluation of ' || min(period) || ' is stored for ' || unit from evaluation_inputs
    where province_code = ${province} and unit = any(${made}) group by unit
    order by 1, 2`.execute(trx)
  return rows.map(({ code, detail }) => ({ pointer: '/path/id', code, detail }))
}

/** What has changed around the units that are back, so that they do not fit any more. Call it when they are. */
export async function misfits (trx: Trx, { province_code: province, units, ends }: StoredChange): Promise<Issue[]> {
  const back = ends.map(({ id }) => id)
  const { rows } = await sql<{ code: IssueCode, detail: string }>`
    with ended as (
      select ends.id from unit_changes, jsonb_to_recordset(ends) as ends (id text)
      where province_code = ${province} and withdrawn_by is null),
    below as (
      select distinct unit from unit_versions cross join unnest(path) as above (id)
        join unnest(${units}::text[]) as changed (id) using (id))
    select 'units_depend' as code,
      unit || ' would not fit below ' || parent || ': one of them has begun, moved or ended since' as detail
    from (
      select unit.id as unit, unit.parent
      from below join units as unit on unit.id = below.unit join units as above on above.id = unit.parent
      where (unit.path <> above.path || unit.id and coalesce(unit.valid_to, 'infinity') >= (
          select max(valid_from) from unit_versions where unit_versions.unit = above.id))
        or (unit.id = any(${back}) and coalesce(unit.valid_to, 'infinity') > above.valid_to
          and above.id in (select id from ended))
      union
      select unit, parent from below join unit_versions as version using (unit) where parent is not null and not exists (
        select from unit_versions as above where above.unit = version.parent and above.path || version.unit = version.path)
    ) as apart
    union all
    select 'code_taken', other.id || ' has the code ' || back.code || ' since, which ' || back.id || ' would have as well'
    from units as back join units as other on other.code = back.code and other.id <> back.id
    where back.id = any(${back}) and back.valid_from <= coalesce(other.valid_to, 'infinity')
      and other.valid_from <= coalesce(back.valid_to, 'infinity')
    order by 1, 2`.execute(trx)
  const issues = rows.map(({ code, detail }): Issue => ({ pointer: '/path/id', code, detail }))
  return [...issues, ...await aliasesGiven(trx, back)]
}

async function aliasesGiven (trx: Trx, back: readonly string[]): Promise<Issue[]> {
  const { rows } = await sql<{ alias: string }>`
    select distinct source || ':' || external_code as alias from unit_aliases where unit = any(${back}) order by alias`.execute(trx)
  const claims = await aliasClaims(trx, rows.map(({ alias }) => alias))
  const ids = new Set(back)
  return rows.flatMap(({ alias }): Issue[] => {
    const [theirs, others] = [true, false].map(isBack => (
      claims.get(claimOf(alias))!.filter(({ unit }) => ids.has(unit) === isBack))) as [Claim[], Claim[]]
    const given = others.find(one => theirs.some(other => overlaps(one, other)))
    if (given === undefined) return []
    return [{ pointer: '/path/id', code: 'alias_taken', detail: `${alias} is an alias of ${given.unit} since` }]
  })
}
