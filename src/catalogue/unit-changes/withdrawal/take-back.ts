// Takes an event set back: what it made is gone, and what it changed is as it was.
import { sql } from 'kysely'
import type { Trx } from '../../../database/connect.ts'
import { rebuildBearers } from '../../hierarchy/bearers.ts'
import { refreshReach } from '../../units/lineage/reach.ts'

export interface StoredChange {
  id: number
  province_code: string
  effective_on: string
  document_number: string
  document_date: string
  document_issuer: string
  units: string[]
  ends: { id: string }[]
  withdrawn_by: number | null
}

/**
 * Call it when nothing depends on what the event set made.
 * @param write the id of the write in the audit log
 */
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
