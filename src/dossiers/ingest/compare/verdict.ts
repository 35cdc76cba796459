import { DELETED } from '../../rules/status.ts'
import type { DossierRecord } from '../../storage/columns.ts'
import type { Precedences } from '../lookups/lookups.ts'
import type { Version } from '../validate.ts'
import type { LockedPair, Pair } from './pairs.ts'

/** A pair, with the dossier that is stored. */
export interface Candidate {
  pair: LockedPair
  before: DossierRecord
}

/** Of several dossiers of a code that a sender reaches, the one of the unit, then of the source, then the first. */
export function closestOf (
  candidates: readonly Candidate[], { dossier }: Version, source: string
): Candidate | undefined {
  // Nearly always.
  if (candidates.length === 1) return candidates[0]
  const distance = ({ pair }: Candidate) => Number(pair.unit !== dossier.unit) * 2 + Number(pair.source !== source)
  return candidates.toSorted((a, b) => distance(a) - distance(b) || a.pair.record - b.pair.record)[0]
}

/** What a version is beside what is stored. */
export function verdictOf (
  stored: Pair, { dossier, restores, corrects }: Version, source: string, precedenceOf: Precedences
): 'same' | 'stale' | 'other_source' | 'newer' {
  const isDeletion = dossier.status === DELETED
  const isDeleted = stored.status === DELETED
  if (stored.source !== source) {
    // What its source deleted belongs to none. Another deletes nothing of it.
    if (isDeleted) return isDeletion ? 'same' : 'newer'
    const isHigher = precedenceOf.get(source)! > precedenceOf.get(stored.source)!
    return isHigher && !isDeletion ? 'newer' : 'other_source'
  }
  // Of a deletion, `received_at` is the `updated_at` of what it deleted.
  if (isDeleted && restores) return dossier.updated_at < stored.received_at ? 'stale' : 'newer'
  const age = dossier.updated_at - stored.updated_at
  if (isDeleted && age === 0) return isDeletion ? 'same' : 'stale'
  if (age < 0) return 'stale'
  // What always was as it is now has no former states.
  return stored.same && !(corrects && stored.has_history) ? 'same' : 'newer'
}
