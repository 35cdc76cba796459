// The log of rollups of many cells. A transaction touches thousands of their cells, and a row that is updated costs the
// database several times as much as one that is read. So a transaction adds one row to the log, with all of its cells,
// and a transaction that finds the log full merges it into the tables. Only one does at a time, and no other waits for
// it. A reader adds up both.
import { sql, type RawBuilder } from 'kysely'
import { arrayOf } from '../../database/sql/bulk-binary.ts'
import { tryLock, lock, type LockName } from '../../database/sql/advisory-lock.ts'
import type { Db, Trx } from '../../database/connect.ts'
import { allowSlowStatements } from '../../database/time-limits.ts'
import { inTransaction } from '../../database/transaction.ts'
import { columns } from '../../database/sql/bulk-json.ts'
import { prepared } from '../../database/sql/prepared.ts'
import { quarterIn, sliceIn } from '../../time/business-day-sql.ts'
import { mergeBacklogLogs } from '../backlog-sums/sums.ts'
import { addCells, addedCells, keyColumns, type Cells } from './cells.ts'
import {
  isOfResults, keysOf, logOf, LOGS, measuresOf, ROLLUPS, timeOf, type Log, type RollupMeasure, type RollupTable,
  type TimeGrain
} from './families.ts'
import { isPacked, unpackedCells } from './packed.ts'

/** So many cells are in a log, or so many transactions, before it is merged. */
const MOST_CELLS = 16_000
const MOST_ROWS = 64
/** Of results and of days of units: to unpack more took longer than all else that is read, and writes cost no less. */
const FEW_CELLS = 4_000

/** Adds to the rollups of a log. @param cellsFor one of its tables */
export async function logCells (
  trx: Trx, province: string, log: Log, cellsFor: (table: RollupTable) => Cells
): Promise<void> {
  const cells = cellsFor(log)
  const { keys: { length } } = cells
  if (length === 0) return
  const mostCells = isOfResults(log) || isOfUnitDays(log) ? FEW_CELLS : MOST_CELLS
  if (length >= mostCells) {
    await allowSlowStatements(trx)
    for (const table of LOGS[log]) await addCells(trx, province, table, cellsFor(table))
    return
  }
  const arrays = [
    ...Object.entries(keyColumns(log, cells)).map(([name, { type, of }]) => (
      [arrayNameOf(name), arrayOf(type, cells.keys, of)] as const)),
    ...measuresOf(log).map((measure, n) => [measure, countsOf(cells, n)] as const)
  ]
  const { rows: [logged] } = await prepared(sql<{ is_full: boolean }>`
    with added as (
      insert into dossier_sums_log (province_code, rollup, cells, ${columns(arrays.map(([name]) => name))})
      values (${province}, ${log}, ${length}, ${sql.join(arrays.map(([, array]) => array))})
    )
    select coalesce(sum(cells), 0) + ${length} >= ${mostCells} or count(*) + 1 >= ${MOST_ROWS} as is_full
    from dossier_sums_log where province_code = ${province} and rollup = ${log}`).execute(trx)
  if (!logged!.is_full) return
  await allowSlowStatements(trx)
  await mergeUnlessOthersDo(trx, province, log)
}

function isOfUnitDays (log: Log): boolean {
  return timeOf(log) === 'day' && keysOf(log).includes('unit')
}

/** A measure of cells; null in place of 0, of which there are so many that the log would consist of them. */
function countsOf ({ counts, places }: Cells, n: number): RawBuilder<unknown> {
  if (places.every(place => counts[place + n] === 0)) return sql`${null}::int4[]`
  return arrayOf('int4', places, place => counts[place + n]! || null)
}

/** The column of the log that holds a column of rollups. */
function arrayNameOf (name: string): string {
  return name === 'slice' || name === 'day' ? 'times' : name === 'rules' ? name : `${name}s`
}

function lockOf (province: string, log: Log): LockName {
  return `log ${province} ${log}`
}

/** Merges all that is in a log. Call it last in a transaction, like all that writes rollups. */
export async function mergeLog (trx: Trx, province: string, log: Log): Promise<void> {
  await lock(trx, lockOf(province, log), 'exclusive')
  await mergeUnlessOthersDo(trx, province, log)
}

/**
 * Merges what is in a log into its tables, in key order. Until another that does so has committed, what it has deleted
 * is still there to see, and the log as full as before.
 */
async function mergeUnlessOthersDo (trx: Trx, province: string, log: Log): Promise<void> {
  const tables: readonly RollupTable[] = LOGS[log]
  const sums = tables.map((table, i) => {
    const cells = i === 0 ? sql`(${unpacked(log, sql`taken`)}) as cells` : sumsOf(tables[i - 1]!)
    return sql`${sumsOf(table)} as (${summed(province, table, timeOf(tables[i - 1] ?? log), cells)})`
  })
  const [first, ...later] = tables.map(table => (
    { table, merged: addedCells(table, sql`select * from ${sumsOf(table)}`) }))
  // What nothing reads is run from the last to the first, and all others lock rows in the order of the list.
  const others = later.toReversed().map(({ table, merged }) => sql`${sql.ref(`merged_${table}`)} as (${merged})`)
  await prepared(sql`
    with taken as (
      delete from dossier_sums_log
      where province_code = ${province} and rollup = ${log} and ${tryLock(lockOf(province, log))}
      returning *
    ),
    ${sql.join([...sums, ...others])}
    ${first!.merged}`).execute(trx)
}

/** What a log adds to one of its tables. */
function sumsOf (table: RollupTable): RawBuilder<unknown> {
  return sql.ref(`sums_${table}`)
}

/** Sums of each table are summed from those of the one before it, of which there are fewer than cells in the log. */
function summed (
  province: string, table: RollupTable, from: TimeGrain, cells: RawBuilder<unknown>
): RawBuilder<unknown> {
  const key = columns(ROLLUPS[table])
  const measures = measuresOf(table).map(name => sql`coalesce(sum(${sql.ref(name)}), 0)::integer as ${sql.ref(name)}`)
  return sql`
    select ${province} as province_code, ${key}, ${sql.join(measures)}
    from (select ${columns(keysOf(table))}, ${spanIn(table, from)}, ${columns(measuresOf(table))} from ${cells}) as cells
    group by ${key}`
}

/** Merges all logs, each in a transaction of its own: readers would unpack what is in them each time. */
export async function mergeLogs (db: Db): Promise<void> {
  const { rows } = await sql<{ province: string, log: Log }>`
    select distinct province_code as province, rollup as log from dossier_sums_log`.execute(db)
  for (const { province, log } of rows) {
    await inTransaction(db, async trx => {
      await allowSlowStatements(trx)
      await mergeUnlessOthersDo(trx, province, log)
    })
  }
  await mergeBacklogLogs(db)
}

/** Cells of a rollup as rows: the columns of its table. Those of a key may be in several. */
export function cellsOf (table: RollupTable): RawBuilder<unknown> {
  const log = logOf(table)
  if (log === undefined) return sql.table(table)
  return sql`(
    ${isPacked(table) ? unpackedCells(table) : sql`select ${columns(['province_code', ...ROLLUPS[table], ...measuresOf(table)])} from ${sql.table(table)}`}
    union all
    select province_code, ${loggedColumns(table, log)} from (${unpacked(log, sql`dossier_sums_log`)}) as logged
  ) as cells`
}

/** The first day of the span that a day, or a shorter span, is in. */
const SPAN_IN = { quarter: quarterIn, slice: sliceIn }

/** The time of a rollup, of cells with that of another grain. */
function spanIn (table: RollupTable, from: TimeGrain): RawBuilder<unknown> {
  const grain = timeOf(table)
  return grain === from || grain === 'day' ? sql.ref(grain) : sql`${SPAN_IN[grain](from)} as ${sql.ref(grain)}`
}

/** The columns of a rollup, of the cells in its log. */
function loggedColumns (table: RollupTable, log: Log): RawBuilder<unknown> {
  const measures = measuresOf(table).map(name => sql`coalesce(${sql.ref(name)}, 0) as ${sql.ref(name)}`)
  return sql.join([...keysOf(table).map(name => sql.ref(name)), spanIn(table, timeOf(log)), ...measures])
}

/** The cells of a log alone as rows, with these measures; null: 0. To unpack one takes as long as to add it up. */
export function loggedCells (log: Log, measures: readonly RollupMeasure[]): RawBuilder<unknown> {
  return sql`(${unpacked(log, sql`dossier_sums_log`, measures)}) as logged`
}

function unpacked (
  log: Log, from: RawBuilder<unknown>, measures: readonly RollupMeasure[] = measuresOf(log)
): RawBuilder<unknown> {
  const keys = ROLLUPS[log].map(name => [name, arrayNameOf(name)] as const)
  const arrays = [...keys, ...measures.map(name => [name, name] as const)]
  return sql`
    select province_code, ${sql.join(arrays.map(([name, array]) => sql`unnest(${sql.ref(array)}) as ${sql.ref(name)}`))}
    from ${from} where rollup = ${sql.lit(log)}`
}
