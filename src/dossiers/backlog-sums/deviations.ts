// Where the sums of the backlog deviate from the dossiers.
import { sql } from 'kysely'
import type { Db, Trx } from '../../database/connect.ts'
import { countedBacklog } from './standing.ts'
import { backlogCells, lockBacklogSums, merged } from './sums.ts'

/** A row that deviates: how many dossiers it has, and how many there are. */
export interface BacklogDeviation {
  province: string
  unit: string
  kind: string
  day: string
  stored: number
  counted: number
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
}

/** Corrects each row by its deviation. Call it last. @returns how many there were */
export async function correctBacklogDeviations (trx: Trx): Promise<number> {
  const { rows } = await sql<{ province: string, deviations: number }>`
    select province_code as province, count(*)::integer as deviations from backlog_deviations
    group by province_code order by province_code`.execute(trx)
  for (const { province } of rows) {
    await lockBacklogSums(trx, province)
    await sql`
      with changed as (select * from backlog_deviations where province_code = ${province})
      ${merged(province)}`.execute(trx)
  }
  return rows.reduce((sum, { deviations }) => sum + deviations, 0)
}

export async function listBacklogDeviations (session: Db): Promise<BacklogDeviation[]> {
  const { rows } = await sql<BacklogDeviation>`
    select province_code as province, unit, kind, day, stored, stored + dossiers as counted from backlog_deviations
    order by province_code, unit, kind, day`.execute(session)
  return rows
}

export async function dropBacklogDeviations (session: Db): Promise<void> {
  await sql`drop table if exists backlog_deviations`.execute(session)
}
