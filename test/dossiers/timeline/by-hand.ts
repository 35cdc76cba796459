import { dayOf, parseDay, type DayNumber } from '../../../src/time/business-day.ts'
import type { DossierCounts } from '../../../src/dossiers/counts/count.ts'
import type { Countable } from '../../../src/dossiers/rules/events.ts'
import { daysByHand, type Days, type Figures, type Span } from '../by-hand.ts'

/** A version of a dossier as it is sent. */
export interface Sent extends Countable {
  unit: string
  /** Stands for the place of a dossier apart from its unit: the field of its procedure. */
  field: string
  deleted?: boolean
  correction?: boolean
}

/** A version with the days for which it is what the dossier was: from this one until that of the next. */
export interface Stay<S> {
  version: S
  from: DayNumber
  /** It came as one that had ended, and does not say when. */
  stayedEnded: boolean
}

/** What became of a dossier, by versions in the order of their times. */
export function staysByHand<S extends Sent> (versions: readonly S[]): Stay<S>[] {
  let stays: Stay<S>[] = []
  for (const version of versions) {
    const last = stays.at(-1)
    if (version.deleted === true || [0, 1, 3].includes(version.status)) stays = []
    else if (last === undefined || version.correction === true) {
      stays = [{ version, from: -Infinity, stayedEnded: false }]
    } else if (isAnotherStay(stays, version)) {
      const from = dayOf(version.updated_at)
      const ended = endDayByHand(stays, stays.length - 1)
      const stayedEnded = ended !== null && ended < from && !isTakenUp(last.version, ended, version)
      stays.push({ version, from, stayedEnded })
    } else last.version = version
  }
  return stays
}

function isAnotherStay<S extends Sent> (stays: Stay<S>[], version: S): boolean {
  const { version: before, from } = stays.at(-1)!
  const day = dayOf(version.updated_at)
  if (version.updated_at === before.updated_at || day <= from || day <= dayOf(before.received_at)) return false
  if (before.unit !== version.unit || before.field !== version.field) return true
  const ended = endDayByHand(stays, stays.length - 1)
  return ended !== null && isTakenUp(before, ended, version)
}

/** Whether what had ended on a day was taken up again when a version came. */
function isTakenUp (
  before: Sent, ended: DayNumber, { status, finished_at: finished, updated_at: updated }: Sent
): boolean {
  if (ended >= dayOf(updated) || (before.status === 9 && status === 10)) return false
  return status < 7 || (finished !== null && dayOf(finished) >= dayOf(updated))
}

/** The day on which a dossier ended, as one of its stays counts it. */
function endDayByHand (stays: readonly Stay<Sent>[], i: number): DayNumber | null {
  const { version, from, stayedEnded } = stays[i]!
  const { status, finished_at: finished, returned_at: returned, updated_at: updated, received_at: received } = version
  if (status < 7) return null
  const end = dayOf(finished ?? returned ?? updated)
  if (i === 0) return end
  if (wasPending(stays, i)) return end < from ? from : end
  const isSaid = finished !== null || returned !== null
  return stayedEnded && !isSaid && dayOf(received) < from ? Math.min(end, from - 1) : end
}

/** Whether a dossier was pending in the stay before, when a stay began. */
function wasPending (stays: readonly Stay<Sent>[], i: number): boolean {
  const { from } = stays[i]!
  const ended = endDayByHand(stays, i - 1)
  return dayOf(receivedByHand(stays, i - 1)) < from && (ended === null || ended >= from)
}

/** When it was received: what comes from elsewhere is not received once more. */
function receivedByHand (stays: readonly Stay<Sent>[], i: number): number {
  const { version: { received_at: received }, from } = stays[i]!
  return i > 0 && dayOf(received) >= from && wasPending(stays, i) ? receivedByHand(stays, i - 1) : received
}

/** What each stay of a dossier counts for, with what passes from one to the next. */
export function daysOfStays<S extends Sent> (stays: readonly Stay<S>[], span: Span): { version: S, days: Days }[] {
  return stays.map(({ version, from }, i) => {
    const until = stays[i + 1]?.from ?? Infinity
    const counted = { ...version, received_at: receivedByHand(stays, i) }
    const all = daysByHand(counted, span, endDayByHand(stays, i) ?? undefined)
    const days: Days = new Map([...all].filter(([day]) => day >= from && day < until))
    const add = (day: DayNumber, sign: 1 | -1) => {
      const before = [...all].filter(([each]) => each < day).map(([, figures]) => figures)
      const figures = days.get(day) ?? {}
      const moved = before.reduce((sum, each) => sum + pendingOf(each), 0)
      const overdue = before.reduce((sum, each) => sum + overdueOf(each), 0)
      days.set(day, {
        ...figures,
        ...moved === 0 ? {} : { moved: (figures.moved ?? 0) + sign * moved },
        ...overdue === 0 ? {} : { moved_overdue: (figures.moved_overdue ?? 0) + sign * overdue }
      })
    }
    if (from !== -Infinity) add(from, 1)
    if (until !== Infinity) add(until, -1)
    return { version, days }
  })
}

function pendingOf (
  {
    received_online = 0, received_direct = 0, resolved_early = 0, resolved_on_time = 0, resolved_overdue = 0,
    cancelled = 0
  }: Figures
): number {
  return received_online + received_direct - resolved_early - resolved_on_time - resolved_overdue - cancelled
}

function overdueOf ({ became_overdue = 0, no_longer_overdue = 0 }: Figures): number {
  return became_overdue - no_longer_overdue
}

interface Asked {
  from: string
  to: string
  dueTo: string
  /** The last day that makes what is due overdue; left out: that of due dates. */
  overdueTo?: string
}

/** What a group counts in a span, by the days of all of its dossiers. */
export function countedByHand (all: readonly Days[], { from, to, dueTo, overdueTo = dueTo }: Asked): DossierCounts {
  const flows = {
    received_online: 0, received_direct: 0, received_postal: 0, resolved_early: 0, resolved_on_time: 0,
    resolved_overdue: 0, due: 0, due_in_time: 0, cancelled: 0
  }
  let [before, overdue, moved, movedOverdue] = [0, 0, 0, 0]
  for (const [day, figures] of all.flatMap(days => [...days])) {
    if (day < parseDay(from)) before += pendingOf(figures) + (figures.moved ?? 0)
    if (day <= parseDay(overdueTo)) overdue += figures.became_overdue ?? 0
    if (day <= parseDay(to)) overdue += (figures.moved_overdue ?? 0) - (figures.no_longer_overdue ?? 0)
    if (day < parseDay(from) || day > parseDay(to)) continue
    moved += figures.moved ?? 0
    movedOverdue += figures.moved_overdue ?? 0
    for (const name of Object.keys(flows) as (keyof typeof flows)[]) {
      if (day <= parseDay(dueTo) || !name.startsWith('due')) flows[name] += figures[name] ?? 0
    }
  }
  const [transferred_in, transferred_out] = [Math.max(moved, 0), Math.max(0, -moved)]
  const carried_over = before + transferred_in
  const received = carried_over + flows.received_online + flows.received_direct
  const resolved = flows.resolved_early + flows.resolved_on_time + flows.resolved_overdue
  const pending = received - resolved - flows.cancelled
  const pending_overdue = overdue + Math.min(transferred_out, Math.max(0, -movedOverdue))
  return {
    ...flows, transferred_in, transferred_out, carried_over, received, resolved, pending, pending_overdue,
    resolved_in_time: resolved - flows.resolved_overdue, pending_in_time: pending - pending_overdue
  }
}
