// Counts by the units of a day: dossiers are counted at the units that they are stored for, and their sums are carried
// over lineage to those that bear them. Every count is a sum, so a share of a sum is the sum of the shares.
import { sql, type RawBuilder } from 'kysely'
import { columns } from '../../database/sql/bulk-json.ts'
import { carried, sharesBetweenLevels, sharesOf } from '../../catalogue/hierarchy/places-sql.ts'
import { countsOf, summedAsReported, sumsOf, type CountedGroup } from './count.ts'
import { byUnit, type CountPlan, type RollupReading } from './plan.ts'
import { dossiersOf, type ListedDossier } from './drill-down.ts'
import { grainOf, rollupRowsOf, type RollupRow } from './tables.ts'
import { receptionDossiers } from './reception/drill-down-sql.ts'
import type { Counting as HandlingCounted } from '../rules/single-pass-sql.ts'

/** Counts may have decimals where they are `estimated`: they hold a share of the dossiers of a unit that was split. */
export type CarriedGroup = CountedGroup & { estimated?: boolean }

/**
 * Counts dossiers by their records: one row for each group that has any, of the columns `keys` and all of `COUNTS`,
 * and of `estimated` if the plan is carried; without keys one row, whatever there is.
 * @returns one statement, however many spans. It needs `borne` from `borneBetweenLevels`, where that has any
 */
export function countedDossiers (plan: CountPlan): RawBuilder<CarriedGroup> {
  if (plan.carried === 'nothing') return countsOf(plan, summedAsReported(plan))
  const sums = plan.carried === 'units' ? carriedToUnits(plan) : carriedBetweenLevels(plan)
  return countsOf(plan, sums, ['estimated'])
}

function carriedToUnits (plan: CountPlan): RawBuilder<unknown> {
  const { keys } = plan
  const keyed = keys.map(key => key === 'unit' ? sql`bearer as unit` : sql.ref(key))
  return sql`
    with borne as materialized (${sharesOf({ ...borneOf(plan), keys })})
    select ${sql.join([...keyed, summedShares(plan), sql`coalesce(bool_or(share < 1), false) as estimated`])}
    from ${carried(summedAsReported(unitByUnit(plan)))}
    ${grouping(keys.map(key => key === 'unit' ? 'bearer' : key))}`
}

/** What a plan carries between levels, for the `with` of a statement; null: it carries nothing, or unit by unit. */
export function borneBetweenLevels ({ carried: by, unitsOf, level }: CountPlan): RawBuilder<unknown> | null {
  return by === 'levels' ? sql`borne as materialized (${sharesBetweenLevels({ day: unitsOf!.day, level })})` : null
}

/**
 * The sums of levels, less what units have handed over to another level, and more what that has got: by `borne`, which
 * the statement must have from `borneBetweenLevels`.
 */
function carriedBetweenLevels (plan: CountPlan): RawBuilder<unknown> {
  const { keys } = plan
  const names = columns([...keys, ...sumsOf(plan)])
  return sql`
    select ${sql.join([...keys.map(key => sql.ref(key)), summedShares(plan), sql`coalesce(bool_or(is_part), false) as estimated`])}
    from (
      select ${names}, 1 as share, false as is_part
      from (${summedAsReported({ ...plan, carried: 'nothing' })}) as counted
      union all
      select ${names}, share, abs(share) < 1
      from ${carried(summedAsReported(unitByUnit(plan)))}
    ) as both_sums
    ${grouping(keys)}`
}

/** A plan for the units of `borne` alone. Which of their figures belong to which group is a matter of their shares. */
export function unitByUnit (plan: CountPlan): CountPlan {
  const { level: _, ...others } = plan
  return {
    ...others, keys: byUnit(plan.keys), unit: null, reading: plan.unitReading, carried: 'nothing', unitsOf: null,
    amongBorne: true
  }
}

function borneOf ({ unitsOf, unit, level }: CountPlan) {
  return { unitsOf: unitsOf!, unit, level }
}

function summedShares (plan: CountPlan): RawBuilder<unknown> {
  return sql.raw(sumsOf(plan).map(name => `coalesce(sum(${name} * share), 0) as ${name}`).join())
}

function grouping (names: readonly string[]): RawBuilder<unknown> {
  return names.length === 0 ? sql`` : sql`group by ${columns(names)}`
}

/**
 * The units that a figure is carried from, each with the share of it that counts: in all, or with the key `unit` for
 * each unit. null: not carried.
 */
function borneUnits (plan: CountPlan): RawBuilder<unknown> | null {
  const keys = plan.keys.filter(key => key === 'unit')
  return plan.carried === 'nothing' ? null : sharesOf({ ...borneOf(plan), keys })
}

/** `share`: the part of the row that counts, if the plan is carried. */
export type ExplainedRollupRow = RollupRow & { share?: number }

/** The rows of a rollup that the only span of a plan without keys is counted from, in the order of their keys. */
export function explainedRollupRows (plan: CountPlan, reading: RollupReading): RawBuilder<ExplainedRollupRow> {
  const borne = borneUnits(plan)
  if (borne === null) return rollupRowsOf(plan, reading)
  return sql`
    with borne as materialized (${borne})
    select counted.*, share from ${carried(rollupRowsOf(unitByUnit(plan), reading))}
    order by ${sql.join(grainOf(reading).map(name => sql`counted.${sql.ref(name)} nulls first`))}`
}

/** Why a dossier counts. `reception`: it was received, or waits for reception. */
export type Counting = HandlingCounted | 'reception'

function listed (plan: CountPlan, counting: Counting): RawBuilder<ListedDossier> {
  return counting === 'reception' ? receptionDossiers(plan) : dossiersOf(plan, counting)
}

/**
 * The dossiers that the only span of a plan counts, one row for each time that it counts one, or the `share` of it that
 * counts, which is less than 1 only if the plan is carried. `counted_for`: with the key `unit`, the unit whose group it
 * is in.
 */
export function explainedDossiers (
  plan: CountPlan, counting: Counting
): RawBuilder<ListedDossier & { share: number, counted_for: string | null }> {
  const borne = borneUnits(plan)
  if (borne === null) {
    return sql`select counted.*, 1 as share, counted.unit as counted_for from (${listed(plan, counting)}) as counted`
  }
  return sql`
    with borne as materialized (${borne})
    select counted.*, share, bearer as counted_for from ${carried(listed(unitByUnit(plan), counting))}`
}
