import { sql } from 'kysely'
import type { BatchRow } from '../../../writes/ingest-batch.ts'
import type { Trx } from '../../../database/connect.ts'
import { columns, recordset } from '../../../database/sql/bulk-json.ts'
import type { SetKey, StatisticsKind, StatisticsRow } from '../../kinds/kind.ts'
import { distinctSets, rowKeyOf, SET_KEY, setKeyOf, type NewRow } from '../store.ts'

interface Withdrawal extends SetKey {
  reported_at: string
}

/**
 * The rows of a batch that are older than what is stored, or than its withdrawal: an old file that is sent again does
 * not undo a correction. A row that does not say when it was reported is never older.
 * @param before stored rows with the keys of the batch, or all rows of its sets if they are replaced
 * @returns the indexes of their items
 */
export async function outdatedRows (
  trx: Trx, kind: StatisticsKind, rows: readonly BatchRow<NewRow>[], before: readonly StatisticsRow[], replace: boolean
): Promise<Set<number>> {
  const dated = rows.filter(({ row }) => row.reported_at !== null)
  if (dated.length === 0) return new Set()
  const withdrawals = await withdrawalsOf(trx, kind, dated.map(({ row }) => row))
  const ageOf = replace ? agesOfSets(rows) : ({ reported_at: at }: StatisticsRow) => instantOf(at)
  const keyOf: (row: StatisticsRow) => string = replace ? setKeyOf : rowKeyOf
  const stored = latestBy(before, keyOf)
  const outdated = dated.filter(({ row }) => (
    ageOf(row)! < (stored.get(keyOf(row)) ?? withdrawals.get(setKeyOf(row)) ?? -Infinity)))
  return new Set(outdated.map(({ index }) => index))
}

/** A set that is replaced is as old as the latest of its rows. */
function agesOfSets (rows: readonly BatchRow<NewRow>[]): (set: SetKey) => number | undefined {
  const ages = new Map<string, number>()
  for (const { row } of rows) {
    const key = setKeyOf(row)
    ages.set(key, Math.max(ages.get(key) ?? -Infinity, instantOf(row.reported_at) ?? Infinity))
  }
  return set => ages.get(setKeyOf(set))
}

function latestBy (rows: readonly StatisticsRow[], keyOf: (row: StatisticsRow) => string): Map<string, number> {
  const latest = new Map<string, number>()
  for (const row of rows) {
    const key = keyOf(row)
    latest.set(key, Math.max(latest.get(key) ?? -Infinity, instantOf(row.reported_at) ?? -Infinity))
  }
  return latest
}

async function withdrawalsOf (trx: Trx, { tables }: StatisticsKind, rows: NewRow[]): Promise<Map<string, number>> {
  const { rows: found } = await sql<Withdrawal>`
    select ${columns([...SET_KEY, 'reported_at'], 'stored')}
    from ${recordset(tables.sets, distinctSets(rows), SET_KEY)}
    join ${sql.table(tables.withdrawn)} as stored using (${columns(SET_KEY)})`.execute(trx)
  return new Map(found.map(set => [setKeyOf(set), Date.parse(set.reported_at)]))
}

/**
 * Remembers that rows were taken back, so that none of their sets comes back by an older file.
 * @param replacing rows in their place, which say as of when; none: as of now
 */
export async function rememberWithdrawals (
  trx: Trx, { tables }: StatisticsKind, deleted: readonly StatisticsRow[],
  replacing: readonly BatchRow<NewRow>[]
): Promise<void> {
  if (deleted.length === 0) return
  const ages = agesOfSets(replacing)
  const sets = distinctSets([...deleted]).map(set => {
    const age = ages(set) ?? Infinity
    return { ...set, reported_at: age === Infinity ? now(set.reported_at) : new Date(age).toISOString() }
  })
  const names = [...SET_KEY, 'reported_at'] as const
  await sql`insert into ${sql.table(tables.withdrawn)} as stored (${columns(names)})
    select ${columns(names)} from ${recordset(tables.withdrawn, sets, names)}
    on conflict (${columns(SET_KEY)}) do update set reported_at = greatest(stored.reported_at, excluded.reported_at)
  `.execute(trx)
}

/**
 * When a row was reported, beside the one that is stored: at the same instant it is not another value, and a row that
 * does not say so was reported when it came.
 */
export function reportedAt (
  row: StatisticsRow, before: StatisticsRow | undefined, isChanged: boolean
): StatisticsRow['reported_at'] {
  const stored = before?.reported_at ?? null
  if (row.reported_at !== null) return instantOf(row.reported_at) === instantOf(stored) ? stored : row.reported_at
  return isChanged ? now(stored) : stored
}

/** Now, and not before `stored`, which may be of a clock that is ahead. */
function now (stored: string | null): string {
  return new Date(Math.max(Date.now(), instantOf(stored) ?? 0)).toISOString()
}

function instantOf (text: string | null): number | null {
  return text === null ? null : Date.parse(text)
}
