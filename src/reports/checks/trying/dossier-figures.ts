import { exactly } from '../../../catalogue/units/resolve.ts'
import type { Db } from '../../../database/connect.ts'
import type { Measure } from '../../../form-ii06a/measures.ts'
import { onTime } from '../../../statistics/on-time/queries.ts'
import type { OnTimeQuery, OnTimeRow } from '../../../statistics/on-time/schema.ts'
import type { DossierFigure } from '../../rules/names.ts'
import { BASIS_OF } from '../../rules/schema.ts'
import type { Reason } from '../schema.ts'
import { addedUp, asTotal, mayCountTwice, NO_DOSSIERS, type Counted, type DossierSum } from './dossier-sum.ts'
import { placesIn, type Place } from './places.ts'

/** A page limit above the number of units of a country. */
const ALL_UNITS = 1_000_000

/** Which dossiers: by what they are counted, and in which of several periods. */
export interface Wanted {
  of: DossierFigure['of']
  /** The first in which a unit has figures counts. */
  periods: readonly string[]
}

/** The dossiers of a unit with all units below it, by level; those of all levels under ''. */
type Sums = ReadonlyMap<string, DossierSum>
export type DossierSums = ReadonlyMap<string, Sums>

/**
 * What is counted of the dossiers of units, each with all units below it.
 * @param root id of a unit above all of them; null: there is none
 */
export async function dossierSums (
  db: Db, { of, periods }: Wanted, units: ReadonlySet<string>, root: string | null, now: number
): Promise<DossierSums> {
  const found = new Map<string, Sums>()
  for (const period of periods) {
    const missing = new Set([...units].filter(unit => !found.has(unit)))
    if (missing.size === 0) break
    for (const [unit, sums] of await sumsIn(db, of, period, missing, root, now)) found.set(unit, sums)
  }
  return found
}

/**
 * One question about every unit by itself, and its answers added up along the paths of the units: it takes no longer
 * than a question about one unit with all below it, and there are many of those. Only where dossiers moved between the
 * units below one is it asked about by itself.
 */
async function sumsIn (
  db: Db, of: DossierFigure['of'], period: string, units: ReadonlySet<string>, root: string | null, now: number
): Promise<DossierSums> {
  const ask = async (asked: Pick<OnTimeQuery, 'group_by' | 'unit'>) => (
    await onTime(db, { basis: BASIS_OF[of], period: [period], ...asked }, { limit: ALL_UNITS }, null, now)).items
  const items = await ask({ group_by: ['unit'], ...root === null ? {} : { unit: exactly(root) } })
  const rows = new Map(items.map(row => [row.unit!, row]))
  const sums = new Map([...units].map(unit => [unit, new Map<string, DossierSum>()]))
  for (const place of await placesIn(db, period, root)) {
    const counted = countedAt(place, of, rows.get(place.unit))
    const begins = of === 'records' && place.begins
    for (const ofUnit of place.path.flatMap(above => sums.get(above) ?? [])) {
      for (const level of ['', place.level]) ofUnit.set(level, addedUp(ofUnit.get(level), { ...place, begins }, counted))
    }
  }
  for (const [unit, byLevel] of sums) {
    const whole = byLevel.get('')
    if (whole === undefined || !mayCountTwice(whole)) continue
    const byItself = [await ask({ group_by: [], unit: exactly(unit) }), await ask({ group_by: ['level'], unit: exactly(unit) })]
    for (const row of byItself.flat()) byLevel.get(row.level ?? '')!.counts = row
  }
  return new Map([...sums].flatMap(([unit, byLevel]) => {
    const known = new Map([...byLevel].filter(([, sum]) => sum.scope !== null))
    const row = rows.get(unit)
    // A consolidated row counts where there is nothing to add up. It belongs to no level.
    if (known.size === 0 && row?.scope === 'total') known.set('', asTotal(row))
    return known.size === 0 ? [] : [[unit, known] as const]
  }))
}

/**
 * What a unit has itself; undefined: nothing is known of it. A unit that sends records and has none in the period has
 * no dossiers.
 */
function countedAt (
  { is_expected: isExpected, is_recorded: isRecorded }: Place, of: DossierFigure['of'], row: OnTimeRow | undefined
): Counted | undefined {
  const hasNone = row === undefined && of === 'records' && isExpected && isRecorded
  if (hasNone) return { ...NO_DOSSIERS, units_reported: 1 }
  return row?.scope === 'own' ? row : undefined
}

/** A figure of a unit, or why it is not known. */
export function dossierFigure (
  sum: DossierSum | undefined, measure: Measure
): { value: number } | { reason: Reason } {
  const value = sum?.counts[measure] ?? null
  if (sum === undefined || value === null) return { reason: 'no_dossiers' }
  if (sum.units_reported < sum.units_expected) return { reason: 'incomplete' }
  return sum.recordsBegin ? { reason: 'records_incomplete' } : { value }
}
