import { sql, type RawBuilder } from 'kysely'
import type { Trx } from '../../database/connect.ts'
import { columns } from '../../database/sql/bulk-json.ts'
import type { OrderColumn } from '../../database/sql/keyset.ts'
import type { CompiledCalendar } from '../../working-time/calendar.ts'
import { statutoryTerms } from '../../working-time/due-date/terms.ts'
import { ENDED_AT, IS_COUNTED, WAITS } from '../rules/status.ts'
import { checkDueDate, type Finding, type StoredDueDate } from './check.ts'

/**
 * A page ends when it is full, or has gone through so many dossiers, looked at or not: then it may have few rows or
 * none, and the next one goes on from there. So no request takes longer the more dossiers there are. Dossiers are read
 * in chunks. A unit counts like some dossiers, as it takes a statement.
 */
export const BOUNDS = { chunk: 1_000, page: 50_000, unit: 20 }
export type Bounds = typeof BOUNDS

/** Where a pass has come to, as the values of a cursor. */
export const PLACE: OrderColumn[] = [
  { name: 'unit', kind: 'text', required: true }, { name: 'received_at', kind: 'instant', required: true },
  { name: 'code', kind: 'text', required: true }, { name: 'record', kind: 'number', required: true }
]
export type Place = [unit: string, receivedAt: string, code: string, record: number]

export const START: Place = beginningOf('')

function beginningOf (unit: string): Place {
  return [unit, '1900-01-01T00:00:00+07:00', '', 0]
}

export interface Checked extends StoredDueDate {
  received_at: string
  record: number
}

/** Which dossiers are gone through. */
interface Among {
  /** In the order of their ids. */
  units: readonly { id: string, province_code: string }[]
  /** A condition on `received_at`, with which an index finds them; left out: of any day. */
  received?: RawBuilder<unknown>
  /** Which of those that are gone through are looked at: a condition on a row of `dossiers` with `ended_at`. */
  which?: RawBuilder<unknown>
  calendarOf: ReadonlyMap<string, CompiledCalendar>
  /** Columns of a dossier that are read beside those that are checked. */
  shown?: readonly string[]
}

/** Either may end the pass, by true. */
interface Visitor {
  sees: (dossier: Checked, found: Finding) => boolean
  leaves: (unit: string) => boolean
}

/**
 * Checks the due dates of dossiers that were accepted, by unit and reception, after a place.
 * @returns the place that it has come to; null: there are no more
 */
export async function goThrough (
  trx: Trx, among: Among, after: Place, { sees, leaves }: Visitor, bounds: Bounds
): Promise<Place | null> {
  const { calendarOf } = among
  const terms = await statutoryTerms(trx)
  const rest = await unitsWithDossiers(trx, among, after[0])
  let left = bounds.page
  for (const [index, { id, province_code: province }] of rest.entries()) {
    let place = id === after[0] ? after : beginningOf(id)
    for (let rows: Read[] | null = null; rows === null || rows.length === bounds.chunk;) {
      if (left <= 0) return place
      rows = await chunk(trx, among, place, bounds.chunk)
      left -= rows.length + bounds.unit
      for (const row of rows) {
        place = [id, row.received_at, row.code, row.record]
        if (!row.is_looked_at) continue
        if (sees(row, checkDueDate(row, terms(row.procedure, row.received), calendarOf.get(province)!))) return place
      }
    }
    const next = rest[index + 1]
    if (leaves(id) && next !== undefined) return beginningOf(next.id)
  }
  return null
}

/**
 * Of the units from this one on, itself and those that have any of the dossiers, as one statement: most of a province
 * have none, and to look for their chunks one by one takes longer than to check those of the others. A pass that stands
 * in a unit leaves it, whatever was deleted meanwhile. The first of each is found in the order of an index: without an
 * order the planner hopes to meet any soon, and reads the table for each unit that has none.
 */
async function unitsWithDossiers (
  trx: Trx, { units, received = sql`true` }: Pick<Among, 'units' | 'received'>, from: string
): Promise<Among['units']> {
  const rest = units.filter(({ id }) => id >= from)
  const { rows } = await sql<{ id: string }>`
    select asked.id from unnest(${rest.map(({ id }) => id)}::text[]) as asked (id)
    where asked.id = ${from} or (
      select true from dossiers where unit = asked.id and ${received} order by received_at limit 1)`.execute(trx)
  const found = new Set(rows.map(({ id }) => id))
  return rest.filter(({ id }) => found.has(id))
}

interface Read extends Checked {
  is_looked_at: boolean
}

/**
 * Dossiers of a unit in the order of reception, after a place. Those that are not looked at are read as well: a
 * statement that passes over them would take longer the more there are.
 */
async function chunk (
  trx: Trx, { received = sql`true`, which = sql`true`, shown = [] }: Among, [unit, received_at, code, record]: Place,
  limit: number
): Promise<Read[]> {
  const names = [...new Set(['unit', 'code', 'record', 'procedure', 'received_at', ...shown])]
  const { rows } = await sql<Read>`
    select ${columns(names)}, (extract(epoch from received_at) * 1000)::bigint as received,
      (extract(epoch from due_at) * 1000)::bigint as due, supplements, ${WAITS} as waits,
      (details ->> 'case_limit')::integer as case_limit, details ->> 'case_limit_unit' as case_limit_unit,
      ${IS_COUNTED} and ${which} as is_looked_at
    from dossiers cross join lateral (select ${ENDED_AT} as ended_at) as ends
    where unit = ${unit} and ${received}
      and received_at >= ${received_at}::timestamptz and (received_at, code, record) > (${received_at}, ${code}, ${record}::bigint)
    order by received_at, code, record limit ${limit}`.execute(trx)
  return rows
}
