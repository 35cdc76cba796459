// How many dossiers are open, by unit and day, kept up to date in the transaction that writes the dossiers. As of the
// large rollups, a transaction adds one row to a log, and one that finds the log full merges it into the table: all
// that come in on a day change the same rows, for which writers would wait for one another. Only who merges writes the
// table, and only one does at a time; no other waits for it.
import { sql, type RawBuilder } from 'kysely'
import type { Db, Trx } from '../../database/connect.ts'
import { arrayOf } from '../../database/sql/bulk-binary.ts'
import { prepared } from '../../database/sql/prepared.ts'
import { lock, tryLock, type LockName } from '../../database/sql/advisory-lock.ts'
import { allowSlowStatements } from '../../database/time-limits.ts'
import { inTransaction } from '../../database/transaction.ts'
import type { DayNumber } from '../../time/business-day.ts'
import type { Timeline } from '../rules/timeline.ts'
import { BACKLOG_KINDS, standingOf, type BacklogKind, type Standing } from './standing.ts'

/**
 * So many cells are in the log of a province, or so many transactions, before it is merged. Each answer unpacks it,
 * and one of its cells costs as much as six of the table.
 */
const MOST_CELLS = 4_000
const MOST_ROWS = 64

interface Cell {
  unit: string
  kind: BacklogKind
  day: DayNumber
  dossiers: number
}

/** What a transaction adds to the open dossiers of units, and takes from them. */
export class BacklogDeltas {
  /** By unit, then by kind and day, as one number. */
  readonly #units = new Map<string, Map<number, number>>()

  add (dossier: Timeline) {
    this.#count(dossier, 1)
  }

  replace (before: Timeline, after: Timeline) {
    this.#count(before, -1)
    this.#count(after, 1)
  }

  #count (dossier: Timeline, by: 1 | -1) {
    const standing = standingOf(dossier)
    if (standing !== null) this.#countIn(dossier.unit, standing, by)
  }

  #countIn (unit: string, { receivedOn, kind, day }: Standing, by: 1 | -1) {
    const cells = this.#units.get(unit) ?? new Map<number, number>()
    this.#units.set(unit, cells)
    const [received, other] = [receivedOn * KINDS + PLACES.received, day * KINDS + PLACES[kind]]
    cells.set(received, (cells.get(received) ?? 0) + by)
    cells.set(other, (cells.get(other) ?? 0) + by)
  }

  /** Lock nothing but rollups afterwards: who merges the log has it until the end of the transaction. */
  async apply (trx: Trx, province: string): Promise<void> {
    const cells = this.#cells()
    if (cells.length > 0) await logCells(trx, province, cells)
  }

  #cells (): Cell[] {
    const all: Cell[] = []
    for (const [unit, cells] of this.#units) {
      for (const [key, dossiers] of cells) {
        if (dossiers === 0) continue
        all.push({ unit, kind: BACKLOG_KINDS[key % KINDS]!, day: Math.floor(key / KINDS), dossiers })
      }
    }
    return all
  }
}

const KINDS = BACKLOG_KINDS.length
/** Of the kinds in the number of a cell. */
const PLACES = Object.fromEntries(BACKLOG_KINDS.map((kind, place) => [kind, place])) as Record<BacklogKind, number>

async function logCells (trx: Trx, province: string, cells: readonly Cell[]): Promise<void> {
  const { rows: [logged] } = await prepared(sql<{ is_full: boolean }>`
    with added as (
      insert into backlog_sums_log (province_code, cells, units, kinds, days, dossiers)
      values (${province}, ${cells.length}, ${arrayOf('text', cells, ({ unit }) => unit)},
        ${arrayOf('text', cells, ({ kind }) => kind)}, ${arrayOf('date', cells, ({ day }) => day)},
        ${arrayOf('int4', cells, ({ dossiers }) => dossiers)})
    )
    select coalesce(sum(cells), 0) + ${cells.length} >= ${MOST_CELLS} or count(*) + 1 >= ${MOST_ROWS} as is_full
    from backlog_sums_log where province_code = ${province}`).execute(trx)
  if (logged!.is_full) await mergeUnlessOthersDo(trx, province)
}

/** The first day of the month of `day`. */
export const MONTH = sql.raw(`(day - date_part('day', day::timestamp)::integer + 1)`)

function lockOf (province: string): LockName {
  return `backlog ${province}`
}

/**
 * Merges what is in the log. Another that has just done so may have been seen by the statement that takes the lock as
 * it was before, so that the next one merges.
 */
async function mergeUnlessOthersDo (trx: Trx, province: string): Promise<void> {
  const { rows: [taken] } = await sql<{ alone: boolean }>`select ${tryLock(lockOf(province))} as alone`.execute(trx)
  await allowSlowStatements(trx)
  await sql`
    with taken as (delete from backlog_sums_log where province_code = ${province} and ${taken!.alone} returning *),
    changed as (
      select unit, kind, day, sum(dossiers)::integer as dossiers from (${unpacked(sql`taken`)}) as cells
      group by unit, kind, day having sum(dossiers) <> 0
    )
    ${merged(province)}`.execute(trx)
}

/**
 * Goes on after the CTE `changed`: adds its rows to the table, which keeps no row of 0, and to its sums by month. The
 * log must be locked.
 */
export function merged (province: string): RawBuilder<unknown> {
  return sql`,
    months as (
      ${addedToMonths(sql`
        select ${province}, unit, kind, ${MONTH} as month, sum(dossiers), sum(dossiers * (day - ${MONTH})) from changed
        group by unit, kind, month having sum(dossiers) <> 0 or sum(dossiers * (day - ${MONTH})) <> 0
        order by unit, kind, month`)}
    )
    merge into backlog_sums as kept using changed
    on kept.province_code = ${province} and kept.unit = changed.unit and kept.kind = changed.kind and kept.day = changed.day
    when matched and kept.dossiers + changed.dossiers = 0 then delete
    when matched then update set dossiers = kept.dossiers + changed.dossiers
    when not matched then insert (province_code, unit, kind, day, dossiers)
      values (${province}, changed.unit, changed.kind, changed.day, changed.dossiers)`
}

/** @param rows a query of the columns of `backlog_sums_by_month`, in the order of its key */
export function addedToMonths (rows: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`
    insert into backlog_sums_by_month as kept (province_code, unit, kind, month, dossiers, days)
    ${rows}
    on conflict (province_code, unit, kind, month) do update
    set dossiers = kept.dossiers + excluded.dossiers, days = kept.days + excluded.days`
}

/** Until the transaction ends no other writes the table. Call it last, like all that writes sums. */
export async function lockBacklogSums (trx: Trx, province: string): Promise<void> {
  await lock(trx, lockOf(province), 'exclusive')
}

/** Merges the logs of all provinces, each in its own transaction: readers would unpack what is in them each time. */
export async function mergeBacklogLogs (db: Db): Promise<void> {
  const { rows } = await sql<{ province: string }>`
    select distinct province_code as province from backlog_sums_log`.execute(db)
  for (const { province } of rows) await inTransaction(db, trx => mergeUnlessOthersDo(trx, province))
}

/** The sums as rows: the columns of the table. Those of a key may be in several. */
export function backlogCells (): RawBuilder<unknown> {
  return sql`(
    select province_code, unit, kind, day, dossiers from backlog_sums
    union all
    ${loggedBacklog()}
  )`
}

/** What the log adds to the table, as rows with its columns. */
export function loggedBacklog (): RawBuilder<unknown> {
  return unpacked(sql`backlog_sums_log`)
}

function unpacked (from: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`
    select province_code, unnest(units) as unit, unnest(kinds) as kind, unnest(days) as day, unnest(dossiers) as dossiers
    from ${from}`
}
