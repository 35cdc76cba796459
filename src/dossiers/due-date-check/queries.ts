import { sql } from 'kysely'
import { isCovered } from '../../catalogue/units/reach-sql.ts'
import { subtreeFor } from '../../catalogue/units/resolve.ts'
import type { Reach } from '../../contract/caller.ts'
import { invalid } from '../../contract/errors.ts'
import type { Page, PageRequest } from '../../contract/paging.ts'
import type { Db, Trx } from '../../database/connect.ts'
import { readCursor, writeCursor, type OrderColumn } from '../../database/sql/keyset.ts'
import { inSlowRead } from '../../database/time-limits.ts'
import { startOfDay } from '../../time/business-day-sql.ts'
import { CompiledCalendar } from '../../working-time/calendar.ts'
import { calendarsOf } from '../../working-time/calendars/of-province.ts'
import { storedCalendars } from '../../working-time/calendars/store.ts'
import { statutoryTerms } from '../../working-time/due-date/terms.ts'
import { IS_COUNTED, WAITS } from '../rules/status.ts'
import { checkDueDate, type Finding, type StoredDueDate } from './check.ts'
import type { CheckCounts, CheckedDueDate, DueDateCheckQuery } from './schema.ts'

/**
 * A page ends when it is full, or has gone through so many dossiers: then it may have few rows or none, and the next
 * one goes on from there. So no request takes longer the more dossiers a period has. Dossiers are read in chunks. A
 * unit counts like some dossiers, as it takes a statement.
 */
const BOUNDS = { chunk: 5_000, page: 50_000, unit: 20 }

const ORDER: OrderColumn[] = [
  { name: 'unit', kind: 'text', required: true }, { name: 'received_at', kind: 'instant', required: true },
  { name: 'code', kind: 'text', required: true }, { name: 'record', kind: 'number', required: true }
]

/** Where a page has come to within a unit. */
interface Place {
  received_at: string
  code: string
  record: number
}

const START: Place = { received_at: '1900-01-01T00:00:00+07:00', code: '', record: 0 }

type Row = StoredDueDate & Place

/** Both are included; `YYYY-MM-DD`. */
interface Days {
  starts_on: string
  ends_on: string
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
  const [from, last] = page.cursor === undefined ? ['', START] as const : placeIn(page.cursor)
  return inSlowRead(db, async trx => {
    const days = await daysOf(trx, filters.period)
    const units = await unitsOf(trx, filters, reach, days)
    const provinces = new Set(units.map(({ province_code: province }) => province))
    const calendarOf = await calendars(trx, filters.calendar, [...provinces])
    const terms = await statutoryTerms(trx)
    const items: CheckedDueDate[] = []
    const counts = nothing()
    let left = bounds.page
    for (const { id, province_code: province } of units.filter(({ id }) => id >= from)) {
      let place = id === from ? last : START
      for (let rows: Row[] | null = null; rows === null || rows.length === bounds.chunk;) {
        if (left <= 0) return { items, next_cursor: cursorOf(id, place), counts }
        rows = await chunk(trx, id, days, place, bounds.chunk)
        left -= rows.length + bounds.unit
        for (const row of rows) {
          place = row
          const found = checkDueDate(row, terms(row.procedure, row.received), calendarOf.get(province)!)
          count(counts, found)
          if (typeof found === 'string') continue
          if (items.push(found) === page.limit) return { items, next_cursor: cursorOf(id, place), counts }
        }
      }
    }
    return { items, next_cursor: null, counts }
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

function cursorOf (unit: string, { received_at, code, record }: Place): string {
  return writeCursor(ORDER, [unit, received_at, code, record])
}

function placeIn (cursor: string): [string, Place] {
  const [unit, received_at, code, record] = readCursor(cursor, ORDER) as [string, string, string, number]
  return [unit, { received_at, code, record }]
}

async function daysOf (trx: Trx, period: string): Promise<Days> {
  const days = await trx.selectFrom('periods').select(['starts_on', 'ends_on']).where('code', '=', period).executeTakeFirst()
  if (days === undefined) throw invalid('/query/period', 'unknown_period', `there is no period ${period}`)
  return days
}

/** In the order of their ids. */
async function unitsOf (
  trx: Trx, { unit }: DueDateCheckQuery, reach: Reach, { ends_on: day }: Days
): Promise<{ id: string, province_code: string }[]> {
  const subtree = await subtreeFor(trx, unit, reach, { day })
  const { rows } = await sql<{ id: string, province_code: string }>`
    select id, province_code from units where ${subtree === null ? sql`true` : isCovered(subtree)}
    order by id collate "C"`.execute(trx)
  return rows
}

/** @param code of the one that is asked for @returns the calendar by which each province is checked */
async function calendars (
  trx: Trx, code: string | undefined, provinces: readonly string[]
): Promise<ReadonlyMap<string, CompiledCalendar>> {
  if (code === undefined) return calendarsOf(trx, provinces)
  const asked = (await storedCalendars(trx, [code])).get(code)
  if (asked === undefined) throw invalid('/query/calendar', 'unknown_calendar', `there is no calendar ${code}`)
  const compiled = new CompiledCalendar(asked)
  return new Map(provinces.map(province => [province, compiled]))
}

/** Dossiers of a unit in the order of reception, after a place. */
async function chunk (
  trx: Trx, unit: string, { starts_on: from, ends_on: to }: Days, { received_at, code, record }: Place, limit: number
): Promise<Row[]> {
  const { rows } = await sql<Row>`
    select unit, code, record, procedure, received_at, (extract(epoch from received_at) * 1000)::bigint as received,
      (extract(epoch from due_at) * 1000)::bigint as due, supplements, ${WAITS} as waits
    from dossiers
    where unit = ${unit} and received_at >= ${startOfDay(from)} and received_at < ${startOfDay(to)} + interval '1 day'
      and received_at >= ${received_at}::timestamptz and (received_at, code, record) > (${received_at}, ${code}, ${record}::bigint)
      and ${IS_COUNTED}
    order by received_at, code, record limit ${limit}`.execute(trx)
  return rows
}
