// What event sets of units do to dossiers: those that are open pass to the units that come after their own.
import { sql, type RawBuilder } from 'kysely'
import { successorsOfDossiers } from '../../catalogue/units/lineage/successors.ts'
import { DomainError } from '../../contract/errors.ts'
import type { Trx } from '../../database/connect.ts'
import { unnested } from '../../database/sql/bulk-binary.ts'
import { assignments } from '../../database/sql/bulk-json.ts'
import { startOfDay } from '../../time/business-day-sql.ts'
import { RollupDeltas } from '../rollups/deltas.ts'
import { keysOf, LOG_NAMES, ROLLUP_TABLES } from '../rollups/families.ts'
import { isPacked } from '../rollups/packed.ts'
import { mergeLog } from '../rollups/log.ts'
import { asSent, passedOn } from '../rules/passing.ts'
import { ENDED_AT, IS_COUNTED } from '../rules/status.ts'
import { unitsEverAt } from '../rules/timeline.ts'
import { IN_ONE_STATE, IN_SEVERAL_STATES } from '../rules/timeline-sql.ts'
import { PLACE } from '../storage/columns.ts'
import {
  dossierStored, isStoredAs, storedColumns, storeStates, withFormer, type Change, type StoredRow
} from '../storage/states.ts'

/** Units that end, and the first day on which they are no more, `YYYY-MM-DD`. */
export interface EndingUnits {
  province: string
  day: string
  units: readonly string[]
}

/**
 * Passes what is open on the day to the successors, and what happened to it since. Call it when the successions are
 * stored, and nothing else may write dossiers meanwhile.
 * @returns how many dossiers pass
 */
export async function passDossiers (trx: Trx, { province, day, units }: EndingUnits): Promise<number> {
  const ended = sql`any(${[...units]})`
  return replacePlaces(trx, province, sql`
    (unit = ${ended} and ${IS_COUNTED} and ${IN_ONE_STATE} and coalesce(${ENDED_AT} >= ${startOfDay(day)}, true))
    or (${IN_SEVERAL_STATES} and (unit = ${ended} or ${wasIn(province, sql`unit = ${ended} or named_unit = ${ended}`)}))`)
}

/**
 * Takes back what an event set passed on. Call it when its successions are no longer stored.
 * @param made units that are gone with it
 * @returns how many dossiers go back
 * @throws DomainError `change_in_use` if their sources say that some are or were at units that are gone
 */
export async function returnDossiers (
  trx: Trx, { province, change, made }: { province: string, change: number, made: readonly string[] }
): Promise<number> {
  const returned = await replacePlaces(trx, province, sql`
    ${IN_SEVERAL_STATES} and ${wasIn(province, sql`change = ${change} or named_unit is not null`)}`)
  await refuseHeld(trx, province, made)
  // In packed rows, which refer to no units, cells of what is gone add up to nothing.
  const ofUnits = ROLLUP_TABLES.filter(table => keysOf(table).includes('unit') && !isPacked(table))
  for (const log of LOG_NAMES.filter(log => ofUnits.includes(log))) await mergeLog(trx, province, log)
  for (const table of [...ofUnits, 'dossier_desks'] as const) {
    await sql`delete from ${sql.table(table)} where province_code = ${province} and unit = any(${[...made]})`.execute(trx)
  }
  return returned
}

async function refuseHeld (trx: Trx, province: string, units: readonly string[]): Promise<void> {
  const ofUnits = sql`province_code = ${province} and unit = any(${[...units]})`
  const { rows: held } = await sql<{ code: string, unit: string }>`
    select min(code) as code, unit from (
      select code, unit from dossiers where ${ofUnits}
      union all select code, unit from dossier_states where ${ofUnits}
      union all select code, named_unit from dossier_states
        where province_code = ${province} and named_unit = any(${[...units]})
      union all select code, unit from dossier_versions where ${ofUnits}
    ) as held group by unit order by unit limit 1000`.execute(trx)
  if (held.length === 0) return
  const issues = held.map(({ code, unit }) => (
    { pointer: '/path/id', code: 'unit_has_figures' as const, detail: `dossier ${code} is stored for ${unit}` }))
  throw new DomainError('change_in_use', issues.slice(0, 3).map(({ detail }) => detail).join('; '), issues)
}

/** Whether a dossier was in such a state. */
function wasIn (province: string, which: RawBuilder<unknown>): RawBuilder<boolean> {
  return sql`(code, record) in (select code, record from dossier_states where province_code = ${province} and (${which}))`
}

/** Dossiers that are held in memory at a time. */
const BATCH = 5_000

/** Stores where dossiers are by the changes of units. @returns how many were elsewhere */
async function replacePlaces (trx: Trx, province: string, which: RawBuilder<unknown>): Promise<number> {
  const deltas = new RollupDeltas()
  let replaced = 0
  await sql`
    declare passing no scroll cursor for
    select ${storedColumns('dossiers')} from dossiers where province_code = ${province} and (${which})`.execute(trx)
  for (;;) {
    const { rows } = await sql<Omit<StoredRow, 'former'>>`fetch ${sql.lit(BATCH)} from passing`.execute(trx)
    const stored = (await withFormer(trx, province, rows)).map(dossierStored)
    const successorOf = await successorsOfDossiers(trx, unitsEverAt(stored))
    const changed = stored.map(before => ({ before, dossier: passedOn(asSent(before), successorOf) }))
      .filter(({ before, dossier }) => !isStoredAs(before, dossier))
    await storePlaces(trx, province, changed)
    for (const { before, dossier } of changed) deltas.replace(before, dossier)
    replaced += changed.length
    if (rows.length < BATCH) break
  }
  await sql`close passing`.execute(trx)
  await deltas.apply(trx, province)
  return replaced
}

async function storePlaces (trx: Trx, province: string, changes: readonly Change[]): Promise<void> {
  if (changes.length === 0) return
  await sql`
    update dossiers as stored set ${assignments(PLACED, 'given')}
    from ${unnested(PLACE, changes.map(({ dossier }) => dossier))} as given
    where province_code = ${province} and stored.code = given.code and stored.record = given.record`.execute(trx)
  await storeStates(trx, province, changes)
}

const PLACED = Object.keys(PLACE).filter(name => name !== 'code' && name !== 'record')
