// What event sets of units do to dossiers: those that are open pass to the units that come after their own.
import { sql, type RawBuilder } from 'kysely'
import { successorsOfDossiers } from '../../catalogue/units/lineage/successors.ts'
import { DomainError } from '../../contract/errors.ts'
import type { Trx } from '../../database/connect.ts'
import { unnested } from '../../database/sql/bulk-binary.ts'
import { startOfDay } from '../../time/business-day-sql.ts'
import { dossierStored, type LockedPair } from '../ingest/compare/pairs.ts'
import { isStoredAs, PLACES, type Successor } from '../ingest/store.ts'
import { RollupDeltas } from '../rollups/deltas.ts'
import { asSent, passedOn } from '../rules/passing.ts'
import { ENDED_AT, IS_COUNTED } from '../rules/status.ts'
import { unitsOf } from '../rules/timeline.ts'
import { WITH_HISTORY, WITHOUT_HISTORY } from '../rules/timeline-sql.ts'

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
  return replacePlaces(trx, province, sql`province_code = ${province} and (
    (unit = ${ended} and ${IS_COUNTED} and ${WITHOUT_HISTORY} and coalesce(${ENDED_AT} >= ${startOfDay(day)}, true))
    or (${WITH_HISTORY} and (unit = ${ended} or exists (
      select from jsonb_array_elements(history) as former (state) where state ->> 'unit' = ${ended}))))`)
}

/**
 * Takes back what an event set passed on. Call it when its successions are no longer stored.
 * @param made units that are gone with it
 * @returns how many dossiers go back
 * @throws DomainError `change_in_use` if some have come to units that are gone since
 */
export async function returnDossiers (
  trx: Trx, { province, change, made }: { province: string, change: number, made: readonly string[] }
): Promise<number> {
  const returned = await replacePlaces(trx, province, sql`
    province_code = ${province} and ${WITH_HISTORY}
      and (history @> ${JSON.stringify([{ change }])}::jsonb or history @? '$[*].named')`)
  await refuseHeld(trx, province, made)
  for (const table of ['dossier_sums_by_unit', 'dossier_sums_by_unit_quarter'] as const) {
    await sql`delete from ${sql.table(table)} where province_code = ${province} and unit = any(${[...made]})`.execute(trx)
  }
  return returned
}

async function refuseHeld (trx: Trx, province: string, units: readonly string[]): Promise<void> {
  const { rows: [held] } = await sql<{ code: string, unit: string }>`
    select code, unit from dossiers where province_code = ${province} and unit = any(${[...units]}) limit 1`.execute(trx)
  if (held === undefined) return
  const detail = `dossier ${held.code} is stored for ${held.unit}`
  throw new DomainError('change_in_use', detail, [{ pointer: '/path/id', code: 'unit_has_figures', detail }])
}

/** Dossiers that are held in memory at a time. */
const BATCH = 5_000

/** Stores where dossiers are by the changes of units. @returns how many were elsewhere */
async function replacePlaces (trx: Trx, province: string, which: RawBuilder<unknown>): Promise<number> {
  const deltas = new RollupDeltas()
  let replaced = 0
  await sql`declare passing no scroll cursor for select * from dossiers where ${which}`.execute(trx)
  for (;;) {
    const { rows } = await sql<LockedPair>`fetch ${sql.lit(BATCH)} from passing`.execute(trx)
    const stored = rows.map(row => ({ ...dossierStored(row), record: row.record }))
    const successorOf = await successorsOfDossiers(trx, stored.flatMap(unitsOf))
    const changed = stored.map(before => ({ before, after: passedOn(asSent(before), successorOf) }))
      .filter(({ before, after }) => !isStoredAs(before, after))
    await storePlaces(trx, province, changed.map(({ after }) => after))
    for (const { before, after } of changed) deltas.replace(before, after)
    replaced += changed.length
    if (rows.length < BATCH) break
  }
  await sql`close passing`.execute(trx)
  await deltas.apply(trx, province)
  return replaced
}

async function storePlaces (trx: Trx, province: string, dossiers: readonly Successor[]): Promise<void> {
  if (dossiers.length === 0) return
  await sql`
    update dossiers as stored set unit = given.unit, level = given.level, history = given.history
    from ${unnested(PLACES, dossiers)} as given
    where province_code = ${province} and stored.code = given.code and stored.record = given.record`.execute(trx)
}
