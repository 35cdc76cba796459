import type { SuccessorOf } from '../../../catalogue/units/lineage/successors.ts'
import { dayOf } from '../../../time/business-day.ts'
import { asSent, passedOn } from '../../rules/passing.ts'
import { historyAfter } from '../../rules/timeline.ts'
import { DELETED } from '../../rules/status.ts'
import type { StoredDossier } from '../../storage/columns.ts'
import type { Version } from '../validate.ts'

/**
 * The newest of some versions of a dossier, with the states that the dossier was in before, as if each version had been
 * stored one after the other.
 * @param versions the oldest first; at least one
 * @param stored what they take the place of
 */
export function withHistory (
  versions: readonly Version[], successorOf: SuccessorOf, stored?: StoredDossier
): StoredDossier {
  const before = stored === undefined ? undefined : asSent(stored)
  const newest = versions.reduce((before: StoredDossier | undefined, { dossier, corrects }) => {
    const sent = asSent(dossier)
    if (before === undefined) return sent
    const field = fieldOf(sent, before)
    const after = field === sent.field ? sent : { ...sent, field }
    const history = corrects ? after.history : historyAfter(before, after)
    return history === after.history ? after : { ...after, history }
  }, before)!
  return passedOn(newest, successorOf)
}

/** A dossier is in the field that its procedure had when it was received, also while a job moves it to another. */
function fieldOf ({ procedure, status, field, received_at: at }: StoredDossier, before: StoredDossier): string {
  const isAsBefore = procedure === before.procedure && dayOf(at) === dayOf(before.received_at)
  return isAsBefore && status !== DELETED ? before.field : field
}
