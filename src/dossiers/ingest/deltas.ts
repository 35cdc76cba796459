import type { StoredDossier } from '../storage/columns.ts'
import { RollupDeltas } from '../rollups/deltas.ts'
import type { Replacement } from './compare/compare.ts'
import type { Version } from './validate.ts'

/** What a round has stored. */
export interface StoredRound {
  /** Of codes that were not there. */
  inserted: readonly Version[]
  /** Beside others of their codes. */
  beside: readonly Version[]
  replaced: readonly Replacement[]
  /** The record of those that stand beside others. */
  write: number
}

/** What follows in the rollups. @param rounds at least one */
export function deltasOf (rounds: readonly StoredRound[]): RollupDeltas {
  const deltas = new RollupDeltas()
  const [first, ...further] = rounds
  if (further.length > 0) {
    for (const { before, after } of netStepsOf(rounds)) {
      if (before === null) deltas.add(after)
      else deltas.replace(before, after)
    }
    return deltas
  }
  const { inserted, beside, replaced } = first!
  for (const { dossier } of inserted) deltas.add(dossier)
  for (const { dossier } of beside) deltas.add(dossier)
  for (const { before, dossier } of replaced) deltas.replace(before, dossier)
  return deltas
}

interface Step {
  /** null: it was not there. */
  before: StoredDossier | null
  after: StoredDossier
  record: number
}

/** From the first to the last version of each dossier: what it was in between counts nowhere. */
function netStepsOf (rounds: readonly StoredRound[]): Step[] {
  const steps = Map.groupBy(rounds.flatMap(stepsOf), ({ after, record }) => `${after.code} ${record}`)
  return [...steps.values()].map(each => ({ ...each.at(-1)!, before: each[0]!.before }))
}

function stepsOf ({ inserted, beside, replaced, write }: StoredRound): Step[] {
  return [
    ...inserted.map(({ dossier: after }) => ({ before: null, after, record: 0 })),
    ...beside.map(({ dossier: after }) => ({ before: null, after, record: write })),
    ...replaced.map(({ before, dossier: after }) => ({ before, after, record: after.record }))
  ]
}
