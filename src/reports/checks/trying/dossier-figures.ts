import { sql } from 'kysely'
import { exactly } from '../../../catalogue/units/resolve.ts'
import type { Db } from '../../../database/connect.ts'
import type { Measure } from '../../../form-ii06a/measures.ts'
import { onTime } from '../../../statistics/on-time/queries.ts'
import type { OnTimeQuery, OnTimeRow } from '../../../statistics/on-time/schema.ts'
import type { DossierFigure } from '../../rules/names.ts'
import { BASIS_OF } from '../../rules/schema.ts'
import type { Reason } from '../schema.ts'

/** A page limit above the number of units of a country. */
const ALL_UNITS = 1_000_000

/** Which dossiers: by what they are counted, in which of several periods, as a whole or by level. */
export interface Wanted {
  of: DossierFigure['of']
  /** The first in which a unit has figures counts. */
  periods: readonly string[]
  byLevel: boolean
}

/** What is counted, and whether it is of records that begin within the period. */
export interface DossierRow {
  counted: OnTimeRow
  recordsBegin: boolean
}

/** The dossiers of a unit, by level; those of all levels under ''. */
type Rows = ReadonlyMap<string, DossierRow>
export type DossierRows = ReadonlyMap<string, Rows>

export interface CheckedUnit {
  id: string
  level: string
  hasUnitsBelow: boolean
}

/**
 * What is counted of the dossiers of units, each with all units below it.
 * @param root id of a unit above all of them; null: there is none
 */
export async function dossierRows (
  db: Db, wanted: Wanted, units: readonly CheckedUnit[], root: string | null, now: number
): Promise<DossierRows> {
  const found = new Map<string, Rows>()
  for (const period of wanted.periods) {
    const missing = units.filter(({ id }) => !found.has(id))
    if (missing.length === 0) break
    for (const [unit, rows] of await rowsIn(db, wanted, period, missing, root, now)) found.set(unit, rows)
  }
  return found
}

async function rowsIn (
  db: Db, { of, byLevel }: Wanted, period: string, units: readonly CheckedUnit[], root: string | null, now: number
): Promise<DossierRows> {
  const ask = async (asked: Partial<OnTimeQuery>) => {
    const query = { basis: BASIS_OF[of], period: [period], ...asked }
    return (await onTime(db, query, { limit: ALL_UNITS }, null, now)).items.filter(({ scope }) => scope !== null)
  }
  const beginning = of === 'records' ? await unitsWhoseRecordsBegin(db, period) : new Set<string>()
  const found = new Map<string, Rows>()
  const leaves = units.filter(({ hasUnitsBelow }) => !hasUnitsBelow)
  if (leaves.length > 0) {
    // One question for all of them: what they have is their own.
    const [only, ...others] = leaves
    const unit = others.length === 0 ? only!.id : root
    const rows = await ask({ group_by: ['unit'], ...unit === null ? {} : { unit: exactly(unit) } })
    const byUnit = new Map(rows.map(row => [row.unit, row]))
    for (const { id, level } of leaves) {
      const row = byUnit.get(id)
      if (row !== undefined) found.set(id, new Map([[byLevel ? level : '', { counted: row, recordsBegin: beginning.has(id) }]]))
    }
  }
  for (const { id } of units.filter(({ hasUnitsBelow }) => hasUnitsBelow)) {
    const rows = await ask({ unit: exactly(id), group_by: byLevel ? ['level'] : [] })
    if (rows.length > 0) {
      found.set(id, new Map(rows.map(row => [row.level ?? '', { counted: row, recordsBegin: beginning.has(id) }])))
    }
  }
  return found
}

/** Units of which, or of one below, the first recorded dossier was received after the first day of a period. */
async function unitsWhoseRecordsBegin (db: Db, period: string): Promise<Set<string>> {
  const { rows } = await sql<{ id: string }>`
    select distinct unnest(units.path) as id
    from periods join dossier_desks on dossier_desks.since > periods.starts_on and dossier_desks.since <= periods.ends_on
      join units on units.province_code = dossier_desks.province_code and units.id = dossier_desks.unit
    where periods.code = ${period}`.execute(db)
  return new Set(rows.map(({ id }) => id))
}

/** A figure of a unit, or why it is not known. */
export function dossierFigure (row: DossierRow | undefined, measure: Measure): { value: number } | { reason: Reason } {
  const value = row?.counted[measure] ?? null
  if (row === undefined || value === null) return { reason: 'no_dossiers' }
  if (row.counted.units_reported < row.counted.units_expected) return { reason: 'incomplete' }
  return row.recordsBegin ? { reason: 'records_incomplete' } : { value }
}
