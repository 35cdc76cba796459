import { sql, type RawBuilder } from 'kysely'
import { isCovered } from '../../catalogue/units/reach-sql.ts'
import { subtreeFor } from '../../catalogue/units/resolve.ts'
import type { Reach } from '../../contract/caller.ts'
import { invalid } from '../../contract/errors.ts'
import type { Page, PageRequest } from '../../contract/paging.ts'
import type { Db, Trx } from '../../database/connect.ts'
import { readCursor, writeCursor } from '../../database/sql/keyset.ts'
import { inSlowRead } from '../../database/time-limits.ts'
import { startOfDay } from '../../time/business-day-sql.ts'
import { CompiledCalendar } from '../../working-time/calendar.ts'
import { calendarsOf } from '../../working-time/calendars/of-province.ts'
import { storedCalendars } from '../../working-time/calendars/store.ts'
import type { Finding } from './check.ts'
import { BOUNDS, goThrough, PLACE, START, type Place } from './pass.ts'
import type { CheckCounts, CheckedDueDate, DueDateCheckQuery } from './schema.ts'

/** Both are included; `YYYY-MM-DD`. */
interface Days {
  starts_on: string
  ends_on: string
}

interface Unit {
  id: string
  province_code: string
}

export type CheckedPage = Page<CheckedDueDate> & { counts: CheckCounts }

/**
 * The dossiers of a period that are due on another day than the calendar gives, by unit and reception, and how many
 * others there are.
 * @throws DomainError `invalid_request` with `unknown_period`, `unknown_unit`, `unknown_calendar`, `invalid_cursor`
 */
export async function dueDateCheck (
  db: Db, filters: DueDateCheckQuery, page: PageRequest, reach: Reach, bounds = BOUNDS
): Promise<CheckedPage> {
  const after = page.cursor === undefined ? START : readCursor(page.cursor, PLACE) as Place
  return inSlowRead(db, async trx => {
    const days = await daysOf(trx, filters.period)
    const subtree = await subtreeFor(trx, filters.unit, reach, { day: days.ends_on })
    const units = await unitsWhere(trx, subtree === null ? sql`true` : isCovered(subtree))
    const calendarOf = await calendars(trx, filters.calendar, units)
    const items: CheckedDueDate[] = []
    const counts = nothing()
    const place = await goThrough(trx, { units, received: receivedIn(days), calendarOf }, after, {
      sees: (_, found) => {
        count(counts, found)
        return typeof found !== 'string' && items.push(found) === page.limit
      },
      leaves: () => false
    }, bounds)
    return { items, next_cursor: place === null ? null : writeCursor(PLACE, place), counts }
  })
}

function nothing (): CheckCounts {
  return {
    read: 0, agree: 0, differ: 0,
    not_checkable: { no_due_date: 0, term_unknown: 0, supplement_awaited: 0, calendar_year_missing: 0 }
  }
}

function count (counts: CheckCounts, found: Finding): void {
  counts.read++
  if (typeof found !== 'string') counts.differ++
  else if (found === 'agree') counts.agree++
  else counts.not_checkable[found]++
}

async function daysOf (trx: Trx, period: string): Promise<Days> {
  const days = await trx.selectFrom('periods').select(['starts_on', 'ends_on']).where('code', '=', period).executeTakeFirst()
  if (days === undefined) throw invalid('/query/period', 'unknown_period', `there is no period ${period}`)
  return days
}

function receivedIn ({ starts_on: from, ends_on: to }: Days): RawBuilder<unknown> {
  return sql`received_at >= ${startOfDay(from)} and received_at < ${startOfDay(to)} + interval '1 day'`
}

/** Units with these properties, in the order of their ids. */
export async function unitsWhere (trx: Trx, condition: RawBuilder<unknown>): Promise<Unit[]> {
  const { rows } = await sql<Unit>`
    select id, province_code from units where ${condition} order by id collate "C"`.execute(trx)
  return rows
}

/** @param code of the one that is asked for @returns the calendar by which each province is checked */
export async function calendars (
  trx: Trx, code: string | undefined, units: readonly Unit[]
): Promise<ReadonlyMap<string, CompiledCalendar>> {
  const provinces = [...new Set(units.map(({ province_code: province }) => province))]
  if (code === undefined) return calendarsOf(trx, provinces)
  const asked = (await storedCalendars(trx, [code])).get(code)
  if (asked === undefined) throw invalid('/query/calendar', 'unknown_calendar', `there is no calendar ${code}`)
  const compiled = new CompiledCalendar(asked)
  return new Map(provinces.map(province => [province, compiled]))
}
