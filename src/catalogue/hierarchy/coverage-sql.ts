import { sql, type RawBuilder } from 'kysely'
import type { UnitsOfDay } from './hierarchy.ts'
import { isVersionOn, sharesOf } from './places-sql.ts'

/** Whose coverage is asked for. */
export interface CoverageAsked {
  keys: readonly string[]
  unit: string | null
  level: readonly string[] | undefined
  /** The units to which figures are carried; null: as reported. */
  unitsOf: UnitsOfDay | null
}

interface Coverage {
  /** What follows `units` in a list of tables. */
  join: RawBuilder<unknown>
  where: RawBuilder<unknown>
  /** The keys of a group, of that name. */
  level: RawBuilder<unknown>
  unit: RawBuilder<unknown>
}

/**
 * Which of the table `units` count for a question, and in which group: those that report, not those that bear their
 * figures.
 * @param end the last day of the span of a row
 */
export function coverageOf ({ keys, unit, level, unitsOf }: CoverageAsked, end: RawBuilder<unknown>): Coverage {
  if (unitsOf !== null) {
    const borne = sharesOf({ unitsOf, unit, level, keys })
    return {
      join: sql`join (${borne}) as borne on borne.unit = units.id`, where: sql`true`, level: sql`borne.level`, unit: sql`bearer`
    }
  }
  const stands = sql`join unit_versions as versions
    on versions.unit = units.id and ${unit} = any(versions.path) and ${isVersionOn(end)}`
  return {
    join: unit === null ? sql`` : stands,
    where: level === undefined ? sql`true` : sql`units.level = any(${level})`,
    level: sql`units.level`,
    unit: sql`units.id`
  }
}

/**
 * The same for a question that groups by level, of all units: each has its own level, but for the few in `borne`, which
 * the statement must have from `sharesBetweenLevels`. Those count at each level that bears a part of their figures.
 */
export function coverageBetweenLevels (level: readonly string[] | undefined): Coverage {
  const counted = sql`coalesce(borne.level, units.level)`
  // What a unit in `borne` has handed over stands there as less than nothing. At -1 nothing is left at its own level.
  const isLeft = sql`share is distinct from -1`
  return {
    join: sql`left join borne on borne.unit = units.id`,
    where: level === undefined ? isLeft : sql`${isLeft} and ${counted} = any(${level})`,
    level: counted,
    unit: sql`units.id`
  }
}
