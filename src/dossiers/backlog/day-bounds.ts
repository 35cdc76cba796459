import { sql } from 'kysely'
import { invalid } from '../../contract/errors.ts'
import type { Db } from '../../database/connect.ts'
import { calendarOf } from '../../working-time/calendars/of-province.ts'

export interface DayBounds {
  /** Code of the working calendar. */
  calendar: string
  /**
   * By number of working days: the last day that is so many ahead of today, or the first that is so many back. null:
   * the calendar ends before.
   */
  days: ReadonlyMap<number, string | null>
}

/**
 * The days that are some working days away from one: so many rows are compared with a day, without a look at the
 * calendar for each.
 * @param province whose calendar is used; null: that of any
 * @param needed working days, negative ones back, that the calendar must have
 * @param pointer of the parameter that a calendar does not reach
 * @param wanted further ones ahead, that it may lack: a calendar is known for some months ahead only
 * @throws DomainError `calendar_year_missing`
 */
export async function dayBounds (
  db: Db, province: string | null, day: string, needed: readonly number[], pointer: string,
  wanted: readonly number[] = []
): Promise<DayBounds> {
  const { rows } = await sql<{ calendar: string, distance: number, day: string | null }>`
    with chosen as (select ${calendarOf(province)} as code),
    days as (select day, working_days from working_calendar_days join chosen on working_calendar = code)
    select chosen.code as calendar, distance, case
      when distance < 0 and sought >= 0 then (select min(day) from days where working_days >= sought)
      when distance >= 0 then (select min(day) - 1 from days where working_days > sought) end as day
    from chosen cross join unnest(${[...needed, ...wanted]}::int[]) as distance cross join lateral (
      select (select working_days from days where day = ${day}::date) + distance as sought) as counted`.execute(db)
  const calendar = rows[0]!.calendar
  const days = new Map<number, string | null>()
  for (const { distance, day: found } of rows) {
    if (found === null && needed.includes(distance)) {
      throw invalid(pointer, 'calendar_year_missing', `the calendar ${calendar} does not have the days ${distance} working days from ${day}`)
    }
    days.set(distance, found)
  }
  return { calendar, days }
}
