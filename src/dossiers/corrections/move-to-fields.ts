import { sql, type RawBuilder } from 'kysely'
import { PROVINCES } from '../../catalogue/units/reach-sql.ts'
import type { Trx } from '../../database/connect.ts'
import { columns, recordset } from '../../database/sql/bulk-json.ts'
import { allowSlowStatements } from '../../database/time-limits.ts'
import { parseDay } from '../../time/business-day.ts'
import { quarterIn, sliceIn } from '../../time/business-day-sql.ts'
import { addCells, cellsOfRows, type Cell } from '../rollups/cells.ts'
import { keysOf, ROLLUP_TABLES, ROLLUPS, timeOf, type RollupTable } from '../rollups/families.ts'
import { dossierEvents } from '../rules/events-sql.ts'
import { EVENT_MEASURES } from '../rules/events.ts'
import { dossierStates, IN_ONE_STATE } from '../rules/timeline-sql.ts'
import { lock } from '../../database/sql/advisory-lock.ts'

/** A procedure with the field that all of its dossiers should be in. */
export interface ProcedureInField {
  code: string
  field: string
}

/**
 * Moves all dossiers of procedures to their fields, and the rollups by what that changes. What a dossier was is moved
 * as well, so that one whose deletion is taken back comes back in the right field.
 * @returns how many dossiers were moved, by procedure; deleted ones do not count
 */
export async function moveToFields (trx: Trx, procedures: readonly ProcedureInField[]): Promise<Map<string, number>> {
  if (procedures.length === 0) return new Map()
  const asked = recordset('procedures', procedures, ['code', 'field'])
  await allowSlowStatements(trx)
  await lock(trx, 'dossiers', 'exclusive')
  await moveCells(trx, asked)
  await moveRows(trx, 'dossier_versions', asked)
  const formerly = await moveFormerStates(trx, asked)
  const moved = await moveRows(trx, 'dossiers', asked)
  for (const [procedure, dossiers] of formerly) moved.set(procedure, (moved.get(procedure) ?? 0) + dossiers)
  return moved
}

const IS_ELSEWHERE = sql`province_code = any(${PROVINCES})
  and procedure = asked.code and stored.field <> asked.field`

async function moveRows (
  trx: Trx, table: 'dossiers' | 'dossier_versions', asked: RawBuilder<unknown>
): Promise<Map<string, number>> {
  const { rows } = await sql<{ procedure: string, moved: number }>`
    with moved as (
      update ${sql.table(table)} as stored set field = asked.field from ${asked} where ${IS_ELSEWHERE}
      returning procedure
    )
    select procedure, count(*)::integer as moved from moved group by procedure`.execute(trx)
  return new Map(rows.map(({ procedure, moved }) => [procedure, moved]))
}

/** @returns how many dossiers had such states, without those that are in the wrong field now */
async function moveFormerStates (trx: Trx, asked: RawBuilder<unknown>): Promise<Map<string, number>> {
  const { rows } = await sql<{ procedure: string, moved: number }>`
    with moved as (
      update dossier_states as stored set field = asked.field from ${asked} where ${IS_ELSEWHERE}
      returning province_code, stored.code, record, procedure
    )
    select procedure, count(distinct (province_code, code, record))::integer as moved from moved
    where not exists (
      select from ${asked} join dossiers as stored on ${IS_ELSEWHERE}
      where (stored.province_code, stored.code, stored.record, stored.procedure) = (moved.province_code, moved.code, moved.record, moved.procedure))
    group by procedure`.execute(trx)
  return new Map(rows.map(({ procedure, moved }) => [procedure, moved]))
}

type MovedCell = Cell & { province_code: string } & Record<string, string>

/** Takes what the dossiers count for out of the fields that they are in, and adds it to those that they move to. */
async function moveCells (trx: Trx, asked: RawBuilder<unknown>): Promise<void> {
  const moving = (which: RawBuilder<unknown>) => sql`(
    select stored.*, asked.field as new_field from ${asked} join ${which} as stored on ${IS_ELSEWHERE})`
  const plain = moving(sql`(select * from dossiers where ${IN_ONE_STATE})`)
  const states = moving(dossierStates())
  const ofField = ROLLUP_TABLES.filter(table => (keysOf(table) as readonly string[]).includes('field'))
  const keys = [...new Set(['province_code', 'new_field', ...ofField.flatMap(keysOf)])]
  await sql`
    create temporary table moved_cells on commit drop as
    select ${columns(keys)}, ${sliceIn('day')} as slice, ${quarterIn('day')} as quarter, ${summed(name => name)}
    from (${dossierEvents(keys, { plain, states })}) as events group by ${columns([...keys, 'slice', 'quarter'])}`.execute(trx)
  for (const table of ofField) await moveCellsOf(trx, table)
  await sql`drop table moved_cells`.execute(trx)
}

function summed (count: (name: RawBuilder<unknown>) => RawBuilder<unknown>): RawBuilder<unknown> {
  return sql.join(EVENT_MEASURES.map(name => sql`sum(${count(sql.ref(name))})::integer as ${sql.ref(name)}`))
}

async function moveCellsOf (trx: Trx, table: RollupTable): Promise<void> {
  const key = ['province_code', ...ROLLUPS[table]]
  const named = key.map(name => name === 'field' ? sql`moved.field` : sql.ref(name))
  const { rows } = await sql<MovedCell>`
    select ${sql.join(named)}, ${summed(name => sql`sign * ${name}`)}
    from moved_cells cross join lateral (values (moved_cells.field, -1), (new_field, 1)) as moved (field, sign)
    group by ${sql.join(named)}`.execute(trx)
  const time = timeOf(table)
  for (const [province, cells] of Map.groupBy(rows, ({ province_code }) => province_code)) {
    const rows = cells.map(cell => ({ ...cell, [time]: parseDay(cell[time]!) }))
    await addCells(trx, province, table, cellsOfRows(table, rows))
  }
}
