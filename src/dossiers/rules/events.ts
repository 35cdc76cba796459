// The counting rules: on which day does a dossier count for what? Here for one dossier, to update rollups by deltas; in
// events-sql.ts for many, to rebuild rollups and to count what no rollup knows; in single-pass-sql.ts as a fast path
// for dossiers without supplements; and in open-sql.ts for those that are open on one day. Property tests hold all four
// to a count by hand, the last through what is pending. Which status means what: status.ts. A dossier that has moved,
// or was reopened, has several states, one after the other: timeline.ts.
import { dayOf, type DayNumber } from '../../time/business-day.ts'
import type { Details } from '../details/details.ts'
import { hasEnded, hasResult, isCounted, isWaiting } from './status.ts'

/**
 * Of the rules in this folder. Increase it with each change of what counts, and with each new rollup: rollups of
 * another version are rebuilt at start.
 */
export const RULES_VERSION = 8

/**
 * What is counted by day. `received_direct` includes `received_postal`. What is pending and overdue is `became_overdue`
 * less `no_longer_overdue`: two measures, because of a day that is not over only the second has happened. What is
 * `cancelled` leaves what is pending and is not resolved: no form has a column for it. `moved` is what came from
 * another place less what left, and `moved_overdue` how much of it was overdue on the day before.
 */
export const EVENT_MEASURES = [
  'received_online', 'received_direct', 'received_postal', 'resolved_early', 'resolved_on_time', 'resolved_overdue',
  'became_overdue', 'no_longer_overdue', 'due', 'due_in_time', 'cancelled', 'moved', 'moved_overdue'
] as const
export type EventMeasure = typeof EVENT_MEASURES[number]

/** No due date runs while a supplement is awaited. Instants are milliseconds since 1970. */
export interface Supplement {
  requested_at: number
  completed_at: number | null
  old_due_at: number | null
  new_due_at: number | null
  /** From where on steps of the national format say so, and the dossier does not; left out: it lists all of it. */
  by_steps?: 'request' | 'completion' | undefined
}

/**
 * The part of a dossier that decides where it counts. Supplements are sorted and do not overlap; only the last may be
 * open.
 */
export interface Countable {
  channel: string
  status: number
  received_at: number
  due_at: number | null
  finished_at: number | null
  returned_at: number | null
  updated_at: number
  supplements: readonly Supplement[]
  /** null: nothing more is known of it. */
  details: Details | null
}

/** When a dossier ended, in milliseconds. null: it is open, or it has ended and no instant says when. */
export function endOf ({ status, finished_at, returned_at, updated_at }: Countable): number | null {
  if (!hasEnded(status)) return null
  const end = finished_at ?? returned_at
  return hasResult(status) ? end : end ?? updated_at
}

export function endDayOf (dossier: Countable): DayNumber | null {
  const end = endOf(dossier)
  return end === null ? null : dayOf(end)
}

type Count = (day: DayNumber, measure: EventMeasure) => void

/**
 * Calls `count` for each day on which a dossier in one state counts for a measure.
 * @param endDay the day on which its end counts
 * @param grace so many days after its due day an open dossier is overdue at the end of the day
 */
export function countEvents (dossier: Countable, count: Count, endDay = endDayOf(dossier), grace: 0 | 1 = 0): void {
  if (!isCounted(dossier.status)) return
  const received = dayOf(dossier.received_at)
  count(received, dossier.channel === 'online' ? 'received_online' : 'received_direct')
  if (dossier.channel === 'postal') count(received, 'received_postal')

  const end = endOf(dossier)
  const waits = waitsOf(dossier, end)
  const isInTime = end !== null && endedInTime(dossier, waits, end)
  if (endDay !== null) count(endDay, resolutionOf(dossier, finalDue(dossier, waits, end), endDay, isInTime))

  // Nearly always: the same as below, of a single term.
  if (waits.length === 0) {
    if (dossier.due_at !== null) countDue(received, dayOf(dossier.due_at), endDay, isInTime, grace, count)
    return
  }
  let missed: DayNumber | null = null
  let wasOverdueUntil: DayNumber = Infinity
  for (const { from, until, due, final } of termsOf(dossier, waits, end)) {
    if (due === null) continue
    const dueDay = dayOf(due)
    // A due date that was past when it was set is reached on that day: earlier days are reported already.
    const reached = Math.max(from, dueDay)
    const overdueFrom = Math.max(from, dueDay + grace)
    const overdueUntil = endDay === null ? until : Math.min(until, endDay)
    if (overdueFrom < overdueUntil) {
      // A supplement that was requested and completed on one day interrupts nothing.
      if (overdueFrom !== wasOverdueUntil) {
        if (wasOverdueUntil !== Infinity) count(wasOverdueUntil, 'no_longer_overdue')
        count(overdueFrom, 'became_overdue')
      }
      wasOverdueUntil = overdueUntil
    }
    // A due date that was not reached before a supplement was requested is void; one that stayed the same counts once.
    if ((reached < until || final) && dueDay !== missed) {
      count(reached, 'due')
      if (final && isInTime) count(reached, 'due_in_time')
      missed = dueDay
    }
  }
  if (wasOverdueUntil !== Infinity) count(wasOverdueUntil, 'no_longer_overdue')
}

/** The due date of a dossier that never waits for a supplement. */
function countDue (
  received: DayNumber, dueDay: DayNumber, endDay: DayNumber | null, isInTime: boolean, grace: 0 | 1, count: Count
): void {
  const overdueFrom = Math.max(received, dueDay + grace)
  const wasOverdue = endDay === null || overdueFrom < endDay
  if (wasOverdue) count(overdueFrom, 'became_overdue')
  const reached = Math.max(received, dueDay)
  count(reached, 'due')
  if (isInTime) count(reached, 'due_in_time')
  if (wasOverdue && endDay !== null) count(endDay, 'no_longer_overdue')
}

/** The supplements that were requested before the end. */
export function waitsOf (dossier: Countable, end: number | null): readonly Supplement[] {
  const { status, supplements, updated_at: updated } = dossier
  if (end !== null) {
    return supplements.length === 0 ? supplements : supplements.filter(({ requested_at: requested }) => requested < end)
  }
  const completed = supplements.length === 0 ? -Infinity : supplements.at(-1)!.completed_at
  if (!isWaiting(status) || completed === null) return supplements
  // The status says that a supplement is awaited, and no supplement says since when.
  const requested = Math.max(updated, completed)
  return [...supplements, { requested_at: requested, completed_at: null, old_due_at: null, new_due_at: null }]
}

/** Whether a supplement is still awaited: when the dossier ended, or now. */
function isAwaited ({ completed_at: completed }: Supplement, end: number | null): boolean {
  return completed === null || (end !== null && end < completed)
}

/** The due date that the supplement completed last has set; without one, that of the dossier. */
function finalDue ({ due_at: due }: Countable, waits: readonly Supplement[], end: number | null): number | null {
  if (waits.length === 0) return due
  const set = waits.findLast(supplement => !isAwaited(supplement, end))
  return set?.new_due_at ?? due
}

/** The due date in force when a supplement was requested. */
function dueUntil ({ due_at: due }: Countable, waits: readonly Supplement[], i: number): number | null {
  const set = i === 0 ? null : waits[i - 1]!.new_due_at
  return set ?? waits[i]!.old_due_at ?? due
}

/** Not after the due date; or withdrawn or stopped while a supplement was awaited that was requested in time. */
function endedInTime (dossier: Countable, waits: readonly Supplement[], end: number): boolean {
  if (end <= (finalDue(dossier, waits, end) ?? Infinity)) return true
  const last = waits.at(-1)
  if (hasResult(dossier.status) || last === undefined || !isAwaited(last, end)) return false
  // There is one: without a due date any end is in time.
  return last.requested_at <= dueUntil(dossier, waits, waits.length - 1)!
}

/** Early: on a day before the due day, and with a result. */
function resolutionOf (
  { status, details }: Countable, due: number | null, endDay: DayNumber, isInTime: boolean
): EventMeasure {
  if (details?.cancelled === true) return 'cancelled'
  if (!isInTime) return 'resolved_overdue'
  return hasResult(status) && due !== null && endDay < dayOf(due) ? 'resolved_early' : 'resolved_on_time'
}

/** A due date and the days at whose end it was in force, from `from` to the day before `until`. null: no due date. */
interface Term {
  from: DayNumber
  until: DayNumber
  due: number | null
  /** The due date that the dossier has, or had at its end. */
  final: boolean
}

/**
 * The days on which the dossier did not wait for a supplement, split where its due date changed.
 * @param waits at least one
 */
function termsOf (dossier: Countable, waits: readonly Supplement[], end: number | null): Term[] {
  const received = dayOf(dossier.received_at)
  const terms: Term[] = []
  let from = received
  for (const [i, supplement] of waits.entries()) {
    terms.push({ from, until: dayOf(supplement.requested_at), due: dueUntil(dossier, waits, i), final: false })
    // A dossier that has ended waits no longer, whatever happens to the supplement.
    const waited = isAwaited(supplement, end) ? end : supplement.completed_at
    if (waited === null) return terms
    from = Math.max(received, dayOf(waited))
  }
  return [...terms, { from, until: Infinity, due: finalDue(dossier, waits, end), final: true }]
}
