import fc from 'fast-check'
import { CHOICES, DEFAULT_CHOICES, type ChoiceName, type Choices } from '../../../src/dossiers/counting-rules/schema.ts'
import type { TermDueOf } from '../../../src/dossiers/counting-rules/seen.ts'
import type { Db } from '../../../src/database/connect.ts'
import { dayOf, startOf } from '../../../src/time/business-day.ts'
import { CompiledCalendar } from '../../../src/working-time/calendar.ts'
import { storedCalendars } from '../../../src/working-time/calendars/store.ts'
import { statutoryTerms } from '../../../src/working-time/due-date/terms.ts'

export const PORTAL: Choices = {
  ...DEFAULT_CHOICES, open_on_due_day: 'in_time', open_supplement: 'request_is_end', repeated_request: 'overdue',
  no_due_date: 'procedure_term', refused_after_acceptance: 'ended'
}

export const LOCAL: Choices = {
  ...DEFAULT_CHOICES, due_until: 'end_of_due_day', open_on_due_day: 'in_time', withdrawn: 'on_time', stopped: 'open_in_time',
  financial_obligation: 'open_in_time'
}

const anyChoices = fc.record(Object.fromEntries(Object.entries(CHOICES).map(([name, ways]) => (
  [name, fc.constantFrom<string>(...ways)]))) as Record<ChoiceName, fc.Arbitrary<string>>) as fc.Arbitrary<Choices>

/** The rules that come with the service, and any others. */
export const rules = fc.oneof(fc.constant(PORTAL), fc.constant(LOCAL), anyChoices)

/** The terms of procedures counted day by day. */
export async function termsByHand (db: Db): Promise<TermDueOf> {
  const calendar = new CompiledCalendar((await storedCalendars(db, ['vn'])).get('vn')!)
  const termOf = await statutoryTerms(db)
  return ({ procedure, received_at: received }) => {
    const term = termOf(procedure, received) ?? null
    let day = dayOf(received)
    if (term === null || day < calendar.first) return null
    for (let left = term; left > 0 && day <= calendar.last;) if (calendar.isWorking(++day)) left--
    return day > calendar.last ? null : startOf(day + 1) - 1
  }
}
