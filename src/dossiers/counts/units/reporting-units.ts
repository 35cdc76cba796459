import { sql, type RawBuilder } from 'kysely'
import type { UnitsOfDay } from '../../../catalogue/hierarchy/hierarchy.ts'
import type { Db } from '../../../database/connect.ts'
import { sharesOf, standingsBelow } from '../../../catalogue/hierarchy/places-sql.ts'
import { existsIn } from '../../../catalogue/units/lifetime.ts'
import { countedDesks } from '../../coverage/desks.ts'

/** A unit as one that handles dossiers, and where it counts. */
export interface ReportingUnit {
  unit: string
  /**
   * The unit that its dossiers count for, and what a row of that one says: by hierarchy the unit itself, or a
   * successor.
   */
  bearer: string
  name: string
  level: string
  level_name: string
  reports_dossiers: boolean
  valid_from: string
  valid_to: string | null
  /** The days on which it stands below the unit asked for; null: there is no such end. */
  stands_from: string | null
  stands_to: string | null
  /** When the first of its dossiers was received; null: it has none. */
  recorded_since: string | null
}

interface Days {
  starts_on: string
  ends_on: string
}

/**
 * The units that count for a unit and all below it: level by level from the top down, then by id. A unit that came and
 * went is there once for each time.
 * @param unitsOf to which they are carried; null: as reported
 */
export async function reportingUnits (
  db: Db, unit: string, unitsOf: UnitsOfDay | null
): Promise<ReportingUnit[]> {
  const { rows } = await sql<ReportingUnit>`
    select found.unit, bearer, bearers.name, bearers.level, levels.name as level_name, units.reports_dossiers,
      units.valid_from, units.valid_to, stands_from, stands_to, since as recorded_since
    from (${unitsOf === null ? standingsBelow(unit) : borneBelow(unit, unitsOf)}) as found
      join units on units.id = found.unit join units as bearers on bearers.id = bearer
      join levels on levels.code = bearers.level
      left join dossier_desks as desks on desks.province_code = units.province_code and desks.unit = units.id
    order by position, bearers.level, bearer, found.unit, stands_from`.execute(db)
  return rows
}

function borneBelow (unit: string, unitsOf: UnitsOfDay): RawBuilder<unknown> {
  return sql`
    select unit, bearer, null::date as stands_from, null::date as stands_to
    from (${sharesOf({ unitsOf, unit, level: undefined, keys: ['unit'] })}) as borne`
}

/**
 * Units that send dossiers, as a table: `province_code`, `unit`, and `since`, the day on which the first was received.
 * @param source only its dossiers, for which no such table is stored
 */
export function recordingUnits (source: string | undefined): RawBuilder<unknown> {
  return source === undefined ? sql`dossier_desks` : sql`(${countedDesks(sql`source = ${source}`)})`
}

type Standing = Pick<ReportingUnit, 'stands_from' | 'stands_to'>
type Expected = Standing & Pick<ReportingUnit, 'reports_dossiers' | 'valid_from' | 'valid_to'>

/** Whether a unit counts in a period for the unit asked for: where it stands at the end of it. */
export function standsIn ({ stands_from: from, stands_to: to }: Standing, { ends_on: end }: Days): boolean {
  return (from === null || from <= end) && (to === null || to >= end)
}

/** How many units there are: one that was split has a row for each of its successors. */
export function countUnits (desks: readonly ReportingUnit[]): number {
  return new Set(desks.map(({ unit }) => unit)).size
}

/** Whether a unit is asked to report dossiers in a period. */
export function isExpected (desk: Expected, period: Days): boolean {
  return desk.reports_dossiers && existsIn(desk, period) && standsIn(desk, period)
}

/**
 * Whether records say how many dossiers a unit had in a period: some of its dossiers are there, so that none is zero.
 * Of a unit without any, nothing is known.
 */
export function isRecorded (
  desk: Expected & Pick<ReportingUnit, 'recorded_since'>, period: Days
): boolean {
  return isExpected(desk, period) && desk.recorded_since !== null && desk.recorded_since <= period.ends_on
}
