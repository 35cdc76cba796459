// Counts results by what is said of them: from the sums of the quarters and half months that lie in a span as a whole,
// and from the dossiers for the days at its ends. No sums know procedures.
import { sql, type RawBuilder } from 'kysely'
import { carried, sharesOf } from '../../../catalogue/hierarchy/places-sql.ts'
import { columns } from '../../../database/sql/bulk-json.ts'
import { countedResults } from '../../details/results-sql.ts'
import type { ResultMeasure } from '../../details/results.ts'
import { cellsOf } from '../../rollups/log.ts'
import { borneOf, unitByUnit } from '../carried.ts'
import { resultsOf } from '../drill-down.ts'
import { isAmongUnits, type CountPlan } from '../plan.ts'
import { ofProvinces } from '../tables.ts'
import { splitOf, type Split } from './split.ts'

/**
 * The results of the only span of a plan: its keys, of which one is `unit`, the measures, and `estimated` if the plan
 * is carried. Units without results have no row.
 */
export function resultCounts (plan: CountPlan, measures: readonly ResultMeasure[]): RawBuilder<unknown> {
  if (plan.carried === 'nothing') return summedAsReported(plan, measures)
  const others = plan.keys.filter(key => key !== 'unit').map(key => sql.ref(key))
  const shares = measures.map(name => sql`sum(${sql.ref(name)} * share) as ${sql.ref(name)}`)
  return sql`
    with borne as materialized (${sharesOf({ ...borneOf(plan), keys: ['unit'] })})
    select ${sql.join([sql`bearer as unit`, ...others, ...shares])}, bool_or(share < 1) as estimated
    from ${carried(summedAsReported(unitByUnit(plan), measures))}
    group by ${sql.join([sql`bearer`, ...others])}`
}

function summedAsReported (plan: CountPlan, measures: readonly ResultMeasure[]): RawBuilder<unknown> {
  const { keys } = plan
  const split = keys.includes('procedure') ? ALL_DAYS : splitOf(plan.spans[0]!)
  const days = split.before || split.after ? [daysRead(plan, split, measures)] : []
  const parts = [...sumsRead(plan, split, measures), ...days]
  return sql`
    select ${columns(keys)}, ${sql.join(measures.map(name => sql`sum(${sql.ref(name)})::bigint as ${sql.ref(name)}`))}
    from (${sql.join(parts, sql` union all `)}) as results group by ${columns(keys)}`
}

const ALL_DAYS: Split = { quarters: null, slices: null, before: false, after: true }

function sumsRead (
  plan: CountPlan, { quarters, slices }: Split, measures: readonly ResultMeasure[]
): RawBuilder<unknown>[] {
  if (slices === null) return []
  const { keys } = plan
  const names = columns([...keys, ...measures])
  // The sums of the days of a span are few.
  const which = sql`${ofProvinces(plan)} ${isAmongUnits(plan)}`
  const read = (which: RawBuilder<unknown>) => (
    sql`select ${names} from ${cellsOf('dossier_results_by_field')} where ${which}`)
  const ofSlices = sql`${which} and slice >= ${slices.from}::date and slice < ${slices.until}::date`
  if (quarters === null || keys.includes('field')) return [read(ofSlices)]
  const ofQuarters = sql`${which} and quarter >= ${quarters.from}::date and quarter < ${quarters.until}::date`
  const isWhole = quarters.from === slices.from && quarters.until === slices.until
  const others = sql`${ofSlices} and not (slice >= ${quarters.from}::date and slice < ${quarters.until}::date)`
  return [
    sql`select ${names} from ${cellsOf('dossier_results_by_unit_quarter')} where ${ofQuarters}`,
    ...isWhole ? [] : [read(others)]
  ]
}

function daysRead (
  plan: CountPlan, { slices, before }: Split, measures: readonly ResultMeasure[]
): RawBuilder<unknown> {
  const { keys, spans } = plan
  const inDays = slices === null ? sql`true` : sql`(ended_on < ${slices.from}::date or ended_on >= ${slices.until}::date)`
  // What ended before the days is not read. The last day stays, as it says which units stand below the one asked for.
  const from = slices === null || before ? spans[0]!.from : slices.until
  const read = { ...plan, spans: [{ ...spans[0]!, from }] }
  return sql`
    select ${columns(keys)}, ${countedResults(measures)}
    from (${resultsOf(read, [...keys, 'details'])}) as results where ${inDays} group by ${columns(keys)}`
}
