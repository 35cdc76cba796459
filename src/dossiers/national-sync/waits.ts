// What steps say of waits for supplements beside the dossier itself, which may list none, or not when they were over.
import { endOf, type Supplement } from '../rules/events.ts'
import { isOpen, isWaiting } from '../rules/status.ts'
import type { StoredDossier, StoredSupplement } from '../storage/columns.ts'
import type { SupplementItem } from '../schema.ts'
import type { Step } from './format/step.ts'

type Waiting = Omit<StoredDossier, 'supplements'>

/**
 * The supplements that a dossier lists, and those of steps that are later than all that it lists: a step that asks for
 * a supplement begins a wait, and the next one to another status ends it. Of a dossier in process, steps count that are
 * later than the dossier; of one that has ended, those before its end.
 * @param sent what the dossier lists
 * @param steps in their order
 */
export function withWaits (
  dossier: Waiting, sent: readonly Supplement[], steps: readonly Step[]
): readonly Supplement[] {
  const begun = isOpen(dossier.status) ? dossier.updated_at : dossier.received_at
  const listed = sent.map(({ requested_at: requested, completed_at: completed }) => completed ?? requested)
  const since = Math.max(begun, ...listed)
  const end = endOf({ ...dossier, supplements: sent }) ?? Infinity
  const waits = [...sent]
  for (const { at, status } of steps) {
    if (at <= since || at >= end) continue
    const last = waits.at(-1)
    const isAwaited = last !== undefined && last.completed_at === null
    if (isAwaited === isWaiting(status)) continue
    if (isAwaited) waits[waits.length - 1] = { ...last, completed_at: at, by_steps: last.by_steps ?? 'completion' }
    else waits.push({ requested_at: at, completed_at: null, old_due_at: null, new_due_at: null, by_steps: 'request' })
  }
  return waits
}

/**
 * What a dossier that is stored listed when it was sent. What other steps than these say stays, as if it were listed:
 * they are of another client, or forgotten.
 */
export function supplementsListed (stored: readonly StoredSupplement[], steps: readonly Step[]): SupplementItem[] {
  const isOfStep = (instant: string) => steps.some(({ at }) => at === Date.parse(instant))
  return stored.filter(({ by_steps, requested_at: at }) => by_steps !== 'request' || !isOfStep(at))
    .map(({ by_steps, completed_at: at, ...others }) => (
      { ...others, completed_at: by_steps === 'completion' && isOfStep(at!) ? null : at }))
}
