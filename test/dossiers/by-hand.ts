import { dayOf, type DayNumber } from '../../src/time/business-day.ts'
import type { Countable, EventMeasure } from '../../src/dossiers/rules/events.ts'

export type Figures = Partial<Record<EventMeasure, number>>
/** Figures by day; a measure that is 0 is absent. */
export type Days = Map<DayNumber, Figures>

/** The days of a dossier that lie in this span are looked at; nothing may happen outside it. */
export interface Span {
  first: DayNumber
  last: DayNumber
}

/**
 * The state of a dossier at the end of each day, looked at day by day, and from that what it counts for.
 * @param endDay the day on which its end counts, if it is not that of the end
 * @param grace so many days after its due day what is open is overdue
 */
export function daysByHand (dossier: Countable, { first, last }: Span, endDay?: DayNumber, grace = 0): Days {
  const days: Days = new Map()
  const add = (day: DayNumber, measure: EventMeasure, by: number) => {
    if (by === 0) return
    const figures = days.get(day) ?? {}
    const sum = (figures[measure] ?? 0) + by
    days.set(day, { ...figures, [measure]: sum })
  }
  if ([0, 1, 3].includes(dossier.status)) return days
  dossier = withOpenWait(dossier)

  const end = endByHand(dossier)
  const endedOn = end === null ? null : endDay ?? dayOf(end)
  const received = dayOf(dossier.received_at)
  let wasOverdue = false
  let counted: DayNumber | null = null
  for (let day = first; day <= last; day++) {
    if (day === received) {
      add(day, dossier.channel === 'online' ? 'received_online' : 'received_direct', 1)
      if (dossier.channel === 'postal') add(day, 'received_postal', 1)
    }
    if (end !== null && endedOn === day) add(day, resolutionByHand(dossier, end, day), 1)

    const isOpen = day >= received && (endedOn === null || day < endedOn)
    const term = day < received ? 'waiting' : termByHand(dossier, day)
    const isOverdue = isOpen && term !== 'waiting' && term.due !== null && dayOf(term.due) + grace <= day
    add(day, 'became_overdue', Number(isOverdue && !wasOverdue))
    add(day, 'no_longer_overdue', Number(wasOverdue && !isOverdue))
    wasOverdue = isOverdue

    if (term === 'waiting' || term.due === null || dayOf(term.due) > day || dayOf(term.due) === counted) continue
    counted = dayOf(term.due)
    add(day, 'due', 1)
    if (term.isLast && end !== null && inTimeByHand(dossier, end)) add(day, 'due_in_time', 1)
  }
  return days
}

/** The end of a day, as an instant that belongs to the next. */
function endOf (day: DayNumber): number {
  return (day + 1) * 86_400_000 - 7 * 3_600_000
}

/** Whether a dossier that is open when a day ends awaits a supplement. */
export function awaitsByHand (dossier: Countable, day: DayNumber): boolean {
  return termByHand(withOpenWait(dossier), day) === 'waiting'
}

function endByHand (dossier: Countable): number | null {
  const { status, finished_at: finished, returned_at: returned, updated_at: updated } = dossier
  switch (status) {
    case 7: case 8: return finished ?? returned ?? updated
    case 9: case 10: return finished ?? returned
    default: return null
  }
}

/** Status 5 means that a supplement is awaited; if none of the list is open, one since the dossier changed. */
function withOpenWait (dossier: Countable): Countable {
  const { status, supplements, updated_at: updated } = dossier
  if (status !== 5 || supplements.some(({ completed_at: completed }) => completed === null)) return dossier
  const requested = Math.max(updated, ...supplements.map(({ completed_at: completed }) => completed!))
  const open = { requested_at: requested, completed_at: null, old_due_at: null, new_due_at: null }
  return { ...dossier, supplements: [...supplements, open] }
}

/** The due date at some instant before which all of these were requested, and before which some were complete. */
function dueByHand (dossier: Countable, instant: number): number | null {
  const complete = dossier.supplements.filter(({ completed_at: at }) => at !== null && at <= instant)
  return complete.at(-1)?.new_due_at ?? dossier.due_at
}

function inTimeByHand (dossier: Countable, end: number): boolean {
  const asked = dossier.supplements.filter(({ requested_at: requested }) => requested < end)
  const due = dueByHand({ ...dossier, supplements: asked }, end)
  if (due === null || end <= due) return true
  const open = asked.find(({ completed_at: completed }) => completed === null || completed > end)
  if (open === undefined || dossier.status >= 9) return false
  const before = asked[asked.indexOf(open) - 1]
  const dueThen = before?.new_due_at ?? open.old_due_at ?? dossier.due_at
  return dueThen === null || open.requested_at <= dueThen
}

function resolutionByHand (dossier: Countable, end: number, day: DayNumber): EventMeasure {
  if (dossier.details?.cancelled === true) return 'cancelled'
  if (!inTimeByHand(dossier, end)) return 'resolved_overdue'
  const asked = dossier.supplements.filter(({ requested_at: requested }) => requested < end)
  const due = dueByHand({ ...dossier, supplements: asked }, end)
  return due !== null && day < dayOf(due) && dossier.status >= 9 ? 'resolved_early' : 'resolved_on_time'
}

/** The due date that is in force when a day ends, and whether it is the one that the dossier has in the end. */
function termByHand (dossier: Countable, day: DayNumber): 'waiting' | { due: number | null, isLast: boolean } {
  const end = endByHand(dossier)
  // Who has ended is not asked any more, and waits no longer.
  const supplements = dossier.supplements.filter(({ requested_at: requested }) => end === null || requested < end)
  const asked = supplements.filter(({ requested_at: requested }) => requested < endOf(day))
  const current = asked.at(-1)
  const next = supplements[asked.length]
  if (current !== undefined) {
    const completed = Math.min(current.completed_at ?? Infinity, end ?? Infinity)
    if (completed >= endOf(day)) return 'waiting'
  }
  if (next === undefined) {
    const own = { ...dossier, supplements: asked }
    return { due: dueByHand(own, end ?? Infinity), isLast: true }
  }
  return { due: current?.new_due_at ?? next.old_due_at ?? dossier.due_at, isLast: false }
}
