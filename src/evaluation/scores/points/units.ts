import { sql } from 'kysely'
import { isVersionOn } from '../../../catalogue/hierarchy/places-sql.ts'
import type { UnitsOfDay } from '../../../catalogue/hierarchy/hierarchy.ts'
import type { Reach } from '../../../contract/caller.ts'
import type { Db } from '../../../database/connect.ts'
import { prepared } from '../../../database/sql/prepared.ts'
import type { Part } from './parts.ts'
import type { Span } from './spans.ts'

/** A unit as it stands at the end of a span. */
export interface UnitInSpan {
  /** Index of the span. */
  span: number
  unit: string
  province_code: string
  level: string
  /** The one that was asked for, where those below it are as well. */
  stands_above: boolean
}

/** Whom rows are about: a unit, or the units of a level, or a part of either. */
export interface Subject {
  unit: string | null
  level: string | null
  units: readonly UnitInSpan[]
  part: Part
}

/** What stands below a unit. */
export interface UnitBelow {
  unit: string
  /** From the province down to the unit itself. */
  path: string[]
}

interface Asked {
  /** null: every province. */
  unit: string | null
  children: boolean
  level: readonly string[] | undefined
  /** null: as reported. */
  unitsOf: UnitsOfDay | null
  reach: Reach
}

/** The units that exist in each span, or by hierarchy on its day: from the top down, then by level and id. */
export async function unitsIn (
  db: Db, spans: readonly Span[], { unit, children, level, unitsOf, reach }: Asked
): Promise<UnitInSpan[]> {
  const day = unitsOf?.day
  const days = JSON.stringify(spans.map(({ from, to }, span) => ({ span, from: day ?? from, to: day ?? to })))
  const isTop = unit === null ? sql`cardinality(versions.path) = 1` : sql`units.id = ${unit}`
  const isChild = unit === null ? sql`cardinality(versions.path) = 2` : sql`versions.parent = ${unit}`
  const { rows } = await prepared(sql<UnitInSpan>`
    select span, units.id as unit, units.province_code, versions.level, ${isTop} and ${children} as stands_above
    from json_to_recordset(${days}::json) as spans (span int, "from" date, "to" date)
      cross join units join unit_versions as versions on versions.unit = units.id and ${isVersionOn(sql`spans."to"`)}
      join levels on levels.code = versions.level
    where (${isTop} or (${children} and ${isChild}))
      and units.valid_from <= spans."to" and coalesce(units.valid_to, 'infinity') >= spans."from"
      and ${reach === null ? sql`true` : sql`${reach} = any(units.reached_by)`}
      and ${level === undefined ? sql`true` : sql`versions.level = any(${level})`}
    order by span, cardinality(versions.path), levels.position, units.id`).execute(db)
  return rows
}
