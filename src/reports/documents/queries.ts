import { sql } from 'kysely'
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
export async function reportingOf (db: Db, unit: string, period: string): Promise<Reporting> {
  const { rows: [names] } = await sql<Omit<Reporting, 'unit' | 'period'>>`
    select units.name as unit_name, above.name as receiving_unit_name,
      case when units.level = 'province' then province.name else units.name end as place_name
    from units
    join units as province on province.id = units.path[1]
    left join units as above on above.id = units.parent
    where units.id = ${unit}`.execute(db)
  return { unit, ...names!, period: await periodByCode(db, period) }
}
