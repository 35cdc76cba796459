// Rollups of so many cells that a row holds many of them, all of one day, as arrays: a row for each cell would cost a
// transaction several times as much. Rows are added and never changed, so that cells of a key are in several, for
// which no writer waits. Each hour the rows of a day become one again.
import { sql, type RawBuilder } from 'kysely'
import type { Db, Trx } from '../../database/connect.ts'
import { columns } from '../../database/sql/bulk-json.ts'
import { allowSlowStatements } from '../../database/time-limits.ts'
import { inTransaction } from '../../database/transaction.ts'
import { keysOf, measuresOf, ROLLUPS, type RollupTable } from './families.ts'

export const PACKED: readonly RollupTable[] = [
  'dossier_sums_by_unit_day', 'dossier_sums_by_procedure_day',
  'dossier_differences_by_unit_day', 'dossier_differences_by_procedure_day',
  'dossier_results_by_unit_day'
]
/** So many rows a day may have before they are made one. */
const MOST_ROWS = 16

export function isPacked (table: RollupTable): boolean {
  return PACKED.includes(table)
}

/** What all cells of a row have in common. */
function sharedBy (table: RollupTable): string[] {
  return ['province_code', ...keysOf(table).filter(name => name === 'rules'), 'day']
}

/** The columns of arrays, by what each cell has of them. */
function arraysOf (table: RollupTable): (readonly [name: string, array: string])[] {
  const own = keysOf(table).filter(name => name !== 'rules').map(name => [name, `${name}s`] as const)
  return [...own, ...measuresOf(table).map(name => [name, name] as const)]
}

/** Adds cells to a table. @param cells a query of the columns of the rollup; no two of a key */
export function addedPacked (table: RollupTable, cells: RawBuilder<unknown>): RawBuilder<unknown> {
  const shared = columns(sharedBy(table))
  const arrays = arraysOf(table)
  const measures: readonly string[] = measuresOf(table)
  const packed = arrays.map(([name]) => measures.includes(name)
    // Nearly all are 0, which takes no room as null.
    ? sql`array_agg(nullif(${sql.ref(name)}, 0)::integer)`
    : sql`array_agg(${sql.ref(name)})`)
  return sql`
    insert into ${sql.table(table)} (${shared}, ${columns(arrays.map(([, array]) => array))})
    select ${shared}, ${sql.join(packed)} from (${cells}) as added group by ${shared}`
}

/** The cells of such rows: the columns of the rollup. */
export function unpackedCells (table: RollupTable, from: RawBuilder<unknown> = sql.table(table)): RawBuilder<unknown> {
  const names = arraysOf(table).map(([name, array]) => sql`unnest(${sql.ref(array)}) as ${sql.ref(name)}`)
  const measures = measuresOf(table).map(name => sql`coalesce(${sql.ref(name)}, 0) as ${sql.ref(name)}`)
  return sql`
    select ${columns(['province_code', ...ROLLUPS[table]])}, ${sql.join(measures)}
    from (select ${columns(sharedBy(table))}, ${sql.join(names)} from ${from}) as cells`
}

/** Makes one row of those of each day that has many: an answer unpacks them all. */
export async function repackRollups (db: Db): Promise<void> {
  for (const table of PACKED) {
    const shared = columns(sharedBy(table))
    const days = await inTransaction(db, async trx => {
      await allowSlowStatements(trx)
      const { rows } = await sql<Record<string, string>>`
        select ${shared} from ${sql.table(table)} group by ${shared} having count(*) >= ${MOST_ROWS}`.execute(trx)
      return rows
    })
    for (const day of days) {
      await inTransaction(db, async trx => {
        await allowSlowStatements(trx)
        await repackDay(trx, table, day)
      })
    }
  }
}

/** What is added meanwhile stays as it is. */
async function repackDay (trx: Trx, table: RollupTable, day: Record<string, string>): Promise<void> {
  const key = columns(['province_code', ...ROLLUPS[table]])
  const measures = measuresOf(table)
  const ofDay = Object.entries(day).map(([name, value]) => sql`${sql.ref(name)} = ${value}`)
  const summed = sql`
    select ${key}, ${sql.join(measures.map(name => sql`sum(${sql.ref(name)}) as ${sql.ref(name)}`))}
    from (${unpackedCells(table, sql`taken`)}) as cells group by ${key}
    having ${sql.join(measures.map(name => sql`sum(${sql.ref(name)}) <> 0`), sql` or `)}`
  await sql`
    with taken as (delete from ${sql.table(table)} where ${sql.join(ofDay, sql` and `)} returning *)
    ${addedPacked(table, summed)}`.execute(trx)
}
