// Counting rules of which sums are kept, beside those of the default ones. What is kept is by how much they count
// otherwise, since most dossiers count the same. Terms of procedures and calendars change, and sums would not follow:
// what is without a due date is kept as if it were in time, and counted by its term when a question is asked.
import { countEvents, endOf, type Countable, type EventMeasure } from '../rules/events.ts'
import { dayOf, type DayNumber } from '../../time/business-day.ts'
import { isCounted, isWaiting, REFUSED } from '../rules/status.ts'
import { countTenures, tenuresOf, type DossierState, type Timeline } from '../rules/timeline.ts'
import { CHOICE_NAMES, DEFAULT_CHOICES, type Choices } from './schema.ts'
import { graceOf, seenBy, tenuresSeenBy } from './seen.ts'

/** What sums can be kept of: by these choices few dossiers count otherwise, and it shows at once which. */
type KeptChoices = Choices & {
  due_until: 'due_instant'
  open_on_due_day: 'in_time'
  withdrawn: 'by_end'
  stopped: 'ended'
  financial_obligation: 'open'
  no_due_date: 'in_time'
}

export interface KeptRules {
  code: string
  /** As sums are kept. */
  choices: KeptChoices
}

export const KEPT_RULES: readonly KeptRules[] = [{
  code: 'portal-766',
  choices: {
    due_until: 'due_instant', open_on_due_day: 'in_time', open_supplement: 'request_is_end', repeated_request: 'overdue',
    withdrawn: 'by_end', stopped: 'ended', financial_obligation: 'open', no_due_date: 'in_time',
    refused_after_acceptance: 'ended'
  }
}]

/** The rules whose sums answer for choices, up to what has no due date; null: none are kept. */
export function keptFor (choices: Choices): KeptRules | null {
  const others = CHOICE_NAMES.filter(name => name !== 'no_due_date')
  return KEPT_RULES.find(kept => others.every(name => kept.choices[name] === choices[name])) ?? null
}

/** Choices that count what has no due date like the kept sums do. */
export function keepsUndated ({ no_due_date: choice }: Choices): boolean {
  return choice === DEFAULT_CHOICES.no_due_date
}

type CountState = (state: DossierState, day: DayNumber, measure: EventMeasure, by: number) => void

/** Calls `count` for each day on which a dossier counts otherwise by kept rules than by the default ones. */
export function countDifferences ({ choices }: KeptRules, dossier: Timeline, count: CountState): void {
  if (dossier.history.length > 0) {
    const grace = graceOf(choices)
    countTenures(tenuresSeenBy(choices, dossier, () => null), count, grace)
    countTenures(tenuresOf(dossier), (state, day, measure, by) => { count(state, day, measure, -by) })
  } else if (isSeenOtherwise(dossier)) {
    const seen = seenBy(choices, dossier, null)
    countEvents(seen, (day, measure) => { count(dossier, day, measure, 1) }, undefined, graceOf(choices))
    countEvents(dossier, (day, measure) => { count(dossier, day, measure, -1) })
  } else {
    countDueDay(dossier, count)
  }
}

/** Whether rules may see more in a dossier than that it is in time on its due day. */
function isSeenOtherwise ({ status, supplements, details }: Countable): boolean {
  const isRefusedLate = status === REFUSED && details?.refused_after_acceptance === true
  return supplements.length > 0 || isWaiting(status) || isRefusedLate
}

/** What was never asked for a supplement is overdue a day later than by the default rules. */
function countDueDay (dossier: DossierState, count: CountState): void {
  const { status, received_at: received, due_at: due } = dossier
  if (due === null || !isCounted(status)) return
  const end = endOf(dossier) ?? Infinity
  if (end <= due) return
  const day = dayOf(due)
  const endDay = dayOf(end)
  if (day < dayOf(received) || endDay <= day) return
  count(dossier, day, 'became_overdue', -1)
  if (endDay > day + 1) count(dossier, day + 1, 'became_overdue', 1)
  else count(dossier, endDay, 'no_longer_overdue', -1)
}
