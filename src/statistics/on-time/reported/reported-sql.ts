import { sql, type RawBuilder } from 'kysely'
import { columns as refs } from '../../../database/sql/bulk-json.ts'
import { detailColumns, DETAIL_MEASURES } from '../../../form-ii06a/detail-measures.ts'
import { tablesOf } from '../../kinds/index.ts'
import type { Counts, MeasureName, SetKey } from '../../kinds/kind.ts'
import { countingSets } from '../../reported/counting.ts'
import { borneUnits, carriedRows, withShares } from './carried-sql.ts'
import { chosenSets, ofDetail, ofPeriods, ROOT } from './chosen-sql.ts'
import { leftOut } from './left-out-sql.ts'
import { columnsOf, DETAILS_OF_ROW, knownMeasures, sumOfRows } from './measures-sql.ts'
import type { ReportedPlan } from './plan.ts'
import type { OnTimeRow } from '../schema.ts'
import { coverageOf } from '../../../catalogue/hierarchy/coverage-sql.ts'
import { keysOfRow, sameGroup, withPercentage, type CountedRow } from '../percentage-sql.ts'

/**
 * The SQL of a question about what is reported. One statement, so that figures and coverage are of one snapshot:
 * - `borne`: where figures are carried to other units, which share of a unit counts where
 * - `counted`: the rows that may be added, of the smallest table that knows them
 * - `grouped`: their sums by group, own rows and totals each for themselves
 * - `picked`: of each group the own rows, and otherwise the total
 * - `expected`: how many units are asked to report
 * - `left_out`: the sources with rows in a group that do not count, since those of another do
 * - `summed`: both, with the keys of a row; then the percentage
 */
export function reportedQuery (plan: ReportedPlan): RawBuilder<CountedRow> {
  const { keys, kind } = plan
  const ofUnits = keys.filter(key => key === 'level' || key === 'unit' || key === 'period')
  const whole = keys.length === 0
  const borne = borneUnits(plan, keys)
  return sql<CountedRow>`
    with ${borne === null ? sql`` : sql`${borne},`}
    counted as (${borne === null ? COUNTED[plan.table](plan) : carriedRows(plan, COUNTED[plan.table](plan))}),
    grouped as (${plan.span ? groupedPeriods(plan) : grouped(plan)}),
    picked as (
      select ${whole ? sql`` : sql`distinct on (${refs(keys)})`} * from grouped
      order by ${refs([...keys, 'scope'])} ${whole ? sql`limit 1` : sql``}
    ),
    expected as (${expectedUnits(plan, ofUnits)}),
    left_out as (${leftOut(plan)}),
    summed as (
      select ${sql.join([
        keysOfRow(kind.answer.keys, keys, 'picked'),
        sql`picked.scope`,
        ...knownMeasures(plan),
        ...plan.span ? [sql`picked.contradicts`] : [],
        ...kind.answer.fromRecords.length > 0 ? [columnsOf(kind).fromRecords] : [],
        sql`coalesce(estimated, false) as estimated`,
        sql`coalesce(picked.sources, '') as sources_used, coalesce(left_out.sources, '') as sources_left_out`,
        sql`case picked.scope when 'total' then 1 else coalesce(picked.units_reported, 0) end as units_reported`,
        sql`case picked.scope when 'total' then 1 else coalesce(expected.units_expected, 0) end as units_expected`
      ])}
      from ${whole
        ? sql`expected left join picked on true left join left_out on true`
        : sql`picked left join expected on ${sameGroup('expected', 'picked', ofUnits)}
          left join left_out on left_out.scope = picked.scope and ${sameGroup('left_out', 'picked', keys)}`}
    )
    ${withPercentage(kind, plan, 'reported', plan.carriedTo !== null, plan.span ? sql`contradicts is not true` : undefined)}`
}

/** What may be added, from the smallest table that knows it: by level, by unit, or by field and procedure. */
const COUNTED = { levels: countedLevels, sets: countedSets, rows: countedRows }

function countedLevels (plan: ReportedPlan): RawBuilder<unknown> {
  const { stored } = columnsOf(plan.kind)
  const own = sql`
    select level, period, 'own' as scope, units_reported, array_to_string(sources_used, ' ') as source, ${stored}
    from ${tablesOf(plan.kind).levels}
    where ${ofPeriods(plan)} and units_reported > 0 ${plan.level === undefined ? sql`` : sql`and level = any(${plan.level})`}`
  if (plan.totals === 'none') return own
  return sql`${own} union all
    select level, period, scope, 1, source, ${stored}
    from (${countingSets(plan.kind, sql`${ofPeriods(plan)} and unit = ${ROOT} and scope = 'total'`)}) as total`
}

function countedSets (plan: ReportedPlan): RawBuilder<unknown> {
  const { source, kind } = plan
  const chosen = sql`${ofPeriods(plan)} and ${chosenSets(plan)}`
  return source === undefined ? countingSets(kind, chosen) : sql`select * from ${tablesOf(kind).sets} where ${chosen}`
}

function countedRows (plan: ReportedPlan): RawBuilder<unknown> {
  const { rows, sets } = tablesOf(plan.kind)
  return sql`
    select ${sets}.level, ${rows}.* ${plan.details ? sql`, ${DETAILS_OF_ROW}` : sql``}
      ${plan.span ? sql`, position, position = first as opens, position = last as closes` : sql``}
    from ${sets} join ${rows} using (province_code, period, unit, scope, source)
    ${plan.span ? sql`join (${completeUnits(plan)}) as complete using (unit, scope)
      join (${askedPeriods(plan)}) as asked on asked.code = period` : sql``}
    where ${ofPeriods(plan)} and ${chosenSets(plan)} and ${ofDetail(plan)}
      and ${plan.source === undefined ? sql`${rows}.counts` : sql`true`}`
}

/**
 * Units that have reported for each of the periods in which they existed, with the first and the last of those. A unit
 * that missed one is left out: the flows of one period beside the stocks of another make no figure.
 */
function completeUnits (plan: ReportedPlan): RawBuilder<unknown> {
  return sql`
    select unit, scope, first, last
    from ${tablesOf(plan.kind).sets} join (
      select units.id as unit, count(*) as expected, min(position) as first, max(position) as last
      from units join (${askedPeriods(plan)}) as periods on ${VALID_IN_PERIOD} group by units.id
    ) as lives using (unit)
    where ${ofPeriods(plan)} and ${chosenSets(plan)}
    group by unit, scope, expected, first, last having count(distinct period) = expected`
}

function askedPeriods ({ periods }: ReportedPlan): RawBuilder<unknown> {
  return sql`select *, row_number() over (order by starts_on) as position from periods where code = any(${periods})`
}

export type ReportedRow = Counts &
  Pick<SetKey, 'period' | 'unit' | 'scope' | 'source'> & { field?: string | null, procedure?: string | null, share: number }

/** The sets, or where these do not know the answer the rows, that a figure without groups is the sum of. */
export function reportedRowsOf (plan: ReportedPlan, scope: OnTimeRow['scope']): RawBuilder<ReportedRow> {
  const key = ['period', 'unit', 'scope', 'source']
  const shown = plan.table === 'rows'
    ? refs([...key, ...plan.kind.dimensions, ...plan.kind.measures, ...detailColumns({ details: plan.details })])
    : sql`${refs(key)}, ${columnsOf(plan.kind).known}`
  const counted = plan.table === 'rows' ? countedRows(plan) : countedSets(plan)
  const borne = borneUnits(plan, [])
  return sql<ReportedRow>`
    ${borne === null ? sql`` : sql`with ${borne}`}
    select ${shown}, share from (${withShares(plan, counted)}) as counted where scope = ${scope}
    order by ${refs(plan.table === 'rows' ? [...key, 'detail_code'] : key)}`
}

/** Sums by group and scope. */
function grouped (plan: ReportedPlan): RawBuilder<unknown> {
  const measures = [...plan.kind.measures, ...plan.details ? DETAIL_MEASURES : []]
  const sums = plan.table === 'rows' ? measures.flatMap(measure => sumOfRows(measure, plan)) : [columnsOf(plan.kind).summed]
  return sql`
    select ${sql.join([...plan.keys.map(key => sql.ref(key)), sql.ref('scope'), ...sums, unitsReported(plan), sourcesUsed(plan), isEstimated(plan)])}
    from counted group by ${refs([...plan.keys, 'scope'])}`
}

/**
 * The same of several periods, with whether two of them contradict each other: what all rows of the group carried over
 * is not what they left pending. What is unknown contradicts nothing.
 */
function groupedPeriods (plan: ReportedPlan): RawBuilder<unknown> {
  const keys = [...plan.keys, 'scope']
  return sql`
    select * from (${grouped(plan)}) as added join (
      select ${refs(keys)}, bool_or(carried <> left_pending) as contradicts from (
        select ${refs(keys)}, ${sumKnown('carried_over', 'opens')} as carried,
          lag(${sumKnown('pending', 'closes')}) over (partition by ${refs(keys)} order by position) as left_pending
        from counted group by ${refs([...keys, 'position'])}
      ) as stocks group by ${refs(keys)}
    ) as compared using (${refs(keys)})`
}

/** The sum of a stock that goes on in another period of the question; null where it is unknown. */
function sumKnown (stock: MeasureName, ending: string): RawBuilder<unknown> {
  const goesOn = sql`not ${sql.ref(ending)}`
  return sql`case when bool_or(${goesOn} and ${sql.ref(stock)} is null) then null
    else coalesce(sum(${sql.ref(stock)}) filter (where ${goesOn}), 0) end`
}

function unitsReported ({ table, carriedTo }: ReportedPlan): RawBuilder<unknown> {
  if (table === 'levels') return sql`sum(units_reported) as units_reported`
  return sql`count(distinct ${sql.ref(carriedTo === null ? 'unit' : 'reporter')}) as units_reported`
}

function isEstimated ({ carriedTo }: ReportedPlan): RawBuilder<unknown> {
  return carriedTo === null ? sql`false as estimated` : sql`bool_or(is_part) as estimated`
}

/** Separated by blanks, and of levels with repetitions: `withSources` makes a list of them. */
function sourcesUsed ({ table }: ReportedPlan): RawBuilder<unknown> {
  return table === 'levels' ? sql`string_agg(source, ' ') as sources` : sql`string_agg(distinct source, ' ') as sources`
}

const VALID_IN_PERIOD = sql`units.valid_from <= periods.ends_on and coalesce(units.valid_to, 'infinity') >= periods.starts_on`

function expectedUnits (plan: ReportedPlan, keys: readonly string[]): RawBuilder<unknown> {
  const { unit, level, carriedTo } = plan
  const [period, ...others] = plan.periods
  // Days of one period are looked up once; a join would compare them for every unit.
  const one = others.length === 0
  const end = one || plan.span ? sql`${plan.end}::date` : sql`periods.ends_on`
  const { join, where, ...units } = coverageOf({ keys, unit, level, unitsOf: carriedTo }, end)
  const names: Record<string, RawBuilder<unknown>> = { ...units, period: one ? sql`${period}::text` : sql`periods.code` }
  const grouping = keys.filter(key => !(one && key === 'period')).map(key => names[key]!)
  const counted = plan.span ? sql`count(distinct units.id)` : sql`count(*)`
  return sql`
    select ${sql.join([...keys.map(key => sql`${names[key]} as ${sql.ref(key)}`), sql`${counted} as units_expected`])}
    from units ${one ? sql`` : sql`join periods on ${VALID_IN_PERIOD} and periods.code = any(${plan.periods})`} ${join}
    where units.reports_dossiers and ${one ? validIn(period!) : sql`true`} and ${where}
    ${grouping.length === 0 ? sql`` : sql`group by ${sql.join(grouping)}`}`
}

function validIn (period: string): RawBuilder<unknown> {
  return sql`units.valid_from <= (select ends_on from periods where code = ${period})
    and coalesce(units.valid_to, 'infinity') >= (select starts_on from periods where code = ${period})`
}
