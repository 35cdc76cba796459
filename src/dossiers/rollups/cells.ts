// The cells of rollups.
import { sql, type RawBuilder } from 'kysely'
import { unnested, type Columns } from '../../database/sql/bulk-binary.ts'
import type { Trx } from '../../database/connect.ts'
import { columns } from '../../database/sql/bulk-json.ts'
import type { DayNumber } from '../../time/business-day.ts'
import { EVENT_MEASURES, type EventMeasure } from '../rules/events.ts'
import { keysOf, ROLLUPS, timeOf, type RollupKey, type RollupTable } from './families.ts'

export type Cell = Record<EventMeasure, number>
/** The columns of a key that are known, but for that of its time. */
export type CellKey = Partial<Record<RollupKey, string>>

/** How many measures a cell has. */
export const MEASURE_COUNT = EVENT_MEASURES.length

/**
 * Cells of a rollup: of each its key, the first day of its span, and where its measures begin in `counts`. An object
 * for each would cost more than to count.
 */
export interface Cells {
  keys: readonly CellKey[]
  times: readonly DayNumber[]
  places: readonly number[]
  counts: Int32Array
}

/** Counts to which cells are added one by one. */
export class CellCounts {
  counts = new Int32Array(16 * MEASURE_COUNT)
  #length = 0

  /** @returns where the measures of a new cell begin */
  newCell (): number {
    const place = this.#length
    this.#length += MEASURE_COUNT
    if (this.#length > this.counts.length) {
      const more = new Int32Array(2 * this.counts.length)
      more.set(this.counts)
      this.counts = more
    }
    return place
  }
}

/** Rows with the columns of a rollup, as cells; their times are days. */
export function cellsOfRows (
  table: RollupTable, rows: readonly (CellKey & Cell & Record<string, string | number>)[]
): Cells {
  const time = timeOf(table)
  return {
    keys: rows,
    times: rows.map(row => row[time] as DayNumber),
    places: rows.map((_, i) => i * MEASURE_COUNT),
    counts: Int32Array.from(rows.flatMap(row => EVENT_MEASURES.map(measure => row[measure])))
  }
}

/** The columns of a rollup's key, of its cells. */
export function keyColumns (table: RollupTable, { times }: Cells): Columns<CellKey> {
  const names = keysOf(table).map(name => [name, { type: 'text' as const, of: (key: CellKey) => key[name]! }] as const)
  return { ...Object.fromEntries(names), [timeOf(table)]: { type: 'date', of: (_, i) => times[i]! } }
}

function measureColumns ({ counts, places }: Cells): Columns<CellKey> {
  return Object.fromEntries(EVENT_MEASURES.map((measure, n) => (
    [measure, { type: 'int4' as const, of: (_: CellKey, i: number) => counts[places[i]! + n]! }])))
}

/** Adds to a rollup, in key order. */
export async function addCells (trx: Trx, province: string, table: RollupTable, cells: Cells): Promise<void> {
  if (cells.keys.length === 0) return
  const key = ROLLUPS[table]
  const names = columns([...key, ...EVENT_MEASURES])
  await sql`
    insert into ${sql.table(table)} as kept (province_code, ${names})
    select ${province}, ${names}
    from ${unnested({ ...keyColumns(table, cells), ...measureColumns(cells) }, cells.keys)} as changed
    order by ${keyOrder(table)}
    on conflict (province_code, ${columns(key)}) do update set ${incremented()}`.execute(trx)
}

/**
 * The order in which all lock the rows of a rollup, within a province: that of their bytes, as the key has it, whatever
 * the collation of the database.
 */
export function keyOrder (table: RollupTable): RawBuilder<unknown> {
  return sql.join([...keysOf(table).map(name => sql`${sql.ref(name)} collate "C"`), sql.ref(timeOf(table))])
}

export function incremented (): RawBuilder<unknown> {
  return sql.join(EVENT_MEASURES.map(measure => (
    sql`${sql.ref(measure)} = ${sql.ref(`kept.${measure}`)} + ${sql.ref(`excluded.${measure}`)}`)))
}
