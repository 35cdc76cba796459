// The cells of rollups.
import { sql, type RawBuilder } from 'kysely'
import { unnested, type Columns } from '../../database/sql/bulk-binary.ts'
import type { Trx } from '../../database/connect.ts'
import { columns } from '../../database/sql/bulk-json.ts'
import { prepared } from '../../database/sql/prepared.ts'
import type { DayNumber } from '../../time/business-day.ts'
import { keysOf, measuresOf, ROLLUPS, timeOf, type RollupKey, type RollupMeasure, type RollupTable } from './families.ts'
import { addedPacked, isPacked } from './packed.ts'

export type Cell = Partial<Record<RollupMeasure, number>>
/** The columns of a key that are known, but for that of its time. */
export type CellKey = Partial<Record<RollupKey, string>>

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

/** Rows with the columns of a rollup, as cells; their times are days. */
export function cellsOfRows (
  table: RollupTable, rows: readonly (CellKey & Cell & Record<string, string | number>)[]
): Cells {
  const [time, measures] = [timeOf(table), measuresOf(table)]
  return {
    keys: rows,
    times: rows.map(row => row[time] as DayNumber),
    places: rows.map((_, i) => i * measures.length),
    counts: Int32Array.from(rows.flatMap(row => measures.map(measure => row[measure] ?? 0)))
  }
}

/** The columns of a rollup's key, of its cells. */
export function keyColumns (table: RollupTable, { times }: Cells): Columns<CellKey> {
  const names = keysOf(table).map(name => [name, { type: 'text' as const, of: (key: CellKey) => key[name]! }] as const)
  return { ...Object.fromEntries(names), [timeOf(table)]: { type: 'date', of: (_, i) => times[i]! } }
}

function measureColumns (table: RollupTable, { counts, places }: Cells): Columns<CellKey> {
  return Object.fromEntries(measuresOf(table).map((measure, n) => (
    [measure, { type: 'int4' as const, of: (_: CellKey, i: number) => counts[places[i]! + n]! }])))
}

/** Adds to a rollup, in key order. */
export async function addCells (trx: Trx, province: string, table: RollupTable, cells: Cells): Promise<void> {
  if (cells.keys.length === 0) return
  const names = columns([...ROLLUPS[table], ...measuresOf(table)])
  await prepared(addedCells(table, sql`
    select ${province} as province_code, ${names}
    from ${unnested({ ...keyColumns(table, cells), ...measureColumns(table, cells) }, cells.keys)} as changed`)).execute(trx)
}

/** The statement that adds cells to a rollup. @param cells a query of its columns; no two of a key */
export function addedCells (table: RollupTable, cells: RawBuilder<unknown>): RawBuilder<unknown> {
  if (isPacked(table)) return addedPacked(table, cells)
  const key = columns(['province_code', ...ROLLUPS[table]])
  const names = sql`${key}, ${columns(measuresOf(table))}`
  return sql`
    insert into ${sql.table(table)} as kept (${names})
    select ${names} from (${cells}) as added order by province_code collate "C", ${keyOrder(table)}
    on conflict (${key}) do update set ${incremented(table)}`
}

/**
 * The order in which all lock the rows of a rollup, within a province: that of their bytes, as the key has it, whatever
 * the collation of the database.
 */
export function keyOrder (table: RollupTable): RawBuilder<unknown> {
  return sql.join([...keysOf(table).map(name => sql`${sql.ref(name)} collate "C"`), sql.ref(timeOf(table))])
}

function incremented (table: RollupTable): RawBuilder<unknown> {
  return sql.join(measuresOf(table).map(measure => (
    sql`${sql.ref(measure)} = ${sql.ref(`kept.${measure}`)} + ${sql.ref(`excluded.${measure}`)}`)))
}
