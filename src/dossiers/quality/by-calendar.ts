// The dossiers whose due date is not what the calendar gives: one after the other, by the check of due dates, as the
// database knows nothing of pauses in working time. They follow those that break other rules.
import type { RawBuilder } from 'kysely'
import type { Page, PageRequest } from '../../contract/paging.ts'
import type { Db } from '../../database/connect.ts'
import { readCursor, writeCursor, type OrderColumn } from '../../database/sql/keyset.ts'
import { inSlowRead } from '../../database/time-limits.ts'
import { BOUNDS, goThrough, PLACE, START, type Checked, type Place } from '../due-date-check/pass.ts'
import { calendars, unitsWhere } from '../due-date-check/queries.ts'

/** Which dossiers are looked at. */
export interface Looked {
  /** A condition on a row of `units`. */
  units: RawBuilder<unknown>
  /** A condition on a row of `dossiers` with `ended_at`. */
  which: RawBuilder<unknown>
}

interface UnitCount {
  unit: string
  dossiers: number
  not_checkable: number
}

const number = (name: string): OrderColumn => ({ name, kind: 'number', required: true })
/** With what was counted of the unit that it is in. */
const COUNTED_PLACE = [...PLACE, number('dossiers'), number('not_checkable')]
/** Cursors of which the first pages are. */
export const COUNTS_START = writeCursor(COUNTED_PLACE, [...START, 0, 0])
export const LIST_START = writeCursor(PLACE, START)

/** How many such dossiers units have, beside those of which it cannot be said, by unit. */
export async function countsByCalendar (
  db: Db, looked: Looked, { cursor = COUNTS_START, limit }: PageRequest, bounds = BOUNDS
): Promise<Page<UnitCount>> {
  const values = readCursor(cursor, COUNTED_PLACE)
  const after = values.slice(0, PLACE.length) as Place
  const items: UnitCount[] = []
  let counted = { unit: after[0], dossiers: values.at(-2) as number, not_checkable: values.at(-1) as number }
  const place = await passOf(db, looked, after, [], {
    sees: ({ unit }, found) => {
      if (counted.unit !== unit) counted = { unit, dossiers: 0, not_checkable: 0 }
      if (typeof found !== 'string') counted.dossiers++
      if (found === 'calendar_year_missing') counted.not_checkable++
      return false
    },
    leaves: unit => (
      counted.unit === unit && counted.dossiers + counted.not_checkable > 0 && items.push(counted) === limit)
  }, bounds)
  if (place === null) return { items, next_cursor: null }
  const { dossiers, not_checkable } = counted.unit === place[0] ? counted : { dossiers: 0, not_checkable: 0 }
  return { items, next_cursor: writeCursor(COUNTED_PLACE, [...place, dossiers, not_checkable]) }
}

/** By unit and reception. @param shown columns of a dossier */
export async function dossiersByCalendar (
  db: Db, looked: Looked, shown: readonly string[], { cursor = LIST_START, limit }: PageRequest, bounds = BOUNDS
): Promise<Page<Checked>> {
  const after = readCursor(cursor, PLACE) as Place
  const items: Checked[] = []
  const place = await passOf(db, looked, after, shown, {
    sees: (dossier, found) => typeof found !== 'string' && items.push(dossier) === limit,
    leaves: () => false
  }, bounds)
  return { items, next_cursor: place === null ? null : writeCursor(PLACE, place) }
}

async function passOf (
  db: Db, { units: condition, which }: Looked, after: Place, shown: readonly string[],
  visitor: Parameters<typeof goThrough>[3], bounds: typeof BOUNDS
): Promise<Place | null> {
  return inSlowRead(db, async trx => {
    const units = await unitsWhere(trx, condition)
    const calendarOf = await calendars(trx, undefined, units)
    return goThrough(trx, { units, which, calendarOf, shown }, after, visitor, bounds)
  })
}
