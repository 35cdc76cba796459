// A dossier that is open when its unit ends passes to the successor on that day, with all that happens to it from then
// on. This follows from what its source says and from the changes of units, in whatever order the two become known: so
// it is taken back before a version is compared with what is stored, and is added again afterwards.
import type { SuccessorOf } from '../../catalogue/units/lineage/successors.ts'
import { dayOf, type DayNumber } from '../../time/business-day.ts'
import { DELETED, isCounted } from './status.ts'
import { tenuresOf, type DossierState, type FormerState, type Place, type Timeline } from './timeline.ts'

interface CodedTimeline extends Timeline {
  code: string
}

/** A dossier as its source says it is: without what has followed from changes of units since. */
export function asSent<D extends Timeline> (dossier: D): D {
  if (dossier.history.every(({ change, named }) => change === null && named === null)) return dossier
  const history: FormerState[] = []
  let place: Place | null = null
  for (const { named, ...state } of dossier.history) {
    place ??= { unit: state.unit, level: state.level }
    if (state.change !== null) continue
    history.push({ ...state, ...place, named: null })
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
  for (const { until, ...state } of sent.history) {
    history.push({ ...state, ...passWithin({ code, ...state }, until, history, successorOf), until })
  }
  return { ...sent, ...passWithin(sent, Infinity, history, successorOf), history }
}

/**
 * Adds to the history where a dossier was in one state, apart from where it was last.
 * @returns where it was last
 */
function passWithin (
  state: DossierState & { code: string }, until: DayNumber, history: FormerState[], successorOf: SuccessorOf
): Place {
  let { unit, level } = state
  for (let next = successorOf(unit, state); next !== null && next.from < until; next = successorOf(unit, state)) {
    const there = { ...state, unit, level }
    const { from, endDay } = tenuresOf({ ...there, history }).at(-1)!
    if (next.from > from) {
      if (endDay !== null && endDay < next.from) break
      history.push({ ...there, until: next.from, closed: false, change: next.change, named: null, said: null })
    } else {
      // A version of later days may still name the unit that has ended: then the dossier came to the successor at once.
      const before = history.pop()!
      history.push({ ...before, named: before.named ?? { unit, level } })
    }
    ({ unit, level } = next)
  }
  return { unit, level }
}

/**
 * A version in the place of the one before, if both name the same unit in other words: sources go on naming the one
 * that has ended, or name the successor, or one of several that became it.
 */
export function placedAs<D extends CodedTimeline> (before: Timeline, after: D, successorOf: SuccessorOf): D {
  // A deleted dossier stays where it was, and has no level.
  if (before.unit === after.unit || [before.status, after.status].includes(DELETED)) return after
  const day = dayOf(after.updated_at)
  const unitOf = ({ unit }: Timeline) => unitOn(day, unit, after, successorOf)
  return unitOf(before) === unitOf(after) ? { ...after, unit: before.unit, level: before.level } : after
}

function unitOn (day: DayNumber, unit: string, dossier: CodedTimeline, successorOf: SuccessorOf): string {
  const next = successorOf(unit, dossier)
  return next === null || next.from > day ? unit : unitOn(day, next.unit, dossier, successorOf)
}
