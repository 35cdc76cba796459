import { sql, type RawBuilder } from 'kysely'
import type { Db } from '../../database/connect.ts'
import { CompiledCalendar } from '../calendar.ts'
import { DEFAULT_CALENDAR, storedCalendars } from './store.ts'

/**
 * The code of the working calendar of a province: its own, or that of any that has none.
 * @param province null: that of any
 */
export function calendarOf (province: string | null | RawBuilder<unknown>): RawBuilder<string> {
  return sql<string>`(
    select code from working_calendars where province = ${province} or code = ${DEFAULT_CALENDAR}
    order by province is distinct from ${province} limit 1)`
}

/** @returns the working calendar of each of these provinces */
export async function calendarsOf (db: Db, provinces: readonly string[]): Promise<Map<string, CompiledCalendar>> {
  const { rows } = await sql<{ asked: string, code: string }>`
    select asked, ${calendarOf(sql.ref('asked'))} as code from unnest(${provinces}::text[]) as asked`.execute(db)
  const stored = await storedCalendars(db, rows.map(({ code }) => code))
  const compiled = new Map([...stored].map(([code, calendar]) => [code, new CompiledCalendar(calendar)]))
  return new Map(rows.map(({ asked, code }) => [asked, compiled.get(code)!]))
}
