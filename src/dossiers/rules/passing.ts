// A dossier that is open when its unit ends passes to the successor on that day, with all that happens to it from then
// on. This follows from what its source says and from the changes of units, in whatever order the two become known: so
// it is taken back before a version is compared with what is stored, and is added again afterwards.
import type { SuccessorOf } from '../../catalogue/units/lineage/successors.ts'
import type { DayNumber } from '../../time/business-day.ts'
import { isCounted } from './status.ts'
import {
  BY_VERSION, tenuresOf, type DossierState, type FormerState, type Place, type Timeline
} from './timeline.ts'

interface CodedTimeline extends Timeline {
  code: string
}

/** A dossier as its source says it is: without what has followed from changes of units since. */
export function asSent<D extends Timeline> (dossier: D): D {
  const { length } = dossier.history
  if (length === 0 || dossier.history.every(({ change, named }) => change === null && named === null)) return dossier
  const history: FormerState[] = []
  let place: Place | null = null
  for (const { named, said, ...state } of dossier.history) {
    place ??= { unit: state.unit, level: state.level }
    if (state.change !== null && said === null) continue
    history.push({ ...state, ...place, until: said ?? state.until, ...BY_VERSION })
    place = named
  }
  return { ...dossier, ...place, history }
}

/** A dossier where it was and is by the changes of units. */
export function passedOn<D extends CodedTimeline> (sent: D, successorOf: SuccessorOf): D {
  const { code, status } = sent
  // Nearly all.
  if (!isCounted(status) || (sent.history.length === 0 && successorOf(sent.unit, sent) === null)) return sent
  const history: FormerState[] = []
  let place: Place = sent.history[0] ?? sent
  for (const [i, former] of sent.history.entries()) {
    const { length } = history
    const there = passWithin({ ...at(former, place), code, until: former.until }, history, successorOf)
    const next = sent.history[i + 1] ?? sent
    place = placeOn(former.until, { ...next, code }, successorOf)
    const named = place.unit === next.unit ? null : { unit: next.unit, level: next.level }
    const state = { ...at(former, there), named }
    // The next state began when its unit took over, and not when the source said so.
    const hasBegun = history.length > length && isOneStay({ ...state, history }, at(next, place), former.until)
    history.push(hasBegun ? { ...history.pop()!, said: former.until, named } : state)
  }
  return { ...at(sent, passWithin({ ...at(sent, place), until: Infinity }, history, successorOf)), history }
}

/** Whether a dossier goes on from one state to the next, where it is and pending. */
function isOneStay (before: Timeline, after: DossierState, day: DayNumber): boolean {
  const { endDay } = tenuresOf(before).at(-1)!
  return before.unit === after.unit && before.field === after.field && (endDay === null || endDay >= day)
}

function at<S extends Place> (state: S, { unit, level }: Place): S {
  return { ...state, unit, level }
}

/**
 * Adds to the history where a dossier was in one state, apart from where it was last.
 * @returns where it was last
 */
function passWithin (
  { until, ...state }: DossierState & { code: string, until: DayNumber }, history: FormerState[],
  successorOf: SuccessorOf
): Place {
  let place: Place = state
  for (;;) {
    const next = successorOf(place.unit, state)
    if (next === null || next.from >= until) return place
    const there = at(state, place)
    const { endDay } = tenuresOf({ ...there, history }).at(-1)!
    if (endDay !== null && endDay < next.from) return place
    history.push({ ...there, until: next.from, closed: false, change: next.change, named: null, said: null })
    place = placeOn(next.from, at(state, next), successorOf)
  }
}

/** Where a dossier is on a day, by the changes of units since the unit that it names. */
export function placeOn (
  day: DayNumber, dossier: DossierState & { code: string }, successorOf: SuccessorOf
): Place {
  const next = successorOf(dossier.unit, dossier)
  return next === null || next.from > day ? dossier : placeOn(day, at(dossier, next), successorOf)
}
