// Counts results by what is said of them: from the sums of the quarters and half months that lie in a span as a whole,
// and of the days at its ends. No sums of days know fields, and none know procedures: there the dossiers are read.
import { isDeepStrictEqual } from 'node:util'
import { sql, type RawBuilder } from 'kysely'
import { IS_BORNE } from '../../../catalogue/hierarchy/places-sql.ts'
import type { Db } from '../../../database/connect.ts'
import { columns } from '../../../database/sql/bulk-json.ts'
import { countedResults } from '../../details/results-sql.ts'
import type { ResultMeasure } from '../../details/results.ts'
import { cellsOf, loggedCells } from '../../rollups/log.ts'
import { resultsOf } from '../drill-down.ts'
import type { CountPlan } from '../plan.ts'
import type { Span } from '../spans.ts'
import { ofProvinces } from '../tables.ts'
import { borneUnits, unitPlanOf, type PartOfUnit, type UnitsAsked } from './asked-units.ts'
import { splitOf, type Split } from './split.ts'

export type ResultsOfUnit = PartOfUnit & Record<ResultMeasure, number>

/** The results of each unit in each span, as they are stored. Units without results have no row. */
export async function resultsOfUnits (
  db: Db, asked: UnitsAsked, measures: readonly ResultMeasure[]
): Promise<ResultsOfUnit[]> {
  const { parts, spans } = asked
  const plan = unitPlanOf(asked)
  const splits = spans.map(span => parts.includes('procedure') ? ALL_DAYS : splitOf(span))
  const inDays = spans.flatMap((span, i) => {
    const split = splits[i]!
    return split.before || split.after ? [{ span, split }] : []
  })
  const days = parts.length > 0 ? inDays.map(({ span, split }) => daysRead(plan, span, split, measures))
    : inDays.length > 0 ? [daysSummed(plan, measures)] : []
  const names = columns(plan.keys)
  const { rows } = await sql<ResultsOfUnit>`
    with borne as materialized (${borneUnits(asked)}),
    asked as not materialized (${rangesOf(spans, splits)})
    select ${names}, ${sql.join(measures.map(name => sql`coalesce(sum(${sql.ref(name)}), 0)::bigint as ${sql.ref(name)}`))}
    from (${sql.join([...sumsRead(plan, splits, measures), ...days], sql` union all `)}) as results group by ${names}`.execute(db)
  return rows
}

const ALL_DAYS: Split = { quarters: null, slices: null, before: false, after: true }

/** The spans with the quarters and half months that are read from sums. Where there are none the range is empty. */
function rangesOf (spans: readonly Span[], splits: readonly Split[]): RawBuilder<unknown> {
  const rows = spans.map(({ code, from, to }, i) => {
    const { slices = null, quarters } = splits[i]!
    const [whole, longest] = [slices ?? { from, until: from }, quarters ?? { from, until: from }]
    const days = [from, to, whole.from, whole.until, longest.from, longest.until].map(day => sql`${day}::date`)
    return sql`(${code}::text, ${sql.join(days)})`
  })
  return sql`
    select * from (values ${sql.join(rows)}) as spans (
      period, starts_on, ends_on, slices_from, slices_until, quarters_from, quarters_until)`
}

const IN_SLICES = sql`slice >= slices_from and slice < slices_until`
const IN_QUARTERS = sql`quarter >= quarters_from and quarter < quarters_until`
const IN_DAYS = sql`day >= starts_on and day <= ends_on and (day < slices_from or day >= slices_until)`
const IN_OTHER_SLICES = sql`${IN_SLICES} and not (slice >= quarters_from and slice < quarters_until)`

/** The log is read once for all: its cells are half months, of which quarters consist. */
function sumsRead (
  plan: CountPlan, splits: readonly Split[], measures: readonly ResultMeasure[]
): RawBuilder<unknown>[] {
  const { keys } = plan
  const read = (cells: RawBuilder<unknown>, isIn: RawBuilder<unknown>) => cellsRead(plan, measures, cells, isIn)
  if (splits.every(({ slices }) => slices === null)) return []
  const [byField, byQuarter] = [sql.table('dossier_results_by_field'), sql.table('dossier_results_by_unit_quarter')]
  const hasQuarters = !keys.includes('field') && splits.some(({ quarters }) => quarters !== null)
  const isWhole = splits.every(({ slices, quarters }) => isDeepStrictEqual(slices, quarters))
  return [
    read(loggedCells('dossier_results_by_field', measures), IN_SLICES),
    ...!hasQuarters ? [read(byField, IN_SLICES)] : [
      read(byQuarter, IN_QUARTERS), ...isWhole ? [] : [read(byField, IN_OTHER_SLICES)]
    ]
  ]
}

function daysSummed (plan: CountPlan, measures: readonly ResultMeasure[]): RawBuilder<unknown> {
  const { cuts: { daysOfCutSlices } } = plan
  const cells = sql`(
    select * from ${cellsOf('dossier_results_by_unit_day')} where day = any(${daysOfCutSlices}::date[])) as cells`
  return cellsRead(plan, measures, cells, IN_DAYS)
}

function cellsRead (
  plan: CountPlan, measures: readonly ResultMeasure[], cells: RawBuilder<unknown>, isIn: RawBuilder<unknown>
): RawBuilder<unknown> {
  return sql`
    select ${columns([...plan.keys, ...measures])}
    from asked join (select * from ${cells} where ${ofProvinces(plan)} and ${IS_BORNE}) as cells on ${isIn}`
}

function daysRead (
  plan: CountPlan, span: Span, { slices, before }: Split, measures: readonly ResultMeasure[]
): RawBuilder<unknown> {
  const own = plan.keys.filter(key => key !== 'period')
  const inDays = slices === null ? sql`true` : sql`(ended_on < ${slices.from}::date or ended_on >= ${slices.until}::date)`
  // What ended before the days is not read.
  const from = slices === null || before ? span.from : slices.until
  const named = plan.keys.map(key => key === 'period' ? sql`${span.code}::text as period` : sql.ref(key))
  return sql`
    select ${sql.join([...named, countedResults(measures)])}
    from (${resultsOf({ ...plan, spans: [{ ...span, from }] }, [...own, 'details'])}) as results where ${inDays} group by ${columns(own)}`
}
