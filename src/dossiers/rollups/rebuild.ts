import { sql, type RawBuilder } from 'kysely'
import type { Db, Trx } from '../../database/connect.ts'
import { lock } from '../../database/sql/advisory-lock.ts'
import { columns } from '../../database/sql/bulk-json.ts'
import { runOwnWrite } from '../../writes/unit-of-work.ts'
import { parseDay } from '../../time/business-day.ts'
import { quarterIn, sliceIn } from '../../time/business-day-sql.ts'
import { dossierEvents } from '../rules/events-sql.ts'
import { EVENT_MEASURES, RULES_VERSION } from '../rules/events.ts'
import { dossierStates, IN_ONE_STATE } from '../rules/timeline-sql.ts'
import { addCells, type Cell } from './cells.ts'
import { correctDesks, wrongDesks, type WrongDesk } from './desks.ts'
import { keysOf, ROLLUP_TABLES, ROLLUPS, timeOf, type RollupTable } from './families.ts'
import { cellsOf } from './log.ts'

/** A row that differs from the dossiers. `key` holds the columns of the table's key after the province. */
export interface Deviation {
  table: RollupTable | 'dossier_desks'
  province: string
  key: Record<string, string>
  stored: Readonly<Record<string, number | string | null>>
  counted: Readonly<Record<string, number | string | null>>
}

interface WrongRollup extends Deviation {
  table: RollupTable
  stored: Cell
  counted: Cell
}

/** An advisory lock of an arbitrary number: two rebuilds at once would correct the same row twice. */
const LOCK = 20_210_614

/**
 * Counts all dossiers and corrects the rollup rows that deviate. Dossiers may be written meanwhile: both are read in
 * one snapshot, in which they must agree, and each row is corrected by its difference in that snapshot.
 * @returns the deviations
 */
export async function rebuildRollups (db: Db): Promise<Deviation[]> {
  return underLock(db, corrected)
}

/**
 * Does so if the rollups were counted by another version of the rules. Processes that start together wait for one
 * another.
 * @param prepare what these rules say of stored dossiers, which is done first
 * @returns the deviations; null: the rollups are of these rules
 */
export async function rebuildOutdatedRollups (
  db: Db, prepare: (session: Db) => Promise<unknown>
): Promise<Deviation[] | null> {
  return underLock(db, async session => {
    const { rows: [counted] } = await sql<{ version: number }>`select version from rollup_rules`.execute(session)
    if (counted!.version === RULES_VERSION) return null
    await prepare(session)
    const deviations = await corrected(session)
    await sql`update rollup_rules set version = ${RULES_VERSION}, at = clock_timestamp()`.execute(session)
    return deviations
  })
}

async function underLock<T> (db: Db, work: (session: Db) => Promise<T>): Promise<T> {
  return db.connection().execute(async session => {
    await sql`select pg_advisory_lock(${LOCK})`.execute(session)
    try {
      return await work(session)
    } finally {
      await sql`select pg_advisory_unlock(${LOCK})`.execute(session)
    }
  })
}

async function corrected (session: Db): Promise<Deviation[]> {
  const { rollups, desks } = await session.transaction().setIsolationLevel('repeatable read').execute(async trx => (
    { rollups: await wrongRollups(trx), desks: await wrongDesks(trx) }))
  const { deviations } = await runOwnWrite(session, 'service', 'recountDossiers', async ({ trx, auditRows }) => {
    await lock(trx, 'dossiers', 'shared')
    const corrected = await correctDesks(trx, desks)
    await correct(trx, rollups)
    const deviations = [...corrected.map(deviationOf), ...rollups]
    // The audit also ends the answers that are kept.
    if (deviations.length > 0) {
      auditRows.push({
        province_code: '', resource: 'rollups', action: 'updated', key: {}, unit: null, before: null,
        after: { corrected: deviations.length }
      })
    }
    return { deviations }
  })
  return deviations
}

function deviationOf ({ province_code: province, unit, stored, counted }: WrongDesk): Deviation {
  return { table: 'dossier_desks', province, key: { unit }, stored: { since: stored }, counted: { since: counted } }
}

const ALL = {
  plain: sql`(select * from dossiers where ${IN_ONE_STATE})`,
  states: dossierStates()
}

/**
 * What rollups are compared with: all dossiers by keys that several of them are summed from. By all keys at once there
 * would be nearly as many rows as dossiers.
 */
const COUNTED = {
  counted_desks: ['unit', 'level', 'field', 'channel'],
  counted_procedures: ['procedure', 'level', 'field']
}
type Counted = keyof typeof COUNTED

async function wrongRollups (trx: Trx): Promise<WrongRollup[]> {
  const found = []
  for (const [counted, keys] of Object.entries(COUNTED) as [Counted, string[]][]) {
    const names = columns(['province_code', ...keys, 'day'])
    await sql`
      create temporary table ${sql.table(counted)} on commit drop as
      select ${names}, ${sql.join(EVENT_MEASURES.map(name => sql`sum(${sql.ref(name)}) as ${sql.ref(name)}`))}
      from (${dossierEvents(['province_code', ...keys], ALL)}) as events group by ${names}`.execute(trx)
    const isOfProcedures = counted === 'counted_procedures'
    for (const table of ROLLUP_TABLES.filter(table => keysOf(table).includes('procedure') === isOfProcedures)) {
      found.push(...await wrongRollupsOf(trx, table, counted))
    }
  }
  return found
}

async function wrongRollupsOf (trx: Trx, table: RollupTable, counted: Counted): Promise<WrongRollup[]> {
  const keys = sql.join(['province_code', ...ROLLUPS[table]].map(name => sql.ref(name)))
  const each = (column: (name: RawBuilder<unknown>) => RawBuilder<unknown>) => (
    sql.join(EVENT_MEASURES.map(name => column(sql.ref(name)))))
  const { rows } = await sql<{ province_code: string, stored: Cell, counted: Cell } & Record<string, string>>`
    with counted as (
      select ${keys}, ${each(name => sql`sum(${name})::integer as ${name}`)}
      from (select *, ${sliceIn('day')} as slice, ${quarterIn('day')} as quarter from ${sql.table(counted)}) as days
      group by ${keys}
    ),
    stored as (
      select ${keys}, ${each(name => sql`sum(${name})::integer as ${name}`)} from ${cellsOf(table)} group by ${keys}
    ),
    compared as (
      select ${keys}, to_jsonb(stored) as stored, to_jsonb(counted) as counted,
        (${each(name => sql`coalesce(stored.${name}, 0)`)}) = (${each(name => sql`coalesce(counted.${name}, 0)`)}) as equal
      from counted full join stored using (${keys})
    )
    select * from compared where not equal order by ${keys}`.execute(trx)
  return rows.map(({ province_code: province, stored, counted, ...row }) => {
    const key = Object.fromEntries(ROLLUPS[table].map(name => [name, row[name]!]))
    return { table, province, key, stored: cellFrom(stored), counted: cellFrom(counted) }
  })
}

function cellFrom (sums: Cell | null): Cell {
  return Object.fromEntries(EVENT_MEASURES.map(measure => [measure, sums?.[measure] ?? 0])) as Cell
}

/** In the order in which all who write rollups lock their rows. */
async function correct (trx: Trx, sums: WrongRollup[]) {
  for (const table of ROLLUP_TABLES) {
    const time = timeOf(table)
    for (const [province, ofOne] of Map.groupBy(sums.filter(sum => sum.table === table), ({ province }) => province)) {
      await addCells(trx, province, table, ofOne.map(({ key, stored, counted }) => ({
        ...key,
        [time]: parseDay(key[time]!),
        ...Object.fromEntries(EVENT_MEASURES.map(measure => [measure, counted[measure] - stored[measure]]))
      })))
    }
  }
}
