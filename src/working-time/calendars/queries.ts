import { sql } from 'kysely'
import { invalid, notFound } from '../../contract/errors.ts'
import type { Page, PageRequest } from '../../contract/paging.ts'
import type { Db } from '../../database/connect.ts'
import { pageOf, pageQuery, type OrderColumn } from '../../database/sql/keyset.ts'
import { storedCalendars, type StoredCalendar } from './store.ts'
import type { DaysQuery, WorkingCalendarDay, WorkingCalendarSummary } from './schema.ts'

const BY_CODE: OrderColumn[] = [{ name: 'code', kind: 'text' }]
const BY_DAY: OrderColumn[] = [{ name: 'day', kind: 'text' }]

export async function workingCalendars (db: Db, page: PageRequest): Promise<Page<WorkingCalendarSummary>> {
  const { rows } = await pageQuery(sql<WorkingCalendarSummary>`
    select code, name, province, weekend, (years -> 0 ->> 'year')::integer as first_year,
      (years -> -1 ->> 'year')::integer as last_year
    from working_calendars`, BY_CODE, page).execute(db)
  return pageOf(rows, BY_CODE, page.limit)
}

/** @throws DomainError `not_found` */
export async function calendarByCode (db: Db, code: string): Promise<StoredCalendar> {
  const calendar = (await storedCalendars(db, [code])).get(code)
  if (calendar === undefined) throw notFound('calendar', code)
  return calendar
}

/**
 * Every day of a calendar, or of one of its years.
 * @throws DomainError `not_found`, `invalid_request` with `calendar_year_missing`
 */
export async function calendarDays (
  db: Db, code: string, { year }: DaysQuery, page: PageRequest
): Promise<Page<WorkingCalendarDay>> {
  const { years } = await calendarByCode(db, code)
  if (year !== undefined && !years.some(entered => entered.year === year)) {
    throw invalid('/query/year', 'calendar_year_missing', `the calendar ${code} has no year ${year}`)
  }
  const within = year === undefined ? sql`` : sql`and day between ${`${year}-01-01`} and ${`${year}-12-31`}`
  const { rows } = await pageQuery(sql<Omit<WorkingCalendarDay, 'kind' | 'name' | 'source'>>`
    select day, extract(isodow from day)::integer as weekday, is_working, working_days
    from working_calendar_days where working_calendar = ${code} ${within}`, BY_DAY, page).execute(db)
  const special = new Map(years.flatMap(({ days }) => days.map(day => [day.date, day])))
  const { items, next_cursor } = pageOf(rows, BY_DAY, page.limit)
  return {
    items: items.map(row => {
      const { kind = null, name = null, source = null } = special.get(row.day) ?? {}
      return { ...row, kind, name, source }
    }),
    next_cursor
  }
}
