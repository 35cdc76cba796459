import { sql } from 'kysely'
import { reaches, type Reach } from '../../contract/caller.ts'
import type { Db } from '../../database/connect.ts'
import { prepared } from '../../database/sql/prepared.ts'
import { invalid } from '../../contract/errors.ts'
import { today } from '../../time/business-day.ts'
import { exactly, spellingOf, type Lookup } from './naming/spellings.ts'

export { exactly }

export interface ResolvedUnit {
  /** What other tables name it by. */
  id: string
  code: string
  province_code: string
  level: string
  reports_dossiers: boolean
  valid_from: string
  valid_to: string | null
  /** Ids from the province down to the unit itself, as it stands last. */
  path: string[]
  /** Ids of the units whose keys reach it. */
  reached_by: string[]
}

export interface NamedUnit {
  /** A code, an alias of `source`, or one of any source as `source:external code`; each may end in `@YYYY-MM-DD`. */
  name: string
  source: string | null
}

/**
 * The unit that a name means on a day, `YYYY-MM-DD`: the day of what is said of the unit. If none has the name on that
 * day, it is the last one before that had it, otherwise the first one after. undefined: there is no such unit.
 */
export type UnitOf = (unit: NamedUnit, day: string) => ResolvedUnit | undefined

/** A unit that has a name in some days. */
interface Bearer extends ResolvedUnit {
  n: number
  kind: Lookup['kind']
  from: string
  to: string | null
}

/** Of the table `units`, for a `ResolvedUnit`. */
export const UNIT_COLUMNS = sql`units.id, units.code, units.province_code, units.level, units.reports_dossiers, units.valid_from, units.valid_to,
  units.path, units.reached_by`

/** Looks up units by name and source. A code takes precedence over an alias, and a date in the name over the day. */
export async function resolveUnits (db: Db, named: readonly NamedUnit[]): Promise<UnitOf> {
  const distinct = [...new Map(named.map(unit => [keyOf(unit), unit])).entries()]
  const spellings = distinct.map(([, { name, source }]) => spellingOf(name, source))
  const lookups = spellings.flatMap(({ lookups }, n) => lookups.map(lookup => ({ n, ...lookup })))
  const { rows } = await prepared(sql<Bearer>`
    with asked as (
      select * from json_to_recordset(${JSON.stringify(lookups)}::json) as asked (n int, kind text, source text, code text))
    select n, asked.kind, ${UNIT_COLUMNS}, units.valid_from as from, units.valid_to as to
    from asked join units on units.id = asked.code where asked.kind = 'id'
    union all
    select n, asked.kind, ${UNIT_COLUMNS}, units.valid_from, units.valid_to
    from asked join units on units.code = asked.code where asked.kind = 'code'
    union all
    select n, asked.kind, ${UNIT_COLUMNS}, greatest(alias.valid_from, units.valid_from), least(alias.valid_to, units.valid_to)
    from asked join unit_aliases as alias on alias.external_code = asked.code
        and (alias.source = asked.source or asked.kind = 'national')
      join units on units.id = alias.unit
    where asked.kind not in ('id', 'code')
    order by "from", id`).execute(db)
  const bearers = Map.groupBy(rows, ({ n }) => n)
  const found = new Map(distinct.map(([key], n) => [key, bearersBy(spellings[n]!.lookups, bearers.get(n) ?? [])]))
  const days = new Map(distinct.map(([key], n) => [key, spellings[n]!.day]))
  return (unit, day) => {
    const key = keyOf(unit)
    return bearerOn(found.get(key) ?? [], days.get(key) ?? null, day)
  }
}

/** Those by the first way to read the name that has any. */
function bearersBy (lookups: readonly Lookup[], all: readonly Bearer[]): Bearer[] {
  const kind = lookups.find(lookup => all.some(bearer => bearer.kind === lookup.kind))?.kind
  return all.filter(bearer => bearer.kind === kind)
}

/** @param bearers in the order of their first days */
function bearerOn (bearers: readonly Bearer[], stated: string | null, day: string): ResolvedUnit | undefined {
  if (bearers[0]?.kind === 'id') return bearers[0]
  const begun = bearers.filter(({ from }) => from <= (stated ?? day))
  const last = begun.at(-1)
  const hasIt = last !== undefined && (last.to === null || last.to >= (stated ?? day))
  const chosen = stated === null || hasIt ? last ?? bearers[0] : undefined
  // Systems that give one national code to two units contradict each other.
  const isAmbiguous = chosen?.kind === 'national' && begun.some(({ id, to }) => id !== chosen.id && (to === null || to >= chosen.from))
  return isAmbiguous ? undefined : chosen
}

function keyOf ({ name, source }: NamedUnit): string {
  return `${source ?? ''} ${name}`
}

/** What a list covers: units at or below one, or all that the keys of one reach. */
export interface Subtree extends ResolvedUnit {
  by: 'path' | 'reached_by'
}

export interface NameOptions {
  /** Whose own aliases count. */
  source?: string | null | undefined
  /** Left out: today. */
  day?: string | undefined
}

/**
 * What a list covers: the unit in its filter and all below it, otherwise all that the caller reaches.
 * @returns null for all units
 * @throws DomainError `unknown_unit` at `/query/unit`, also for a unit out of reach
 */
export async function subtreeFor (
  db: Db, name: string | undefined, reach: Reach, options: NameOptions = {}
): Promise<Subtree | null> {
  if (name === undefined && reach === null) return null
  const unit = await reachedUnit(db, name ?? exactly(reach!), reach, options)
  if (unit === undefined) throw invalid('/query/unit', 'unknown_unit', `there is no unit ${name}`)
  return { ...unit, by: name === undefined ? 'reached_by' : 'path' }
}

/** A unit, if it exists and the caller reaches it. */
export async function reachedUnit (
  db: Db, name: string, reach: Reach, { source = null, day = today() }: NameOptions = {}
): Promise<ResolvedUnit | undefined> {
  const named = { name, source }
  const unit = (await resolveUnits(db, [named]))(named, day)
  return unit !== undefined && reaches(reach, unit) ? unit : undefined
}
