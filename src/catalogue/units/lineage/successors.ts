// Which unit a dossier passes to when its own ends.
import { sql } from 'kysely'
import type { Db } from '../../../database/connect.ts'
import { parseDay, type DayNumber } from '../../../time/business-day.ts'

export interface Successor {
  unit: string
  level: string
  /** Its first day as the successor. */
  from: DayNumber
  /** The event set that says so. */
  change: number
}

/** What decides which successor of a split unit gets a dossier. */
interface Passing {
  code: string
  procedure: string
}

/** Who gets a dossier of a unit that ends; null: the unit goes on, nobody does, or nothing says which of several. */
export type SuccessorOf = (unit: string, dossier: Passing) => Successor | null

interface Step {
  predecessor: string
  successor: Successor
}

interface StepRow {
  predecessor: string
  successor: string
  level: string
  effective_on: string
  change: number
}

/** Looks up who comes after some units, directly or not. */
export async function successorsOfDossiers (db: Db, units: readonly string[]): Promise<SuccessorOf> {
  if (units.length === 0) return () => null
  const { rows } = await sql<StepRow>`
    with recursive after (unit) as (
      select unnest(${[...new Set(units)]}::text[])
      union select successor from after join unit_successions on predecessor = unit
    )
    select predecessor, successor, level, effective_on::text as effective_on, change
    from after join unit_successions on predecessor = after.unit join units on units.id = successor`.execute(db)
  const steps = Map.groupBy(rows.map(stepOf), ({ predecessor }) => predecessor)
  const split = [...steps].filter(([, { length }]) => length > 1).map(([unit]) => unit)
  const assigned = split.length === 0 ? new Map<string, string>() : await assignments(db, split)
  return (unit, { code, procedure }) => {
    const next = steps.get(unit)
    if (next === undefined) return null
    if (next.length === 1) return next[0]!.successor
    const named = assigned.get(`${unit} dossier ${code}`) ?? assigned.get(`${unit} procedure ${procedure}`)
    return next.find(({ successor }) => successor.unit === named)?.successor ?? null
  }
}

function stepOf ({ predecessor, successor: unit, level, effective_on: from, change }: StepRow): Step {
  return { predecessor, successor: { unit, level, from: parseDay(from), change } }
}

async function assignments (db: Db, units: readonly string[]): Promise<Map<string, string>> {
  const rows = await db.selectFrom('unit_assignments').select(['predecessor', 'successor', 'kind', 'code'])
    .where('predecessor', 'in', units).execute()
  return new Map(rows.map(({ predecessor, successor, kind, code }) => [`${predecessor} ${kind} ${code}`, successor]))
}
