import { sql, type RawBuilder } from 'kysely'
import { columns } from '../../../database/sql/bulk-json.ts'
import {
  askedSpans, borneBetweenLevels, countedDossiers, passedAtStart, recordingUnits
} from '../../../dossiers/counts/index.ts'
import { DOSSIERS } from '../../kinds/index.ts'
import { MEASURES, TRANSFERS } from '../../../form-ii06a/measures.ts'
import { detailColumns } from '../../../form-ii06a/detail-measures.ts'
import { UNKNOWN_COLUMNS } from '../../../form-ii06a/unknown.ts'
import type { RecordsPlan } from './plan.ts'
import { coverageBetweenLevels, coverageOf } from '../../../catalogue/hierarchy/coverage-sql.ts'
import { keysOfRow, sameGroup, withPercentage, type CountedRow } from '../percentage-sql.ts'

/**
 * The SQL of a question about records. One statement, so that figures and coverage are of one snapshot:
 * - `borne`: if figures are carried between levels, by which units and in which part
 * - `counted`: the measures of each group that has dossiers
 * - `coverage`: how many units are asked to report, and how many of them send records
 * - `summed`: both, with the keys of a row; then the percentage
 */
export function recordsQuery (plan: RecordsPlan): RawBuilder<CountedRow> {
  const { keys } = plan
  const isCarried = plan.carried !== 'nothing'
  const ofUnits = keys.filter(key => key === 'level' || key === 'unit' || key === 'period')
  const borne = borneBetweenLevels(plan)
  return sql<CountedRow>`
    with ${borne === null ? sql`` : sql`${borne},
    `}counted as (${countedDossiers(plan)}),
    coverage as (${coverage(plan, ofUnits)}),
    summed as (
      select ${keysOfRow(DOSSIERS.answer.keys, keys, 'counted')}, 'own' as scope, ${plan.unknown ? MEASURED_WITH_UNKNOWN : MEASURED}, ${measuredDetails(plan)} ${ofReception(plan)} ${isCarried ? sql`` : sql`false as `}estimated,
        coalesce(units_reported, 0) as units_reported, coalesce(units_expected, 0) as units_expected,
        null::text as sources_used, null::text as sources_left_out
      from counted left join coverage on ${sameGroup('coverage', 'counted', ofUnits)}
      ${keys.length === 0 ? sql`` : sql`where units_expected is not null or not (${hasOnlyPassed(plan)})`}
    )
    ${withPercentage(DOSSIERS, plan, 'records', isCarried)}`
}

/** What was pending when the last unit of a group ended passes on the day after, which needs no row. */
function hasOnlyPassed (plan: RecordsPlan): RawBuilder<boolean> {
  // What ended before may fall due in a span.
  const counted = sql.raw(`received_online + received_direct + resolved + cancelled${plan.method === 'due' ? ' + due' : ''}${
    plan.reception === undefined ? '' : ' + reception_denominator'}`)
  return sql<boolean>`${counted} = 0 and pending = transferred_out and pending = ${passedAtStart(plan)}`
}

const MEASURED = columns([...MEASURES, ...TRANSFERS, 'due', 'due_in_time'])
// Records know every measure, and what moved.
const MEASURED_WITH_UNKNOWN = sql.join([MEASURED, sql.raw(UNKNOWN_COLUMNS.map(column => `0 as ${column}`).join())])

function measuredDetails ({ details, unknown }: RecordsPlan): RawBuilder<unknown> {
  const names = detailColumns({ details, unknown })
  return names.length === 0 ? sql`` : sql`${columns(names)}, `
}

/** What its method divides follows from no column of a row, as those are unknown if one dossier is. */
function ofReception ({ method }: RecordsPlan): RawBuilder<unknown> {
  return method === 'reception' ? sql`reception_numerator, reception_denominator, ` : sql``
}

/** Units that are asked to report, and those of them that send dossiers, though maybe none in these days. */
function coverage (plan: RecordsPlan, keys: readonly string[]): RawBuilder<unknown> {
  const { spans, unit, level, source, unitsOf = null } = plan
  const carriedTo = plan.carried === 'nothing' ? null : unitsOf
  const { join, where, ...units } = plan.carried === 'levels' && keys.includes('level')
    ? coverageBetweenLevels(level)
    : coverageOf({ keys, unit, level, unitsOf: carriedTo }, sql`ends_on`)
  const names: Record<string, RawBuilder<unknown>> = { ...units, period: sql`asked.period` }
  const ofOne = keys.includes('unit') && carriedTo === null
  return sql`
    select ${sql.join([
      ...keys.map(key => sql`${names[key]} as ${sql.ref(key)}`),
      ofOne ? sql`coalesce(since <= ends_on, false)::int as units_reported` : sql`count(*) filter (where since <= ends_on) as units_reported`,
      ofOne ? sql`1 as units_expected` : sql`count(*) as units_expected`
    ])}
    from (${askedSpans(spans)}) as asked cross join units ${join}
      left join ${recordingUnits(source)} as desks
        on desks.province_code = units.province_code and desks.unit = units.id
    where units.reports_dossiers and units.valid_from <= ends_on and coalesce(units.valid_to, 'infinity') >= starts_on
      and ${where}
    ${ofOne || keys.length === 0 ? sql`` : sql`group by ${sql.join(keys.map(key => names[key]!))}`}`
}
