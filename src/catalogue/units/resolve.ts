import { sql } from 'kysely'
import { reaches, type Reach } from '../../contract/caller.ts'
import type { Db } from '../../database/connect.ts'
import { invalid } from '../../contract/errors.ts'

export interface ResolvedUnit {
  /** What other tables name it by. */
  id: string
  code: string
  province_code: string
  level: string
  reports_dossiers: boolean
  valid_from: string
  valid_to: string | null
  /** Codes from the province down to the unit itself. */
  path: string[]
}

export interface NamedUnit {
  /** A code, an alias of `source`, or an alias of any source as `source:external code`. */
  name: string
  source: string | null
}

/** undefined: there is no such unit. */
export type UnitOf = (unit: NamedUnit) => ResolvedUnit | undefined

/** Looks up units by name and source. A code takes precedence over an alias. */
export async function resolveUnits (db: Db, named: NamedUnit[]): Promise<UnitOf> {
  const distinct = new Map(named.map(unit => [keyOf(unit), unit]))
  const { rows } = await sql<ResolvedUnit & NamedUnit>`
    select asked.name, asked.source, units.id, units.code, units.province_code, units.level, units.reports_dossiers,
      units.valid_from, units.valid_to, units.path
    from json_to_recordset(${JSON.stringify([...distinct.values()])}::json) as asked (name text, source text)
    left join units as same on same.id = asked.name
    left join unit_aliases as own on own.source = asked.source and own.external_code = asked.name
    left join unit_aliases as other on asked.name like '%:%' and other.source = split_part(asked.name, ':', 1)
      and other.external_code = substr(asked.name, strpos(asked.name, ':') + 1)
    join units on units.id = coalesce(same.id, own.unit, other.unit)`.execute(db)
  const byKey = new Map(rows.map(row => [keyOf(row), row]))
  return unit => byKey.get(keyOf(unit))
}

function keyOf ({ name, source }: NamedUnit): string {
  return `${source ?? ''} ${name}`
}

/**
 * The unit whose subtree a list covers: the one in its filter, otherwise the one that the caller reaches.
 * @returns null for all units
 * @throws DomainError `unknown_unit` at `/query/unit`, also for a unit out of reach
 */
export async function subtreeFor (
  db: Db, name: string | undefined, reach: Reach, source: string | null = null
): Promise<ResolvedUnit | null> {
  const root = name ?? reach
  if (root === null) return null
  const unit = await reachedUnit(db, { name: root, source }, reach)
  if (unit === undefined) throw invalid('/query/unit', 'unknown_unit', `there is no unit ${root}`)
  return unit
}

/** A unit, if it exists and the caller reaches it. */
export async function reachedUnit (db: Db, named: NamedUnit, reach: Reach): Promise<ResolvedUnit | undefined> {
  const unit = (await resolveUnits(db, [named]))(named)
  return unit !== undefined && reaches(reach, unit) ? unit : undefined
}
