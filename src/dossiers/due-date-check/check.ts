import { dayOf, instantText } from '../../time/business-day.ts'
import { MINUTES_A_DAY, unlessYearMissing, type CompiledCalendar } from '../../working-time/calendar.ts'
import { dueDateOf } from '../../working-time/due-date.ts'
import type { LIMIT_UNITS } from '../details/schema.ts'
import type { CheckedDueDate, NOT_CHECKABLE } from './schema.ts'

/** A stored dossier. Instants are milliseconds since 1970. */
export interface StoredDueDate {
  code: string
  unit: string
  procedure: string
  received: number
  due: number | null
  /** In the order of time. */
  supplements: readonly { requested_at: string, completed_at: string | null, new_due_at: string | null }[] | null
  /** A supplement is awaited by its status. */
  waits: boolean
  /** The limit of its case, in this unit; null: that of its procedure. */
  case_limit: number | null
  case_limit_unit: typeof LIMIT_UNITS[number] | null
}

/** What becomes of a dossier: it differs, agrees, or why it cannot be checked. */
export type Finding = CheckedDueDate | 'agree' | typeof NOT_CHECKABLE[number]

/** @param statutory the term of its procedure in working days; null or undefined: unknown */
export function checkDueDate (
  dossier: StoredDueDate, statutory: number | null | undefined, calendar: CompiledCalendar
): Finding {
  const { received, supplements, waits, due: own } = dossier
  const pauses = (supplements ?? []).map(({ requested_at: from, completed_at: to }) => (
    { kind: 'supplement' as const, from: Date.parse(from), to: to === null ? null : Date.parse(to) }))
  const moved = supplements?.at(-1)?.new_due_at ?? null
  const due = moved === null ? own : Date.parse(moved)
  if (due === null) return 'no_due_date'
  const minutes = minutesOf(dossier, statutory ?? null)
  if (minutes === null) return 'term_unknown'
  if (waits || pauses.at(-1)?.to === null) return 'supplement_awaited'
  return unlessYearMissing<Finding, Finding>(() => {
    // No pause is open, so there is a due date.
    const expected = dueDateOf(calendar, {
      received, minutes, extension: 0, pauses, cutOff: null, countFrom: 'reception'
    }).due!
    const difference = calendar.workingDaysTo(dayOf(due)) - calendar.workingDaysTo(dayOf(expected))
    if (dayOf(due) === dayOf(expected)) return 'agree'
    return {
      code: dossier.code, unit: dossier.unit, procedure: dossier.procedure, received_at: instantText(received),
      working_days: minutes / MINUTES_A_DAY, due_at: instantText(due), expected_due_at: instantText(expected),
      difference_working_days: difference
    }
  }, () => 'calendar_year_missing')
}

/** The term in working minutes; null: unknown. Of days and months no rule says on which day they end. */
function minutesOf (
  { case_limit: limit, case_limit_unit: unit }: StoredDueDate, statutory: number | null
): number | null {
  switch (unit) {
    case 'working_days': return limit! * MINUTES_A_DAY
    case 'hours': return limit! * 60
    case null: return statutory === null ? null : statutory * MINUTES_A_DAY
    default: return null
  }
}
