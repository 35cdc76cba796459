// The counting rules: on which day does a dossier count for what? Here for one dossier, to update rollups by deltas; in
// events-sql.ts for many, to rebuild rollups and to count what no rollup knows; in single-pass-sql.ts as a fast path
// for dossiers without supplements. Property tests hold all three to a count by hand. Which status means what:
// status.ts.
import { dayOf, type DayNumber } from '../../time/business-day.ts'
import { hasEnded, hasResult, isCounted } from './status.ts'

/** What is counted by day. `received_direct` includes `received_postal`; `became_overdue` can also be negative. */
export const EVENT_MEASURES = [
  'received_online', 'received_direct', 'received_postal', 'resolved_early', 'resolved_on_time', 'resolved_overdue',
  'became_overdue', 'due', 'due_in_time'
] as const
export type EventMeasure = typeof EVENT_MEASURES[number]

/** No due date runs while a supplement is awaited. Instants are milliseconds since 1970. */
export interface Supplement {
  requested_at: number
  completed_at: number | null
  old_due_at: number | null
  new_due_at: number | null
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
}

/** When a dossier ended, in milliseconds. null: it is open, or it has ended and no instant says when. */
export function endOf ({ status, finished_at, returned_at, updated_at }: Countable): number | null {
  if (!hasEnded(status)) return null
  const end = finished_at ?? returned_at
  return hasResult(status) ? end : end ?? updated_at
}

type Count = (day: DayNumber, measure: EventMeasure, by: 1 | -1) => void

/**
 * Calls `count` for each day on which a dossier counts for a measure. Depends on the newest version alone, so the order
 * in which versions arrive makes no difference, and past days change only if a version corrects them.
 */
export function countEvents (dossier: Countable, count: Count): void {
  if (!isCounted(dossier.status)) return
  const received = dayOf(dossier.received_at)
  count(received, dossier.channel === 'online' ? 'received_online' : 'received_direct', 1)
  if (dossier.channel === 'postal') count(received, 'received_postal', 1)

  const end = endOf(dossier)
  if (end !== null) count(dayOf(end), resolutionOf(dossier, end), 1)

  let missed: DayNumber | null = null
  for (const { from, until, due, final } of termsOf(dossier, end)) {
    if (due === null) continue
    const dueDay = dayOf(due)
    // A due date that was past when it was set is reached on that day: earlier days are reported already.
    const reached = Math.max(from, dueDay)
    const overdueUntil = end === null ? until : Math.min(until, dayOf(end))
    if (reached < overdueUntil) {
      count(reached, 'became_overdue', 1)
      if (overdueUntil !== Infinity) count(overdueUntil, 'became_overdue', -1)
    }
    // A due date that was not reached before a supplement was requested is void; one that stayed the same counts once.
    if ((reached < until || final) && dueDay !== missed) {
      count(reached, 'due', 1)
      if (final && end !== null && end <= due) count(reached, 'due_in_time', 1)
      missed = dueDay
    }
  }
}

/** In time: not after the due date. Early: on a day before the due day, and with a result. */
function resolutionOf ({ status, due_at: due }: Countable, end: number): EventMeasure {
  if (due === null) return 'resolved_on_time'
  if (end > due) return 'resolved_overdue'
  return hasResult(status) && dayOf(end) < dayOf(due) ? 'resolved_early' : 'resolved_on_time'
}

/** A due date and the days at whose end it was in force, from `from` to the day before `until`. null: no due date. */
interface Term {
  from: DayNumber
  until: DayNumber
  due: number | null
  /** The due date that the dossier has, or had at its end. */
  final: boolean
}

/** The days on which the dossier did not wait for a supplement, split where its due date changed. */
function termsOf ({ received_at, due_at: due, supplements }: Countable, end: number | null): Term[] {
  const received = dayOf(received_at)
  const last = { from: received, until: Infinity, due, final: true }
  if (supplements.length === 0) return [last]

  const waits = end === null ? supplements : supplements.filter(({ requested_at: requested }) => requested < end)
  const terms: Term[] = []
  let from = received
  for (const [i, { requested_at: requested, completed_at: completed, old_due_at: old }] of waits.entries()) {
    const set = i === 0 ? null : waits[i - 1]!.new_due_at
    terms.push({ from, until: dayOf(requested), due: set ?? old ?? due, final: false })
    // A dossier that has ended waits no longer, whatever happens to the supplement.
    const waited = completed === null || (end !== null && end < completed) ? end : completed
    if (waited === null) return terms
    from = Math.max(received, dayOf(waited))
  }
  return [...terms, { ...last, from }]
}
