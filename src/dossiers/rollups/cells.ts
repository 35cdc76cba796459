// The rows of rollups.
import { sql, type RawBuilder } from 'kysely'
import { unnested, type ArrayType, type Columns } from '../../database/sql/bulk-binary.ts'
import type { Trx } from '../../database/connect.ts'
import { columns } from '../../database/sql/bulk-json.ts'
import { EVENT_MEASURES, type EventMeasure } from '../rules/events.ts'
import { ROLLUPS, type RollupTable } from './families.ts'

export type Cell = Record<EventMeasure, number>
/** A cell with its key. */
export type KeyedCell = Record<string, string | number>

const NOTHING = Object.fromEntries(EVENT_MEASURES.map(measure => [measure, 0])) as Cell

export function newCell (): Cell {
  return { ...NOTHING }
}

export const TYPES: Record<string, ArrayType> = {
  unit: 'text', level: 'text', field: 'text', channel: 'text', procedure: 'text',
  quarter: 'date', slice: 'date', day: 'date'
}

function columnOf (name: string): Columns<KeyedCell>[string] {
  return { type: TYPES[name] ?? 'int4', of: cell => cell[name]! }
}

/** Adds to a rollup, in key order. */
export async function addCells (
  trx: Trx, province: string, table: RollupTable, cells: readonly KeyedCell[]
): Promise<void> {
  if (cells.length === 0) return
  const key = ROLLUPS[table]
  const names = [...key, ...EVENT_MEASURES]
  const changed = unnested(Object.fromEntries(names.map(name => [name, columnOf(name)])), cells)
  await sql`
    insert into ${sql.table(table)} as kept (province_code, ${columns(names)})
    select ${province}, ${columns(names)}
    from ${changed} as changed
    order by ${keyOrder(table)}
    on conflict (province_code, ${columns(key)}) do update set ${incremented()}`.execute(trx)
}

/**
 * The order in which all lock the rows of a rollup, within a province: that of their bytes, as the key has it, whatever
 * the collation of the database.
 */
export function keyOrder (table: RollupTable): RawBuilder<unknown> {
  return sql.join(ROLLUPS[table].map(name => sql`${sql.ref(name)}${TYPES[name] === 'text' ? sql` collate "C"` : sql``}`))
}

export function incremented (): RawBuilder<unknown> {
  return sql.join(EVENT_MEASURES.map(measure => (
    sql`${sql.ref(measure)} = ${sql.ref(`kept.${measure}`)} + ${sql.ref(`excluded.${measure}`)}`)))
}
