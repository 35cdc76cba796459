// What steps say of waits for supplements beside the dossier itself, which may list none, or not when they were over.
import { endOf, type Supplement } from '../rules/events.ts'
import { isOpen, isWaiting } from '../rules/status.ts'
import type { StoredDossier } from '../storage/columns.ts'
import type { DossierItem, SupplementItem } from '../schema.ts'
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
    if (isAwaited) waits[waits.length - 1] = { ...last, completed_at: at }
    else waits.push({ requested_at: at, completed_at: null, old_due_at: null, new_due_at: null })
  }
  return waits
}

type Stored = Pick<DossierItem, 'status' | 'supplements' | 'received_at' | 'finished_at' | 'returned_at' | 'updated_at'>

/**
 * What a dossier that is stored listed when it was sent: the least from which the steps of that time lead to what is
 * stored.
 */
export function supplementsSent (
  { supplements = [], ...item }: Stored, steps: readonly Step[]
): SupplementItem[] {
  const instant = (text: string | null | undefined) => text == null ? null : Date.parse(text)
  const stored = supplements.map((each): Supplement => ({
    requested_at: instant(each.requested_at)!, completed_at: instant(each.completed_at),
    old_due_at: instant(each.old_due_at), new_due_at: instant(each.new_due_at)
  }))
  const dossier = {
    status: item.status, received_at: instant(item.received_at), finished_at: instant(item.finished_at),
    returned_at: instant(item.returned_at), updated_at: instant(item.updated_at)
  } as Waiting
  const leadsToStored = (sent: readonly Supplement[]) => (
    JSON.stringify(withWaits(dossier, sent, steps)) === JSON.stringify(stored))
  for (let n = 0; n < stored.length; n++) {
    if (leadsToStored(stored.slice(0, n))) return supplements.slice(0, n)
    // The last one that it lists may have been completed by a step.
    const [listed, open] = [supplements.slice(0, n), { ...stored[n]!, completed_at: null }]
    if (leadsToStored([...stored.slice(0, n), open])) return [...listed, { ...supplements[n]!, completed_at: null }]
  }
  return supplements
}
