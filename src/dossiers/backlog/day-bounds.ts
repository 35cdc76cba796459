import { sql } from 'kysely'
import { invalid } from '../../contract/errors.ts'
import type { Db } from '../../database/connect.ts'
import { calendarOf } from '../../time/working-days-sql.ts'

export interface DayBounds {
  /** Code of the working calendar. */
  calendar: string
  /** By number of working days: the last day that is so many ahead of today, or the first that is so many back. */
  days: ReadonlyMap<number, string>
}

/**
 * The days that are some working days away from one: so many rows are compared with a day, without a look at the
 * calendar for each.
 * @param province whose calendar is used; null: that of any
 * @param distances working days, negative ones back
 * @param pointer of the parameter that a calendar does not reach
 * @throws DomainError `calendar_year_missing`
 */
export async function dayBounds (
  db: Db, province: string | null, day: string, distances: readonly number[], pointer: string
): Promise<DayBounds> {
  const { rows } = await sql<{ calendar: string, distance: number, day: string | null }>`
    with chosen as (select ${calendarOf(province)} as code),
    days as (select day, working_days from working_calendar_days join chosen on working_calendar = code)
    select chosen.code as calendar, distance, case
      when distance < 0 and sought >= 0 then (select min(day) from days where working_days >= sought)
      when distance >= 0 then (select min(day) - 1 from days where working_days > sought) end as day
    from chosen cross join unnest(${distances}::int[]) as distance cross join lateral (
      select (select working_days from days where day = ${day}::date) + distance as sought) as counted`.execute(db)
  const calendar = rows[0]!.calendar
  const days = new Map<number, string>()
  for (const { distance, day: found } of rows) {
    if (found === null) {
      throw invalid(pointer, 'calendar_year_missing', `the calendar ${calendar} does not have the days ${distance} working days from ${day}`)
    }
    days.set(distance, found)
  }
  return { calendar, days }
}
