// Where the sums of the backlog deviate from the dossiers, and those by month from those by day.
import { sql } from 'kysely'
import type { Db, Trx } from '../../database/connect.ts'
import { countedBacklog } from './standing.ts'
import { addedToMonths, backlogCells, lockBacklogSums, merged, MONTH } from './sums.ts'

/** A row that deviates: how many dossiers it has and how many there are, and of a month the days as well. */
export interface BacklogDeviation {
  table: 'backlog_sums' | 'backlog_sums_by_month'
  province: string
  unit: string
  kind: string
  /** The first of the month, if it is of one. */
  day: string
  stored: Record<string, number>
  counted: Record<string, number>
}

/** Finds all of them, and keeps them in the session. @param snapshot in which sums and dossiers must agree */
export async function findBacklogDeviations (snapshot: Trx): Promise<void> {
  await sql`
    create temporary table backlog_deviations on commit preserve rows as
    with stored as (
      select province_code, unit, kind, day, sum(dossiers)::integer as dossiers from ${backlogCells()} as cells
      group by province_code, unit, kind, day
    )
    select province_code, unit, kind, day, coalesce(stored.dossiers, 0) as stored,
      coalesce(counted.dossiers, 0) - coalesce(stored.dossiers, 0) as dossiers
    from (${countedBacklog()}) as counted full join stored using (province_code, unit, kind, day)
    where coalesce(counted.dossiers, 0) <> coalesce(stored.dossiers, 0)`.execute(snapshot)
  await sql`
    create temporary table backlog_month_deviations on commit preserve rows as
    with counted as (
      select province_code, unit, kind, ${MONTH} as month, sum(dossiers)::integer as dossiers,
        sum(dossiers * (day - ${MONTH}))::integer as days
      from backlog_sums group by province_code, unit, kind, month
    )
    select province_code, unit, kind, month, coalesce(stored.dossiers, 0) as stored, coalesce(stored.days, 0) as stored_days,
      coalesce(counted.dossiers, 0) - coalesce(stored.dossiers, 0) as dossiers,
      coalesce(counted.days, 0) - coalesce(stored.days, 0) as days
    from counted full join backlog_sums_by_month as stored using (province_code, unit, kind, month)
    where (coalesce(counted.dossiers, 0), coalesce(counted.days, 0)) <> (coalesce(stored.dossiers, 0), coalesce(stored.days, 0))`
    .execute(snapshot)
}

/** Corrects each row by its deviation. Lock nothing but rollups afterwards. @returns how many there were */
export async function correctBacklogDeviations (trx: Trx): Promise<number> {
  const { rows } = await sql<{ province: string, deviations: number }>`
    select province_code as province, count(*)::integer as deviations from (
      select province_code from backlog_deviations union all select province_code from backlog_month_deviations
    ) as deviations
    group by province_code order by province_code`.execute(trx)
  for (const { province } of rows) {
    await lockBacklogSums(trx, province)
    await addedToMonths(sql`
      select province_code, unit, kind, month, dossiers, days from backlog_month_deviations where province_code = ${province}
      order by unit, kind, month`).execute(trx)
    await sql`
      with changed as (select * from backlog_deviations where province_code = ${province})
      ${merged(province)}`.execute(trx)
  }
  return rows.reduce((sum, { deviations }) => sum + deviations, 0)
}

export async function listBacklogDeviations (session: Db): Promise<BacklogDeviation[]> {
  const { rows } = await sql<BacklogDeviation>`
    select 'backlog_sums' as table, province_code as province, unit, kind, day, json_build_object('dossiers', stored) as stored,
      json_build_object('dossiers', stored + dossiers) as counted
    from backlog_deviations
    union all
    select 'backlog_sums_by_month', province_code, unit, kind, month, json_build_object('dossiers', stored, 'days', stored_days),
      json_build_object('dossiers', stored + dossiers, 'days', stored_days + days)
    from backlog_month_deviations
    order by "table", province, unit, kind, day`.execute(session)
  return rows
}

export async function dropBacklogDeviations (session: Db): Promise<void> {
  await sql`drop table if exists backlog_deviations, backlog_month_deviations`.execute(session)
}
