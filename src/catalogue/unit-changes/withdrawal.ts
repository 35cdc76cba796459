// Takes an event set back: what it made is gone, and what it changed is as it was.
import { sql } from 'kysely'
import type { Issue, IssueCode } from '../../contract/errors.ts'
import { lock } from '../../database/sql/advisory-lock.ts'
import type { Trx } from '../../database/connect.ts'
import { rebuildBearers } from '../hierarchy/bearers.ts'
import { refreshReach } from '../units/lineage/reach.ts'

export interface StoredChange {
  id: number
  province_code: string
  effective_on: string
  document_number: string
  document_date: string
  document_issuer: string
  units: string[]
  ends: unknown[]
  withdrawn_by: number | null
}

/** Units that an event set made. */
export async function unitsMadeBy (trx: Trx, { id }: StoredChange): Promise<string[]> {
  const { rows } = await sql<{ unit: string }>`
    select unit from unit_versions join units on units.id = unit and units.valid_from = unit_versions.valid_from
    where change = ${id} order by unit`.execute(trx)
  return rows.map(({ unit }) => unit)
}

/** What builds on an event set. */
export async function dependents (trx: Trx, change: StoredChange, made: readonly string[]): Promise<Issue[]> {
  const { id, province_code: province, units } = change
  // As when units end: nothing is stored for these units meanwhile.
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
    select 'unit_has_figures', 'indicators of ' || min(period) || ' are stored for ' || unit from indicator_values
    where province_code = ${province} and unit = any(${made}) group by unit
    union all
    select 'unit_has_figures', 'dossier ' || min(code) || ' is stored for ' || unit from (
      select unit, code from dossiers where province_code = ${province} and unit = any(${made}) and held_from is null
      union all select unit, code from dossier_versions where province_code = ${province} and unit = any(${made})
    ) as held group by unit
    order by 1, 2`.execute(trx)
  return rows.map(({ code, detail }) => ({ pointer: '/path/id', code, detail }))
}

/** @param write the id of the write in the audit log */
export async function takeBack (
  trx: Trx, { id, province_code: province, effective_on: day }: StoredChange, made: readonly string[], write: number
): Promise<void> {
  await sql`delete from unit_assignments where change = ${id}`.execute(trx)
  await sql`delete from unit_successions where change = ${id}`.execute(trx)
  await rebuildBearers(trx)
  await sql`
    update unit_versions as before set valid_to = after.valid_to from unit_versions as after
    where after.change = ${id} and after.unit <> all(${made}) and before.unit = after.unit
      and before.valid_to = after.valid_from - 1`.execute(trx)
  await sql`delete from unit_versions where change = ${id}`.execute(trx)
  await sql`delete from unit_aliases where unit = any(${made})`.execute(trx)
  const ends = sql`(
    select ends.id, ends.valid_to from unit_changes, jsonb_to_recordset(ends) as ends (id text, valid_to date)
    where province_code = ${province} and unit_changes.id = ${id})`
  await sql`
    update unit_versions set valid_to = ends.valid_to from ${ends} as ends
    where unit = ends.id and unit_versions.valid_to = ${day}::date - 1`.execute(trx)
  await sql`update units set valid_to = ends.valid_to from ${ends} as ends where units.id = ends.id`.execute(trx)
  await sql`
    update units set name = last.name, kind = last.kind, parent = last.parent, path = last.path,
      search_name = last.search_name
    from unit_changes as change cross join lateral (
      select distinct on (unit) * from unit_versions where unit = any(change.units) order by unit, valid_from desc
    ) as last
    where change.province_code = ${province} and change.id = ${id} and units.id = last.unit`.execute(trx)
  await sql`delete from units where id = any(${made})`.execute(trx)
  await sql`
    update unit_changes set withdrawn_by = ${write} where province_code = ${province} and id = ${id}`.execute(trx)
  await refreshReach(trx, province)
}
