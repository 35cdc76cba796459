import { sql } from 'kysely'
import { exactly } from '../../catalogue/units/resolve.ts'
import type { Db, Trx } from '../../database/connect.ts'
import { insertMissing } from '../../database/sql/bulk-json.ts'
import { TOTAL } from '../formulas/check.ts'
import { evaluation } from '../scores/queries.ts'
import type { EvaluationRow } from '../scores/schema.ts'
import { PERIOD_KINDS } from './schema.ts'

type Points = Pick<
  EvaluationRow, 'maximum' | 'points' | 'points_of' | 'points_from' | 'unknown' | 'formula' | 'provisional'
>

/** A row of a snapshot, as stored. */
export interface SnapshotRow extends Points {
  province_code: string
  unit: string
  level: string
  period: string
  group: string
  day: string
  taken_at: string
}

/** A unit in a period: its rows are replaced together or not at all. */
export interface UnitInPeriod {
  unit: string
  period: string
}

export function keyOf ({ unit, period }: UnitInPeriod): string {
  return `${unit} ${period}`
}

/**
 * The points of a province and of the units directly below it as they are now: of the calendar month, quarter and year
 * that run, and of those that ended the day before, which are then no longer provisional.
 * @param now milliseconds since 1970
 */
export async function pointsNow (db: Db, province: string, day: string, now: number): Promise<SnapshotRow[]> {
  const { rows: periods } = await sql<{ code: string }>`
    select code from periods
    where calendar = 'calendar' and kind = any(${[...PERIOD_KINDS]}) and starts_on <= ${day} and ends_on >= ${day}::date - 1
    order by starts_on, code`.execute(db)
  const found: SnapshotRow[] = []
  for (const { code: period } of periods) {
    const { items } = await evaluation(
      db, { period: [period], unit: exactly(province), children: true, kind: ['group', 'total'] }, null, now)
    found.push(...items.map(({
      unit, level, group, maximum, points, points_of, points_from, unknown, formula, provisional
    }) => ({
      province_code: province, unit: unit!, level: level!, period, group: group ?? TOTAL, day,
      maximum, points, points_of, points_from, unknown, formula, provisional, taken_at: new Date(now).toISOString()
    })))
  }
  return found
}

export async function isTaken (db: Db, province: string, day: string): Promise<boolean> {
  const { rows: [stored] } = await sql<{ taken: boolean }>`
    select exists(
      select from evaluation_snapshots where province_code = ${province} and unit = ${province} and day = ${day}
    ) as taken`.execute(db)
  return stored!.taken
}

export async function storedOn (trx: Trx, province: string, day: string): Promise<SnapshotRow[]> {
  const { rows } = await sql<SnapshotRow>`
    select * from evaluation_snapshots where province_code = ${province} and day = ${day}`.execute(trx)
  return rows
}

/** Replaces what is stored of the day of these units and periods. */
export async function replaceRows (
  trx: Trx, province: string, day: string, rows: readonly SnapshotRow[]
): Promise<void> {
  const units = JSON.stringify(rows.map(({ unit, period }) => ({ unit, period })))
  await sql`
    delete from evaluation_snapshots
    where province_code = ${province} and day = ${day}
      and (unit, period) in (select unit, period from json_to_recordset(${units}::json) as asked (unit text, period text))`.execute(trx)
  await insertMissing(trx, 'evaluation_snapshots', rows)
}
