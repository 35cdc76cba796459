import type { Issue } from '../../contract/errors.ts'
import { instantOf } from '../../time/rfc3339.ts'
import { issueAt, unknownReference } from '../../writes/row-issues.ts'
import { MINUTES_A_DAY, minutesIn } from '../calendar.ts'
import type { Pause, Term } from '../due-date.ts'
import type { DueDateItem } from './schema.ts'

/**
 * What is asked, for the rule of due dates.
 * @param daysOf the term of a procedure by law
 */
export function termOf (
  item: DueDateItem, daysOf: (procedure: string, received: number) => number | null | undefined
): { term: Term, issues: Issue[] } {
  const { cut_off: cutOff, count_from: countFrom = 'reception' } = item
  const { extension_working_days: days = 0, extension_working_hours: hours = 0 } = item
  const received = instantOf(item.received_at)
  const issues: Issue[] = []
  const term = {
    received,
    minutes: minutesOf(item, received, daysOf, issues),
    extension: days * MINUTES_A_DAY + hours * 60,
    pauses: pausesOf(item, received, issues),
    cutOff: cutOff === undefined ? null : minutesIn(cutOff),
    countFrom
  }
  return { term, issues }
}

/** Adds to the issues where the term is not one. */
function minutesOf (
  { procedure, working_days: days, working_hours: hours }: DueDateItem, received: number,
  daysOf: (procedure: string, received: number) => number | null | undefined, issues: Issue[]
): number {
  const given = Object.entries({ procedure, working_days: days, working_hours: hours })
    .filter(([, value]) => value !== undefined)
  if (given.length === 0) issues.push(issueAt('working_days', 'missing', 'a term is missing: working_days, working_hours or procedure'))
  for (const [name] of given.slice(1)) {
    issues.push(issueAt(name, 'several_terms', `${name} and ${given[0]![0]} are two terms`))
  }
  if (days !== undefined) return days * MINUTES_A_DAY
  if (procedure === undefined) return (hours ?? 0) * 60
  const statutory = daysOf(procedure, received)
  if (statutory === undefined) issues.push(unknownReference('procedure', procedure))
  if (statutory === null) {
    issues.push(issueAt('procedure', 'term_unknown', `procedure ${procedure} has no statutory_working_days; give working_days or working_hours`))
  }
  return (statutory ?? 0) * MINUTES_A_DAY
}

const NONE: readonly Pause[] = []

/** Sorted by time. Adds to the issues where they are out of order. */
function pausesOf ({ pauses }: DueDateItem, received: number, issues: Issue[]): readonly Pause[] {
  if (pauses === undefined || pauses.length === 0) return NONE
  const placed = pauses.map(({ kind = 'supplement', from, to = null }, i) => {
    const pause = { i, kind, from: instantOf(from), to: to === null ? null : instantOf(to) }
    if (pause.from < received) issues.push(issueAt(`pauses/${i}/from`, 'out_of_range', 'a pause begins before reception'))
    if (pause.to !== null && pause.to < pause.from) {
      issues.push(issueAt(`pauses/${i}/to`, 'out_of_range', 'a pause ends before it begins'))
    }
    return pause
  }).sort((a, b) => a.from - b.from || until(a) - until(b))
  for (const [n, pause] of placed.entries()) {
    if (n > 0 && until(placed[n - 1]!) > pause.from) {
      issues.push(issueAt(`pauses/${pause.i}`, 'pauses_overlap', `overlaps pauses/${placed[n - 1]!.i}`))
    }
  }
  return placed
}

function until ({ to }: Pause): number {
  return to ?? Infinity
}
