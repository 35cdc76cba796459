// Which unit holds a dossier after its own has ended.
import { sql } from 'kysely'
import type { Db } from '../../../database/connect.ts'

interface Step {
  predecessor: string
  successor: string
  effective_on: string
}

interface Assignment {
  predecessor: string
  successor: string
  kind: 'procedure' | 'dossier'
  code: string
}

/** What decides which successor of a split unit gets a dossier. */
interface Held {
  procedure: string
  code: string
}

/** The unit that holds a dossier of a unit on a day; null: nothing says which of several. */
export type SuccessorOn = (unit: string, day: string, dossier: Held) => string | null

/** Looks up the successions of a province. */
export async function successorsOnDays (db: Db, province: string): Promise<SuccessorOn> {
  const { rows: steps } = await sql<Step>`
    select predecessor, successor, effective_on from unit_successions join units on units.id = predecessor
    where province_code = ${province}`.execute(db)
  const { rows: assignments } = await sql<Assignment>`
    select predecessor, successor, unit_assignments.kind, unit_assignments.code
    from unit_assignments join units on units.id = predecessor where province_code = ${province}`.execute(db)
  const after = Map.groupBy(steps, ({ predecessor }) => predecessor)
  const assigned = new Map(assignments.map(({ predecessor, kind, code, successor }) => (
    [`${predecessor} ${kind} ${code}`, successor])))
  const successorOn: SuccessorOn = (unit, day, dossier) => {
    const next = (after.get(unit) ?? []).filter(({ effective_on: since }) => since <= day)
    if (next.length === 0) return unit
    const given = assigned.get(`${unit} dossier ${dossier.code}`) ?? assigned.get(`${unit} procedure ${dossier.procedure}`)
    const successor = given ?? (next.length === 1 ? next[0]!.successor : null)
    return successor === null ? null : successorOn(successor, day, dossier)
  }
  return successorOn
}
