import { sql } from 'kysely'
import type { Trx } from '../../../database/connect.ts'
import type { Issue } from '../../../contract/errors.ts'
import { issueAt } from '../../../writes/row-issues.ts'
import type { Unit } from '../schema.ts'

/** A unit as it is posted, with the ids of itself and of its parent. */
export type PostedUnit = Unit

/** A unit as it is stored. */
export interface StoredUnit extends PostedUnit {
  province_code: string
  /** Ids from the province down to the unit itself. */
  path: string[]
  /** Whether event sets changed it or made it a successor, or one that stands or stood below it. */
  has_history: boolean
  history_below: boolean
}

type Node = Pick<Unit, 'id' | 'level' | 'parent' | 'valid_from' | 'valid_to'>

/** More than any administration has; it bounds what a path costs. */
export const MAX_DEPTH = 16

/** The units that a batch is about as they would be, among those that they stand under and those below them. */
export class UnitTree {
  readonly stored: ReadonlyMap<string, StoredUnit>
  readonly #posted: ReadonlyMap<string, Node>
  readonly #positions: ReadonlyMap<string, number>

  constructor (stored: readonly StoredUnit[], posted: readonly Node[], positions: ReadonlyMap<string, number>) {
    this.stored = new Map(stored.map(unit => [unit.id, unit]))
    this.#posted = new Map(posted.map(unit => [unit.id, unit]))
    this.#positions = positions
  }

  /** With these units of the batch alone: the others are rejected. */
  settledWith (units: readonly StoredUnit[]): UnitTree {
    return new UnitTree([...this.stored.values()], units, this.#positions)
  }

  /** The ids from the province down to a unit; an issue where they end nowhere. */
  pathOf (id: string): string[] | Issue {
    const path = [id]
    for (let node = this.#nodeOf(id)!; node.parent !== null;) {
      const above = this.#nodeOf(node.parent)
      if (above === undefined) return issueAt('parent', 'unknown_unit', `there is no unit ${node.parent}`)
      if (path.includes(above.id)) {
        return issueAt('parent', 'parent_cycle', `${[...path, above.id].join(' is below ')}, which is a cycle`)
      }
      path.push(above.id)
      if (path.length > MAX_DEPTH) {
        return issueAt('parent', 'out_of_range', `a unit stands below at most ${MAX_DEPTH - 1} others`)
      }
      node = above
    }
    return path.reverse()
  }

  /** The paths of stored units that are not in the batch and that move with what is above them. */
  movedPaths (written: ReadonlySet<string>): { id: string, path: string[] }[] {
    return [...this.stored.values()].filter(({ path }) => path.some(id => written.has(id))).flatMap(unit => {
      const path = this.pathOf(unit.id) as string[]
      return path.join() === unit.path.join() ? [] : [{ id: unit.id, path }]
    })
  }

  hasLevel (level: string): boolean {
    return this.#positions.has(level)
  }

  /** What keeps a unit from standing below its parent. */
  misfitOf (unit: Node): Issue | null {
    const parent = unit.parent === null ? undefined : this.#nodeOf(unit.parent)
    return parent === undefined ? null : this.#misfit(unit, parent)
  }

  /** Stored units directly below one that could not stay there. `isPosted`: those that come with the batch. */
  orphansOf (unit: Node, children: readonly StoredUnit[], isPosted: (id: string) => boolean): string[] {
    return children.filter(child => !isPosted(child.id) && this.#misfit(child, unit) !== null).map(({ id }) => id)
  }

  #misfit (unit: Node, parent: Node): Issue | null {
    const place = (level: string) => this.#positions.get(level) ?? NaN
    if (place(parent.level) > place(unit.level)) {
      return issueAt('level', 'not_allowed', `level ${unit.level} is above that of the parent ${parent.id}, ${parent.level}`)
    }
    if (overlaps(unit, parent)) return null
    const days = `${parent.valid_from} to ${parent.valid_to ?? 'today'}`
    return issueAt('valid_from', 'parent_not_valid', `the parent ${parent.id} exists from ${days}, on no day of the unit`)
  }

  #nodeOf (id: string): Node | undefined {
    return this.#posted.get(id) ?? this.stored.get(id)
  }
}

function overlaps (a: Node, b: Node): boolean {
  return (b.valid_to === null || a.valid_from <= b.valid_to) && (a.valid_to === null || b.valid_from <= a.valid_to)
}

/** Reads the stored units of a batch, those above them and their parents, and all below them. */
export async function readTree (trx: Trx, posted: readonly PostedUnit[]): Promise<UnitTree> {
  const ids = posted.map(({ id }) => id)
  const named = [...ids, ...posted.flatMap(({ parent }) => parent ?? [])]
  const { rows } = await sql<StoredUnit>`
    with named as (select distinct unnest(path) as id from units where id = any(${named})),
    changed as (
      select unnest(units) as id from unit_changes where withdrawn_by is null
      union select predecessor from unit_successions
      union select successor from unit_successions),
    above as (select distinct unnest(path) as id from unit_versions join changed on changed.id = unit),
    -- Not path && ids, which compares each unit of a path with each of the batch.
    placed as (select id, unnest(path) as below from units)
    select id, code, name, kind, level, parent, reports_dossiers, valid_from, valid_to, province_code, path,
      id in (select id from changed) as has_history, id in (select id from above) as history_below,
      array(select distinct source || ':' || external_code from unit_aliases where unit = units.id order by 1) as aliases
    from units where id in (select id from named)
      or id in (select id from placed where below in (select unnest(${ids}::text[])))`.execute(trx)
  const levels = await trx.selectFrom('levels').select(['code', 'position']).execute()
  return new UnitTree(rows, posted, new Map(levels.map(({ code, position }) => [code, position])))
}
