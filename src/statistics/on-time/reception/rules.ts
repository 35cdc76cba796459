import { invalid } from '../../../contract/errors.ts'
import type { Db } from '../../../database/connect.ts'
import type { ReceptionRule, Span } from '../../../dossiers/counts/index.ts'
import { dayOf, parseDay, startOf, type DayNumber } from '../../../time/business-day.ts'
import { CompiledCalendar, unlessYearMissing, type ReceptionLimit } from '../../../working-time/calendar.ts'
import { DEFAULT_CALENDAR, storedCalendars, type StoredCalendar } from '../../../working-time/calendars/store.ts'
import type { OnTimeQuery } from '../schema.ts'

/** Reception is not kept added up: each question reads the dossiers. */
export const MAX_RECEPTION_DAYS = 366

const MINUTE = 60_000
const HOUR = 60 * MINUTE

/**
 * By what the reception of dossiers is measured in some spans: the calendar of each province, and that of all others.
 * @param province only its calendar; null: of any
 * @returns undefined: the question does not need it; or it asks for all measures, and a calendar lacks a year, so that
 *   those of reception are unknown
 * @throws DomainError `invalid_request` with `calendar_year_missing` or, for more days than a year has, `out_of_range`,
 *   where the method is `reception`
 */
export async function receptionRulesFor (
  db: Db, { method, details, period }: OnTimeQuery, spans: readonly Span[], province: string | null
): Promise<ReceptionRule[] | undefined> {
  const isMethod = method === 'reception'
  if (!isMethod && details !== true) return undefined
  const from = parseDay(spans.map(({ from }) => from).sort()[0]!)
  const to = parseDay(spans.map(({ to }) => to).sort().at(-1)!)
  const pointer = `/query/${period === undefined ? 'to' : 'period'}`
  if (isMethod && to - from >= MAX_RECEPTION_DAYS) {
    throw invalid(pointer, 'out_of_range', `reception is measured for at most ${MAX_RECEPTION_DAYS} days at a time`)
  }
  const stored = await storedCalendars(db)
  const standard = stored.get(DEFAULT_CALENDAR)!
  const own = [...stored.values()].filter(calendar => calendar.province !== null)
  const asked = own.find(calendar => calendar.province === province) ?? standard
  // That of all others may be that of a province as well.
  const calendars = province === null ? [{ ...standard, province }, ...own] : [{ ...asked, province: null }]
  const rules: ReceptionRule[] = []
  for (const calendar of calendars) {
    const limits = calendar.reception_limits.length > 0 ? calendar.reception_limits : standard.reception_limits
    const rule = unlessYearMissing<ReceptionRule, number>(() => ruleOf(calendar, limits, from, to), year => year)
    if (typeof rule !== 'number') rules.push(rule)
    else if (!isMethod) return undefined
    else throw invalid(pointer, 'calendar_year_missing', `the calendar ${calendar.code} has no year ${rule}, which reception in these days needs`)
  }
  return rules
}

/** @throws CalendarYearMissing */
function ruleOf (
  content: StoredCalendar, limits: readonly ReceptionLimit[], from: DayNumber, to: DayNumber
): ReceptionRule {
  const calendar = new CompiledCalendar(content)
  return {
    province: content.province,
    openings: calendar.openings(firstDay(calendar, longest(limits), from), to),
    limits: limits.map(({ valid_from, working_hours: hours, interlinked_working_hours: interlinked }) => (
      {
        since: startOf(Math.max(parseDay(valid_from), calendar.first)), limit: hours * HOUR,
        interlinked: (interlinked ?? hours) * HOUR
      }))
  }
}

/**
 * A day with more working time from it to the spans than any limit, so that what was filed before and received in them
 * is late, however long before. Or the first day of the calendar: of what was filed before, no limit is known.
 */
function firstDay (calendar: CompiledCalendar, longest: number, from: DayNumber): DayNumber {
  const position = calendar.positionOf(startOf(from)) - longest / MINUTE - 1
  return position < 0 ? calendar.first : dayOf(calendar.startAt(position))
}

function longest (limits: readonly ReceptionLimit[]): number {
  return Math.max(0, ...limits.map(({ working_hours: hours, interlinked_working_hours: interlinked }) => (
    Math.max(hours, interlinked ?? 0) * HOUR)))
}
