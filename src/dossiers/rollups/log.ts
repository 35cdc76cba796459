// The log of rollups of many cells. A transaction touches thousands of their cells, and a row that is updated costs the
// database several times as much as one that is read. So a transaction adds one row to the log, with all of its cells,
// and a transaction that finds the log full merges it into the table. Only one does at a time, and no other waits for
// it. A reader adds up both.
import { sql, type RawBuilder } from 'kysely'
import { array } from '../../database/sql/bulk-binary.ts'
import { isLocked, lock, type LockName } from '../../database/sql/advisory-lock.ts'
import type { Db, Trx } from '../../database/connect.ts'
import { allowSlowStatements } from '../../database/time-limits.ts'
import { inTransaction } from '../../database/transaction.ts'
import { columns } from '../../database/sql/bulk-json.ts'
import { EVENT_MEASURES } from '../rules/events.ts'
import { addCells, incremented, keyOrder, TYPES, type KeyedCell } from './cells.ts'
import { keysOf, LOGGED, ROLLUPS, timeOf, type RollupTable } from './families.ts'

/** So many cells are in the log of a rollup, or so many transactions, before it is merged. */
const MOST_CELLS = 16_000
const MOST_ROWS = 64

/** Adds to a rollup, by way of its log. */
export async function logCells (
  trx: Trx, province: string, table: RollupTable, cells: readonly KeyedCell[]
): Promise<void> {
  if (cells.length === 0) return
  if (cells.length >= MOST_CELLS) {
    await allowSlowStatements(trx)
    return addCells(trx, province, table, cells)
  }
  const names = [...ROLLUPS[table], ...EVENT_MEASURES]
  const arrays = names.map(name => array(TYPES[name] ?? 'int4', cells.map(cell => cell[name]!)))
  const { rows: [log] } = await sql<{ is_full: boolean }>`
    with added as (
      insert into dossier_sums_log (province_code, rollup, cells, ${columns(names.map(arrayNameOf))})
      values (${province}, ${table}, ${cells.length}, ${sql.join(arrays)})
    )
    select coalesce(sum(cells), 0) + ${cells.length} >= ${MOST_CELLS} or count(*) + 1 >= ${MOST_ROWS} as is_full
    from dossier_sums_log where province_code = ${province} and rollup = ${table}`.execute(trx)
  if (!log!.is_full) return
  await allowSlowStatements(trx)
  await mergeUnlessOthersDo(trx, province, table)
}

/** The column of the log that holds a column of rollups. */
function arrayNameOf (name: string): string {
  if (name === 'quarter' || name === 'slice' || name === 'day') return 'times'
  return (EVENT_MEASURES as readonly string[]).includes(name) ? name : `${name}s`
}

function lockOf (province: string, table: RollupTable): LockName {
  return `log ${province} ${table}`
}

/** Merges all that is in the log. Call it last in a transaction, like all that writes rollups. */
export async function mergeLog (trx: Trx, province: string, table: RollupTable): Promise<void> {
  await lock(trx, lockOf(province, table), 'exclusive')
  await mergeUnlessOthersDo(trx, province, table)
}

/**
 * Merges what is in the log into the table, in key order. Until another that does so has committed, what it has deleted
 * is still there to see, and the log as full as before.
 */
async function mergeUnlessOthersDo (trx: Trx, province: string, table: RollupTable): Promise<void> {
  const key = columns(ROLLUPS[table])
  await sql`
    with taken as (
      delete from dossier_sums_log
      where province_code = ${province} and rollup = ${table} and ${isLocked(lockOf(province, table))}
      returning *
    )
    insert into ${sql.table(table)} as kept (province_code, ${key}, ${columns(EVENT_MEASURES)})
    select ${province}, ${key}, ${sql.join(EVENT_MEASURES.map(name => sql`sum(${sql.ref(name)})::integer`))}
    from (${unpacked(table, sql`taken`)}) as cells
    group by ${key} order by ${keyOrder(table)}
    on conflict (province_code, ${key}) do update set ${incremented()}`.execute(trx)
}

/** Merges the logs of all rollups, each in a transaction of its own: readers would unpack what is in them each time. */
export async function mergeLogs (db: Db): Promise<void> {
  const { rows } = await sql<{ province: string, table: RollupTable }>`
    select distinct province_code as province, rollup as table from dossier_sums_log`.execute(db)
  for (const { province, table } of rows) {
    await inTransaction(db, async trx => {
      await allowSlowStatements(trx)
      await mergeUnlessOthersDo(trx, province, table)
    })
  }
}

/** Cells of a rollup as rows: the columns of its table. Those of a key may be in several. */
export function cellsOf (table: RollupTable): RawBuilder<unknown> {
  if (!LOGGED.includes(table)) return sql.table(table)
  const names = columns(['province_code', ...ROLLUPS[table], ...EVENT_MEASURES])
  return sql`(
    select ${names} from ${sql.table(table)}
    union all
    select ${names} from (${unpacked(table, sql`dossier_sums_log`)}) as logged
  ) as cells`
}

function unpacked (table: RollupTable, from: RawBuilder<unknown>): RawBuilder<unknown> {
  const names = [...keysOf(table), timeOf(table), ...EVENT_MEASURES]
  return sql`
    select province_code, ${sql.join(names.map(name => sql`unnest(${sql.ref(arrayNameOf(name))}) as ${sql.ref(name)}`))}
    from ${from} where rollup = ${sql.lit(table)}`
}
