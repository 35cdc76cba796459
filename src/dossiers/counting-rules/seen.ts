// A dossier as counting rules see it. Other rules than the default ones rewrite a dossier before it is counted, so that
// whatever counts dossiers knows no rules but one: when a dossier ends, when it is due, what it waits for. seen-sql.ts
// does the same a second time, and a property test holds both to a count by hand.
import { dayOf, startOf, type DayNumber } from '../../time/business-day.ts'
import { waitsOf, type Countable, type Supplement } from '../rules/events.ts'
import { FINANCIAL_OBLIGATION, IN_PROCESS, isOpen, PROCESSED, REFUSED, STOPPED, WITHDRAWN } from '../rules/status.ts'
import { tenuresOf, type DossierState, type Tenure, type Timeline } from '../rules/timeline.ts'
import { CHOICE_NAMES, DEFAULT_CHOICES, type Choices } from './schema.ts'

const DAY = 86_400_000

/** Choices that differ from the default ones, which change nothing; null: none does. */
export function rulesOf (choices: Choices): Choices | null {
  return CHOICE_NAMES.every(name => choices[name] === DEFAULT_CHOICES[name]) ? null : choices
}

/** How many days after its due day an open dossier is overdue at the end of the day. */
export function graceOf ({ open_on_due_day: choice }: Choices): 0 | 1 {
  return choice === 'in_time' ? 1 : 0
}

/**
 * When a dossier without a due date is due by the term of its procedure, in milliseconds since 1970; null: unknown.
 * `received_at` is the instant that the dossier gives.
 */
export type TermDueOf = (dossier: { procedure: string, received_at: number }) => number | null

/** What becomes of a dossier; null: nothing but its due dates. */
type Seen = 'refused' | 'in_time' | 'open' | 'ended_by_request' | 'overdue' | null

/**
 * A dossier in one state, as rules see it.
 * @param termDue when it is due by the term of its procedure, should it have no due date
 */
export function seenBy<C extends Countable> (choices: Choices, dossier: C, termDue: number | null): C {
  return rewritten(choices, dossier, seenAs(choices, dossier, true), termDue, dossier.received_at)
}

/** The states of a dossier with their days, as rules see them. */
export function tenuresSeenBy (choices: Choices, dossier: Timeline, termDueOf: TermDueOf): Tenure[] {
  const sent: readonly DossierState[] = [...dossier.history, dossier]
  let wasOpened = false
  return tenuresOf(dossier).map((tenure, i) => {
    const { state, from, until, receivedOn, endDay } = tenure
    // Only what a dossier is now is judged by its requests.
    const seen = seenAs(choices, state, until === Infinity)
    const earliest = tenure.from === -Infinity ? state.received_at : -Infinity
    const as = rewritten(choices, state, seen, termDueOf(sent[i]!), earliest)
    const days = { end: endDay, wasOpened, from, receivedOn }
    wasOpened = seen === 'open'
    return { ...tenure, state: as, endDay: endDaySeen(as, seen, days) }
  })
}

interface Days {
  end: DayNumber | null
  /** The state before had ended, and is open by the rules. */
  wasOpened: boolean
  from: DayNumber
  receivedOn: DayNumber
}

function endDaySeen (
  { finished_at: finished }: Countable, seen: Seen, { end, wasOpened, from, receivedOn }: Days
): DayNumber | null {
  if (seen === 'open') return null
  if (seen === 'ended_by_request') return Math.max(dayOf(finished!), receivedOn, from)
  return end !== null && wasOpened ? Math.max(end, from) : end
}

function seenAs (choices: Choices, dossier: Countable, isLast: boolean): Seen {
  const { status, details, received_at: received } = dossier
  // What the form counts in no column counts in none by any rules.
  if (details?.cancelled === true) return null
  if (status === REFUSED) {
    const isEnd = choices.refused_after_acceptance === 'ended' && details?.refused_after_acceptance === true &&
      details.refused_at !== undefined && details.refused_at >= received
    return isEnd ? 'refused' : null
  }
  if (status === WITHDRAWN) return choices.withdrawn === 'on_time' ? 'in_time' : null
  if (status === STOPPED) return choices.stopped === 'open_in_time' ? 'open' : null
  if (!isOpen(status)) return null
  if (status === FINANCIAL_OBLIGATION && choices.financial_obligation === 'open_in_time') return 'in_time'
  if (!isLast) return null
  const requests = waitsOf(dossier, null)
  if (requests.length > 1) return choices.repeated_request === 'overdue' ? 'overdue' : null
  const isAwaited = requests.length === 1 && requests[0]!.completed_at === null
  return isAwaited && choices.open_supplement === 'request_is_end' ? 'ended_by_request' : null
}

const NONE: readonly Supplement[] = []

/** @param earliest no request ends it before */
function rewritten<C extends Countable> (
  choices: Choices, sent: C, seen: Seen, termDue: number | null, earliest: number
): C {
  const dossier = withDueDates(choices, sent, termDue)
  const { due_at: due, details } = dossier
  if (seen === null) return dossier
  if (seen === 'refused') return { ...dossier, status: STOPPED, finished_at: details!.refused_at!, returned_at: null }
  const alone = { ...dossier, supplements: NONE }
  if (seen === 'in_time') return { ...alone, due_at: null }
  if (seen === 'open') return { ...alone, status: IN_PROCESS, due_at: null }
  const [first, second] = waitsOf(dossier, null)
  if (seen === 'ended_by_request') {
    const end = Math.max(first!.requested_at, earliest)
    return { ...alone, status: PROCESSED, due_at: first!.old_due_at ?? due, finished_at: end }
  }
  const overdueSince = second!.requested_at - graceOf(choices) * DAY
  return { ...alone, status: IN_PROCESS, due_at: Math.min(due ?? Infinity, overdueSince) }
}

function withDueDates<C extends Countable> (choices: Choices, dossier: C, termDue: number | null): C {
  const { due_until: until, no_due_date: none } = choices
  const due = dossier.due_at ?? (none === 'procedure_term' && termDue !== null ? termDue + waited(dossier) : null)
  if (until === 'due_instant') return due === dossier.due_at ? dossier : { ...dossier, due_at: due }
  const supplements = dossier.supplements.map(supplement => ({
    ...supplement, old_due_at: endOfDay(supplement.old_due_at), new_due_at: endOfDay(supplement.new_due_at)
  }))
  return { ...dossier, due_at: endOfDay(due), supplements }
}

/** How long complete supplements were awaited. */
function waited ({ supplements }: Countable): number {
  return supplements.reduce((sum, { requested_at: from, completed_at: to }) => to === null ? sum : sum + to - from, 0)
}

/** The last millisecond of the day of an instant. */
function endOfDay (instant: number | null): number | null {
  return instant === null ? null : startOf(dayOf(instant) + 1) - 1
}
