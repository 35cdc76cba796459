import { sql, type RawBuilder } from 'kysely'
import type { Db, Trx } from '../database/connect.ts'
import { inTransaction } from '../database/transaction.ts'
import { dayNamed } from './business-day.ts'
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
  await sql`create temporary table counted_days on commit drop as ${countedDays()}`.execute(trx)
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
      from (select *, date_trunc('month', day)::date + case when extract(day from day) < 15 then 0 else 14 end as slice
        from counted_days) as days
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

/** The business day of an instant; see business-day.ts for the seven hours. */
function day (instant: string) {
  return sql`(${sql.ref(instant)} at time zone interval '7 hours')::date`
}

/**
 * What happened on each day, by unit, level and field. Written from the rules once more, in the terms of SQL, so that a
 * mistake in events.ts shows.
 */
function countedDays (): RawBuilder<unknown> {
  return sql`
    with counted as (
      select *, ${day('received_at')} as received_on, ${day('ended_at')} as ended_on, ${day('due_at')} as due_on
      from dossiers cross join lateral (select case
        when status in (7, 8) then coalesce(finished_at, returned_at, updated_at)
        when status in (9, 10) then coalesce(finished_at, returned_at) end as ended_at) as ends
      where status in (2, 4, 5, 6, 7, 8, 9, 10)
    ),
    waits as (
      select counted.*, n, requested_at, least(completed_at, ended_at) as waited_until,
        coalesce(lag(new_due_at) over earlier, old_due_at, due_at) as due_until_then,
        lag(least(completed_at, ended_at)) over earlier as waited_before,
        lead(n) over earlier is null as is_last
      from counted cross join lateral rows from (jsonb_to_recordset(supplements) as (
        requested_at timestamptz, completed_at timestamptz, old_due_at timestamptz, new_due_at timestamptz
      )) with ordinality as asked (requested_at, completed_at, old_due_at, new_due_at, n)
      where ended_at is null or requested_at < ended_at
      window earlier as (partition by province_code, code order by n)
    ),
    terms as (
      select province_code, code, unit, level, field, ended_at, ended_on, due_at as due, 2147483647 as n, true as final,
        received_on as starts_on, 'infinity'::date as stops_on
      from counted
      where supplements is null or not exists (
        select from waits where waits.province_code = counted.province_code and waits.code = counted.code)
      union all
      select province_code, code, unit, level, field, ended_at, ended_on, due_at, 2147483647, true,
        greatest(received_on, ${day('waited_until')}), 'infinity'
      from waits where is_last and waited_until is not null
      union all
      select province_code, code, unit, level, field, ended_at, ended_on, due_until_then, n, false,
        greatest(received_on, ${day('waited_before')}), ${day('requested_at')}
      from waits
    ),
    reached as (
      select *, ${day('due')} as due_on, greatest(starts_on, ${day('due')}) as reached_on
      from terms where due is not null
    ),
    overdue as (
      select *, least(stops_on, ended_on) as overdue_until from reached where reached_on < least(stops_on, ended_on)
    ),
    met as (
      select *, due_on is distinct from lag(due_on) over (partition by province_code, code order by n) as is_another
      from reached where final or reached_on < stops_on
    ),
    events as (
      select province_code, unit, level, field, received_on as day,
        (channel = 'online')::int as received_online, (channel <> 'online')::int as received_direct,
        (channel = 'postal')::int as received_postal, 0 as resolved_early, 0 as resolved_on_time, 0 as resolved_overdue,
        0 as became_overdue, 0 as due, 0 as due_in_time
      from counted
      union all
      select province_code, unit, level, field, ended_on, 0, 0, 0,
        (is_in_time and is_early)::int, (is_in_time and not is_early)::int, (not is_in_time)::int, 0, 0, 0
      from counted cross join lateral (select
        due_at is null or ended_at <= due_at as is_in_time,
        due_at is not null and ended_on < due_on and status in (9, 10) as is_early) as how
      where ended_at is not null
      union all
      select province_code, unit, level, field, reached_on, 0, 0, 0, 0, 0, 0, 1, 0, 0 from overdue
      union all
      select province_code, unit, level, field, overdue_until, 0, 0, 0, 0, 0, 0, -1, 0, 0 from overdue
      where overdue_until < 'infinity'
      union all
      select province_code, unit, level, field, reached_on, 0, 0, 0, 0, 0, 0, 0, 1,
        (final and coalesce(ended_at <= due, false))::int
      from met where is_another
    )
    select province_code, unit, level, field, day,
      ${sql.join(MEASURES.map(name => sql`sum(${sql.ref(name)}) as ${sql.ref(name)}`))}
    from events group by province_code, unit, level, field, day`
}
