import { sql } from 'kysely'
import { isVersionOn } from '../../catalogue/hierarchy/places-sql.ts'
import { periodByCode } from '../../catalogue/periods/queries.ts'
import type { Period } from '../../catalogue/periods/schema.ts'
import type { Db } from '../../database/connect.ts'

/** What the head and the foot of a document say of who reports, and for when. */
export interface Reporting {
  unit: string
  unit_name: string
  /** The unit that receives the report. null: it is outside of the catalogue. */
  receiving_unit_name: string | null
  /** Where the report is signed: the province for its departments, otherwise the unit. */
  place_name: string
  period: Period
}

/**
 * @param unit the id of one that exists
 * @throws DomainError `not_found` for the period
 */
export async function reportingOf (db: Db, unit: string, code: string): Promise<Reporting> {
  const period = await periodByCode(db, code)
  const { unit_name, receiving_unit_name, place_name } = await namesOn(db, unit, period.ends_on)
  return { unit, unit_name, receiving_unit_name, place_name, period }
}

export interface ReportingNames extends Pick<Reporting, 'unit_name' | 'receiving_unit_name' | 'place_name'> {
  receiving_unit: string | null
}

/** How a unit and those above it were called on a day: a report names who reported, whatever it is called since. */
export async function namesOn (db: Db, unit: string, day: string): Promise<ReportingNames> {
  const { rows: [names] } = await sql<ReportingNames>`
    with versions as (
      select versions.* from units join unit_versions as versions on versions.unit = units.id
      where units.id in (select unnest(path) from unit_versions where unit = ${unit}) and ${isVersionOn(sql`${day}::date`)})
    select own.name as unit_name, above.unit as receiving_unit, above.name as receiving_unit_name,
      case when own.level = 'province' then province.name else own.name end as place_name
    from versions as own
    join versions as province on province.unit = own.path[1]
    left join versions as above on above.unit = own.parent
    where own.unit = ${unit}`.execute(db)
  return names!
}
