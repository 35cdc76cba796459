import { sql } from 'kysely'
import type { Db, Trx } from '../../database/connect.ts'
import { upsert } from '../../database/sql/bulk-json.ts'
import { inTransaction } from '../../database/transaction.ts'
import { nameOfDay } from '../../time/business-day.ts'
import { CompiledCalendar, type CalendarContent, type ReceptionLimit } from '../calendar.ts'

/** A calendar as it is stored. */
export interface StoredCalendar extends CalendarContent {
  code: string
  name: string
  /** Id of the province whose offices work by it; null: any that has none of its own. */
  province: string | null
  /** In the order of their days. Empty: those of the calendar of the whole country. */
  reception_limits: readonly ReceptionLimit[]
}

export const DEFAULT_CALENDAR = 'vn'

/** One writer after the other: two that add years to a calendar would otherwise lose those of one of them. */
export async function lockCalendars (trx: Trx): Promise<void> {
  await sql`lock table working_calendars in share row exclusive mode`.execute(trx)
}

/** @param codes those to read; left out: all */
export async function storedCalendars (db: Db, codes?: readonly string[]): Promise<Map<string, StoredCalendar>> {
  const { rows } = await sql<StoredCalendar>`
    select code, name, province, weekend, office_hours, reception_limits, years from working_calendars
    ${codes === undefined ? sql`` : sql`where code = any(${codes})`}
    order by code`.execute(db)
  return new Map(rows.map(row => [row.code, canonical(row)]))
}

/** Writes calendars with every day of their years. None of a stored calendar's years may be missing. */
export async function storeCalendars (trx: Trx, calendars: readonly StoredCalendar[]): Promise<void> {
  if (calendars.length === 0) return
  // One may take a province over from another that is written after it, and no two may have it in between.
  await sql`
    update working_calendars set province = null where code = any(${calendars.map(({ code }) => code)})`.execute(trx)
  await upsert(trx, 'working_calendars', ['code'], calendars as never[])
  await upsert(trx, 'working_calendar_days', ['working_calendar', 'day'], calendars.flatMap(daysOf))
}

function daysOf ({ code, ...content }: StoredCalendar) {
  const calendar = new CompiledCalendar(content)
  return Array.from({ length: calendar.last - calendar.first + 1 }, (_, i) => calendar.first + i).map(day => ({
    working_calendar: code, day: nameOfDay(day), working_days: calendar.workingDaysTo(day),
    is_working: calendar.isWorking(day)
  }))
}

/** Lists in the order of their days, and properties in one order: jsonb has an order of its own. */
export function canonical ({
  code, name, province, weekend, office_hours, reception_limits, years
}: StoredCalendar): StoredCalendar {
  return {
    code, name, province, weekend: [...weekend].sort(),
    office_hours: office_hours.map(({ valid_from, morning_from, morning_to, afternoon_from, afternoon_to, source }) => (
      { valid_from, morning_from, morning_to, afternoon_from, afternoon_to, source })).sort(by('valid_from')),
    reception_limits: reception_limits.map(({ valid_from, working_hours, interlinked_working_hours, source }) => (
      { valid_from, working_hours, interlinked_working_hours, source })).sort(by('valid_from')),
    years: years.map(({ year, days }) => ({
      year, days: days.map(({ date, kind, name, source }) => ({ date, kind, name, source })).sort(by('date'))
    })).sort(by('year'))
  }
}

function by<K extends string> (key: K) {
  return (a: Record<K, string | number>, b: Record<K, string | number>) => a[key] < b[key] ? -1 : 1
}

/**
 * Adds a calendar that a database lacks, or the years of it that follow those it has. What is entered stays. Where
 * there is nothing to add, nothing is written: the database may take no writes.
 */
export async function addCalendar (db: Db, calendar: StoredCalendar): Promise<void> {
  const missing = async (db: Db) => missingIn((await storedCalendars(db, [calendar.code])).get(calendar.code), calendar)
  if ((await missing(db)).length === 0) return
  await inTransaction(db, async trx => {
    await lockCalendars(trx)
    // A process that starts at the same time may have added it meanwhile.
    await storeCalendars(trx, await missing(trx))
  })
}

function missingIn (stored: StoredCalendar | undefined, calendar: StoredCalendar): StoredCalendar[] {
  if (stored === undefined) return [calendar]
  const last = stored.years.at(-1)!.year
  const years = calendar.years.filter(({ year }) => year > last)
  return years.length === 0 ? [] : [{ ...stored, years: [...stored.years, ...years] }]
}
