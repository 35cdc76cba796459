import { sql, type RawBuilder } from 'kysely'
import type { Db } from '../../database/connect.ts'
import { existsIn } from '../../catalogue/units/lifetime.ts'
import { countedDesks } from '../rollups/desks.ts'

/** A unit as one that handles dossiers. */
export interface ReportingUnit {
  unit: string
  name: string
  level: string
  level_name: string
  reports_dossiers: boolean
  valid_from: string
  valid_to: string | null
  /** When the first of its dossiers was received; null: it has none. */
  recorded_since: string | null
}

interface Days {
  starts_on: string
  ends_on: string
}

/** A unit and all below it: level by level from the top down, then by code. */
export async function reportingUnits (db: Db, unit: string): Promise<ReportingUnit[]> {
  const { rows } = await sql<ReportingUnit>`
    select units.id as unit, units.name, units.level, levels.name as level_name, reports_dossiers,
      units.valid_from, units.valid_to, since as recorded_since
    from units join levels on levels.code = units.level
      left join dossier_desks as desks on desks.province_code = units.province_code and desks.unit = units.id
    where ${unit} = any(path)
    order by position, units.level, units.id`.execute(db)
  return rows
}

/**
 * Units that send dossiers, as a table: `province_code`, `unit`, and `since`, the day on which the first was received.
 * @param source only its dossiers, for which no such table is stored
 */
export function recordingUnits (source: string | undefined): RawBuilder<unknown> {
  return source === undefined ? sql`dossier_desks` : sql`(${countedDesks(sql`source = ${source}`)})`
}

/** Whether a unit is asked to report dossiers in a period. */
export function isExpected (desk: ReportingUnit, period: Days): boolean {
  return desk.reports_dossiers && existsIn(desk, period)
}

/**
 * Whether records say how many dossiers a unit had in a period: some of its dossiers are there, so that none is zero.
 * Of a unit without any, nothing is known.
 */
export function isRecorded (desk: ReportingUnit, period: Days): boolean {
  return isExpected(desk, period) && desk.recorded_since !== null && desk.recorded_since <= period.ends_on
}
