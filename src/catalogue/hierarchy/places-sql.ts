// Where units stand on a day, and who bears their figures then. What a key reaches is another question, which matters
// only where figures are carried: a unit stands for what was below it, but may bear what its key does not reach.
import { sql, type RawBuilder } from 'kysely'
import type { Db } from '../../database/connect.ts'
import type { UnitsOfDay } from './hierarchy.ts'

/**
 * The version of a unit on a day, as a condition on `versions` and `units`: before its first day the first one, after
 * its last day the last one. So a unit always stands somewhere, and a later event does not move it on an earlier day.
 */
export function isVersionOn (day: RawBuilder<unknown>): RawBuilder<boolean> {
  return sql<boolean>`
    least(greatest(${day}, units.valid_from), coalesce(units.valid_to, 'infinity'))
      between versions.valid_from and coalesce(versions.valid_to, 'infinity')`
}

/** The units that stand at or below one on a day, as a query for the column `unit`. */
export function standingBelow (unit: string, day: RawBuilder<unknown>): RawBuilder<{ unit: string }> {
  return sql`
    select versions.unit from unit_versions as versions join units on units.id = versions.unit
    where ${unit} = any(versions.path) and ${isVersionOn(day)}`
}

/**
 * Whether a row of facts is of one of them. As an array they are known before rows are read: a planner that takes them
 * for few would read a whole index for each.
 */
export function isStandingBelow (unit: string, day: RawBuilder<unknown>): RawBuilder<boolean> {
  return sql`unit = any(array(${standingBelow(unit, day)}))`
}

/** Those that stand there at the end of each of some periods, as a query for the columns `period` and `unit`. */
export function standingBelowIn (
  unit: string, periods: readonly string[]
): RawBuilder<{ period: string, unit: string }> {
  return sql`
    select periods.code as period, versions.unit
    from unit_versions as versions join units on units.id = versions.unit
      join periods on periods.code = any(${periods}) and ${isVersionOn(sql`periods.ends_on`)}
    where ${unit} = any(versions.path)`
}

/** Of a row of `versions` and `units`: the days from which and to which that version holds; null: it always does. */
export const STANDS = sql`
  case when versions.valid_from > units.valid_from then versions.valid_from end as stands_from,
  case when versions.valid_to < coalesce(units.valid_to, 'infinity') then versions.valid_to end as stands_to`

/** The units that stand or stood there, each with the days from `stands_from` to `stands_to`. */
export function standingsBelow (unit: string): RawBuilder<unknown> {
  return sql`
    select versions.unit, versions.unit as bearer, ${STANDS}
    from unit_versions as versions join units on units.id = versions.unit
    where ${unit} = any(versions.path)`
}

/** The days since which other units stand below a unit than before, not counting those that begin or end. */
export async function movesAround (db: Db, unit: string): Promise<string[]> {
  const { rows } = await sql<{ day: string }>`
    select distinct valid_from as day from (
      select valid_from, ${unit} = any(path) as is_below,
        lag(${unit} = any(path)) over (partition by unit order by valid_from) as was_below
      from unit_versions
    ) as versions where is_below <> was_below order by day`.execute(db)
  return rows.map(({ day }) => day)
}

/** Whose figures are asked for, by the units of a day. */
export interface BearersAsked {
  unitsOf: UnitsOfDay
  /** It and all that stand below it on that day. null: all. */
  unit: string | null
  level: readonly string[] | undefined
  /** What a group is about. */
  keys: readonly string[]
}

/**
 * Which part of the figures of each unit within reach belongs to which group: `unit`, `share`, whether the unit `stays`
 * itself, and for the keys of that name `bearer` and `level`, those of the bearer. A unit whose shares come together in
 * one group has one row with their sum.
 */
export function sharesOf ({ unitsOf: { day, reach }, unit, level, keys }: BearersAsked): RawBuilder<unknown> {
  const grouping = [sql`borne.unit`, ...keysOf(keys)]
  return sql`
    select ${sql.join(grouping)}, sum(share) as share, bool_and(bearer = borne.unit) as stays
    from (
      select units.id as unit, coalesce(bearer, units.id) as bearer, coalesce(share, 1) as share
      from units left join unit_bearers on unit_bearers.unit = units.id and ${day}::date between starts_on and ends_on${reach === null ? sql`` : sql`
      where ${reach} = any(units.reached_by)`}
    ) as borne join units as bearers on bearers.id = bearer
    where ${unit === null ? sql`true` : sql`bearer in (${standingBelow(unit, sql`${day}::date`)})`}
      and ${level === undefined ? sql`true` : sql`bearers.level = any(${level})`}
    group by ${sql.join(grouping)}`
}

/**
 * Rows with a column `unit`, as `counted`, each as often as its unit has a row in `borne`, which a statement must have
 * from `sharesOf`. A map and not a join: a planner that takes both for small would compare every row with every unit.
 */
export function carried (rows: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`(${rows}) as counted cross join lateral jsonb_to_recordset((
      select jsonb_object_agg(unit, parts) from (select unit, jsonb_agg(borne) as parts from borne group by unit) as by_unit
    ) -> counted.unit) as borne (bearer text, level text, share numeric, stays boolean)`
}

/**
 * Whether the unit of a row is in `borne`; if that is empty no row is read. As an expression it is looked up by its
 * hash.
 */
export const IS_BORNE = sql<boolean>`exists (select from borne) and (unit in (select unit from borne)) is true`

function keysOf (keys: readonly string[]): RawBuilder<unknown>[] {
  return [
    ...keys.includes('unit') ? [sql`bearer`] : [], ...keys.includes('level') ? [sql`bearers.level`] : []
  ]
}

/**
 * What lineage changes in the sums of levels: the units whose successors are of another level, with the share that a
 * level gains of their figures, and with what their own level loses. There are none where levels are succeeded by the
 * same. Columns as those of `sharesOf`, for the key `level`. It corrects sums of all units, so it knows no reach.
 */
export function sharesBetweenLevels ({ day, level }: { day: string } & Pick<BearersAsked, 'level'>): RawBuilder<unknown> {
  return sql`
    select unit, level, sum(share) as share from (
      select unit, ends.level, ends.share
      from unit_bearers join units on units.id = unit join units as bearers on bearers.id = bearer
        cross join lateral (values (bearers.level, unit_bearers.share), (units.level, -unit_bearers.share)) as ends (level, share)
      where ${day}::date between starts_on and ends_on and bearers.level <> units.level
    ) as moved
    where ${level === undefined ? sql`true` : sql`level = any(${level})`}
    group by unit, level`
}
