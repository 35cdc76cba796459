import { sql } from 'kysely'
import { isVersionOn } from '../../../catalogue/hierarchy/places-sql.ts'
import type { Db } from '../../../database/connect.ts'
import { recordingUnits } from '../../../dossiers/counts/index.ts'

/** Where a unit stands at the end of a period, and whether its dossiers of it are known. */
export interface Place {
  unit: string
  level: string
  /** Ids from the province down to the unit itself. */
  path: string[]
  /** Whether it is asked to report dossiers. */
  is_expected: boolean
  /** Whether it sends records, though maybe none in the period. */
  is_recorded: boolean
  /** Whether its records begin within the period, after the first day. */
  begins: boolean
}

/** @param root only it and the units below it; null: all units */
export async function placesIn (db: Db, period: string, root: string | null): Promise<Place[]> {
  const { rows } = await sql<Place>`
    select units.id as unit, units.level, versions.path,
      reports_dossiers and units.valid_from <= ends_on and coalesce(units.valid_to, 'infinity') >= starts_on as is_expected,
      coalesce(since <= ends_on, false) as is_recorded, coalesce(since > starts_on and since <= ends_on, false) as begins
    from periods cross join units
      join unit_versions as versions on versions.unit = units.id and ${isVersionOn(sql`ends_on`)}
      left join ${recordingUnits(undefined)} as desks on desks.province_code = units.province_code and desks.unit = units.id
    where periods.code = ${period} and ${root === null ? sql`true` : sql`${root} = any(versions.path)`}`.execute(db)
  return rows
}
