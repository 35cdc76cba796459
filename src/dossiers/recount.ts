import { sql, type RawBuilder } from 'kysely'
import type { Db, Trx } from '../database/connect.ts'
import { columns } from '../database/recordset.ts'
import { inTransaction } from '../database/transaction.ts'
import { dayNamed } from './business-day.ts'
import { dossierEvents, sliceIn } from './events-query.ts'
import { MEASURES } from './events.ts'
import { addCells, SUMS, type Cell, type SumsTable } from './sums.ts'

/** Sums that are not what the dossiers add up to. `key` holds the columns of the table's key after the province. */
export interface Deviation {
  table: SumsTable
  province: string
  key: Record<string, string>
  kept: Cell
  counted: Cell
}

/** Any number, so that one recount waits for another: two would correct the same sum twice. */
const LOCK = 20_210_614

/**
 * Counts all dossiers again and corrects the sums that deviate. Dossiers may be written meanwhile: rows and sums are
 * read as of one time, at which they had to agree, and a sum is corrected by what it was off then.
 * @returns what was wrong
 */
export async function recountDossiers (db: Db): Promise<Deviation[]> {
  return db.connection().execute(async session => {
    await sql`select pg_advisory_lock(${LOCK})`.execute(session)
    try {
      const deviations = await session.transaction().setIsolationLevel('repeatable read').execute(deviationsIn)
      await inTransaction(session, true, trx => correct(trx, deviations))
      return deviations
    } finally {
      await sql`select pg_advisory_unlock(${LOCK})`.execute(session)
    }
  })
}

async function deviationsIn (trx: Trx): Promise<Deviation[]> {
  const key = ['province_code', 'unit', 'level', 'field', 'channel']
  await sql`
    create temporary table counted_days on commit drop as
    select ${columns([...key, 'day'])}, ${sql.join(MEASURES.map(name => sql`sum(${sql.ref(name)}) as ${sql.ref(name)}`))}
    from (${dossierEvents(key, sql`dossiers`)}) as events group by ${columns([...key, 'day'])}`.execute(trx)
  const found = []
  for (const table of Object.keys(SUMS) as SumsTable[]) found.push(...await deviationsOf(trx, table))
  return found
}

async function deviationsOf (trx: Trx, table: SumsTable): Promise<Deviation[]> {
  const keys = sql.join(['province_code', ...SUMS[table]].map(name => sql.ref(name)))
  const each = (column: (name: RawBuilder<unknown>) => RawBuilder<unknown>) => (
    sql.join(MEASURES.map(name => column(sql.ref(name)))))
  const { rows } = await sql<{ province_code: string, kept: Cell, counted: Cell } & Record<string, string>>`
    with counted as (
      select ${keys}, ${each(name => sql`sum(${name})::integer as ${name}`)}
      from (select *, ${sliceIn('day')} as slice from counted_days) as days
      group by ${keys}
    ),
    compared as (
      select ${keys}, to_jsonb(kept) as kept, to_jsonb(counted) as counted,
        (${each(name => sql`coalesce(kept.${name}, 0)`)}) = (${each(name => sql`coalesce(counted.${name}, 0)`)}) as equal
      from counted full join ${sql.table(table)} as kept using (${keys})
    )
    select * from compared where not equal order by ${keys}`.execute(trx)
  return rows.map(({ province_code: province, kept, counted, ...row }) => {
    const key = Object.fromEntries(SUMS[table].map(name => [name, row[name]!]))
    return { table, province, key, kept: cellFrom(kept), counted: cellFrom(counted) }
  })
}

function cellFrom (sums: Cell | null): Cell {
  return Object.fromEntries(MEASURES.map(measure => [measure, sums?.[measure] ?? 0])) as Cell
}

async function correct (trx: Trx, deviations: Deviation[]) {
  for (const ofOne of Map.groupBy(deviations, ({ table, province }) => `${table} ${province}`).values()) {
    const { table, province } = ofOne[0]!
    await addCells(trx, province, table, ofOne.map(({ key: { slice, day, ...names }, kept, counted }) => ({
      ...names,
      ...(slice === undefined ? { day: dayNamed(day!) } : { slice: dayNamed(slice) }),
      ...Object.fromEntries(MEASURES.map(measure => [measure, counted[measure] - kept[measure]]))
    })))
  }
}
