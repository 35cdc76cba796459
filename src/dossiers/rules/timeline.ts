// A dossier that moves to another unit or field, or is reopened, has several states, each for some days. A state counts
// for what happens on its own days. What is pending when one ends passes to the next: it is taken out of the old place
// and into the new one on the same day, so that their sum is right at the end of every day. The days of states are
// stored with them: timeline-sql.ts reads them.
import { dayOf, type DayNumber } from '../../time/business-day.ts'
import { countEvents, endDayOf, type Countable, type EventMeasure } from './events.ts'
import { hasEnded, hasResult, isCounted, isResultReturned } from './status.ts'

/** What decides for what a dossier counts, and where. */
export interface DossierState extends Countable {
  unit: string
  level: string
  procedure: string
  field: string
}

export type Place = Pick<DossierState, 'unit' | 'level'>

/** A state that a dossier was in before. */
export interface FormerState extends DossierState {
  /** The day from which the next state counts. */
  until: DayNumber
  /** The dossier had ended before, and was not reopened. */
  closed: boolean
  /** The change of units that ended this state; null: a version of the dossier did. */
  change: number | null
  /**
   * Where the version that follows says that the dossier is, if that unit had ended by then: it is at the successor.
   * null: where it is.
   */
  named: Place | null
  /**
   * The day of a version that names the unit to which the change of units has brought the dossier: the source says so
   * as well. null: none does.
   */
  said: DayNumber | null
}

/** Of a state that a version of the dossier ended, and no change of units. */
export const BY_VERSION = { change: null, named: null, said: null }

/** A dossier with its states in order; its own is the last. */
export interface Timeline extends DossierState {
  history: readonly FormerState[]
}

export const NO_HISTORY: readonly FormerState[] = []

/** All units that dossiers are or were at, or that versions of them named, each once. */
export function unitsEverAt (dossiers: readonly Timeline[]): string[] {
  const units = new Set<string>()
  for (const { unit, history } of dossiers) {
    units.add(unit)
    for (const former of history) units.add(former.unit).add(former.named?.unit ?? former.unit)
  }
  return [...units]
}

/** A state with its days, as it counts. */
export interface Tenure {
  state: DossierState
  /** -Infinity: of the first state. */
  from: DayNumber
  /** Infinity: of the last state. */
  until: DayNumber
  /** The days on which the dossier is received and ends, as this state counts it. */
  receivedOn: DayNumber
  endDay: DayNumber | null
}

export function tenuresOf (dossier: Timeline): Tenure[] {
  const tenures: Tenure[] = []
  let from = -Infinity
  let passed: Passed = 'nothing'
  const last: FormerState = { ...dossier, until: Infinity, closed: false, ...BY_VERSION }
  for (const each of [...dossier.history, last]) {
    const { until, closed } = each
    const state = passed === 'pending' ? receivedBefore(each, from, tenures.at(-1)!.state) : each
    const endDay = endDayIn(state, from, passed)
    const receivedOn = dayOf(state.received_at)
    tenures.push({ state, from, until, receivedOn, endDay })
    const isPending = receivedOn < until && (endDay ?? Infinity) >= until
    passed = isPending ? 'pending' : closed ? 'closed' : 'nothing'
    from = until
  }
  return tenures
}

/** What the state before passed on. `closed`: a dossier that had ended, and stays so. */
type Passed = 'pending' | 'closed' | 'nothing'

/** A system may give what comes to it a date of its own. The dossier was received before, and that counts once. */
function receivedBefore (state: FormerState, from: DayNumber, before: DossierState): FormerState {
  return dayOf(state.received_at) < from ? state : { ...state, received_at: before.received_at }
}

function endDayIn (state: DossierState, from: DayNumber, passed: Passed): DayNumber | null {
  const endDay = endDayOf(state)
  if (endDay === null) return null
  // Days before are reported already: an end that becomes known with a move counts on the day of the move.
  if (passed === 'pending') return Math.max(endDay, from)
  // Nobody says when it ended, so its end would move with each version: it has counted as ended already.
  const isUnsaid = state.finished_at === null && state.returned_at === null
  return passed === 'closed' && isUnsaid && dayOf(state.received_at) < from ? Math.min(endDay, from - 1) : endDay
}

type CountState = (state: DossierState, day: DayNumber, measure: EventMeasure, by: number) => void

/** Calls `count` for each day on which a state of a dossier counts for a measure. */
export function countTimeline (dossier: Timeline, count: CountState): void {
  countTenures(tenuresOf(dossier), count)
}

/** The same of states with their days. @param grace as of `countEvents` */
export function countTenures (tenures: readonly Tenure[], count: CountState, grace: 0 | 1 = 0): void {
  for (const { state, from, until, endDay } of tenures) {
    const [before, within] = [{ moved: 0, moved_overdue: 0 }, { moved: 0, moved_overdue: 0 }]
    countEvents(state, (day, measure) => {
      const stock = STOCKS[measure]
      if (stock !== undefined && day < from) before[stock.of] += stock.by
      if (stock !== undefined && day < until) within[stock.of] += stock.by
      if (day >= from && day < until) count(state, day, measure, 1)
    }, endDay, grace)
    for (const measure of ['moved', 'moved_overdue'] as const) {
      if (before[measure] !== 0) count(state, from, measure, before[measure])
      if (until !== Infinity && within[measure] !== 0) count(state, until, measure, -within[measure])
    }
  }
}

/** Calls `count` for each day on which a dossier ended with a result. One that was reopened may have several. */
export function countResults (dossier: Timeline, count: (state: DossierState, day: DayNumber) => void): void {
  if (dossier.history.length === 0) {
    const endDay = hasResult(dossier.status) ? endDayOf(dossier) : null
    if (endDay !== null) count(dossier, endDay)
    return
  }
  for (const { state, from, until, endDay } of tenuresOf(dossier)) {
    if (hasResult(state.status) && endDay !== null && endDay >= from && endDay < until) count(state, endDay)
  }
}

interface Stock {
  of: 'moved' | 'moved_overdue'
  by: 1 | -1
}

/** What each event does to what is pending, and to what of it is overdue. */
const STOCKS: Partial<Record<EventMeasure, Stock>> = {
  received_online: { of: 'moved', by: 1 },
  received_direct: { of: 'moved', by: 1 },
  resolved_early: { of: 'moved', by: -1 },
  resolved_on_time: { of: 'moved', by: -1 },
  resolved_overdue: { of: 'moved', by: -1 },
  cancelled: { of: 'moved', by: -1 },
  became_overdue: { of: 'moved_overdue', by: 1 },
  no_longer_overdue: { of: 'moved_overdue', by: -1 }
}

/**
 * The former states of a dossier that a version takes the place of. A version that is not about another place, and
 * does not reopen, corrects the state that it replaces.
 */
export function historyAfter (before: Timeline, after: DossierState): readonly FormerState[] {
  // What counts nowhere has no past.
  if (!isCounted(before.status) || !isCounted(after.status)) return NO_HISTORY
  if (!isTurn(before, after)) return before.history
  const { history, ...state } = before
  const day = dayOf(after.updated_at)
  const { endDay } = tenuresOf(before).at(-1)!
  const closed = endDay !== null && endDay < day && !isReopened(before, endDay, after)
  return [...history, { ...state, until: day, closed, ...BY_VERSION }]
}

/** Whether a version begins a new state: days before it stay as they were counted. Both must count. */
function isTurn (before: Timeline, after: DossierState): boolean {
  // A version of the same time is another text of the same state.
  if (after.updated_at <= before.updated_at) return false
  // One procedure is in another field for a dossier that was received on another day: that day was a mistake.
  const isOfOther = before.field !== after.field && before.procedure !== after.procedure
  const isElsewhere = before.unit !== after.unit || before.level !== after.level || isOfOther
  // Most are open, and stay where they are.
  if (!isElsewhere && !hasEnded(before.status)) return false
  const { from, endDay } = tenuresOf(before).at(-1)!
  // A state without a day of its own was never more than a mistake.
  if (dayOf(after.updated_at) <= Math.max(from, dayOf(before.received_at))) return false
  return isElsewhere || (endDay !== null && isReopened(before, endDay, after))
}

/** Whether a dossier that had ended is open again, or was, and has ended once more. */
function isReopened (before: DossierState, endDay: DayNumber, after: DossierState): boolean {
  const day = dayOf(after.updated_at)
  if (endDay >= day) return false
  if (!hasEnded(after.status)) return true
  // Systems may say of a result that it was finished when it was handed over.
  if (isResultReturned(before.status, after.status)) return false
  // A withdrawal of which nobody says when is no new end.
  return after.finished_at !== null && dayOf(after.finished_at) >= day
}
