import { sql, type RawBuilder } from 'kysely'
import { columns } from '../database/recordset.ts'
import { askedSpans, countedDossiers } from '../dossiers/counts.ts'
import { IS_COUNTED, sliceIn } from '../dossiers/events-query.ts'
import { MEASURES } from './measures.ts'
import type { RecordsPlan } from './records-plan.ts'
import type { OnTimeRow } from './schema.ts'
import { keysOfRow, sameGroup, shares } from './shares.ts'

/** The SQL of a question about records. One statement, so that figures and coverage are of one moment. */
export function recordsQuery (plan: RecordsPlan): RawBuilder<OnTimeRow> {
  const { keys } = plan
  const ofUnits = keys.filter(key => key === 'level' || key === 'unit' || key === 'period')
  return sql<OnTimeRow>`
    with counted as (${countedDossiers(plan)}),
    coverage as (${coverage(plan, ofUnits)}),
    summed as (
      select ${keysOfRow(keys, 'counted')}, 'own' as scope, ${MEASURED},
        coalesce(units_reported, 0) as units_reported, coalesce(units_expected, 0) as units_expected
      from counted left join coverage on ${sameGroup('coverage', 'counted', ofUnits)}
    )
    ${shares(plan.method, 'records')}`
}

// Whoever sends records knows all of it.
const MEASURED = sql.join([
  columns([...MEASURES, 'due', 'due_in_time']), sql.raw(MEASURES.map(measure => `0 as ${measure}_unknown`).join())
])

/** Units that are asked to report, and those that do: looked up one by one, as they are few and their sums many. */
function coverage ({ spans, unit, level, source }: RecordsPlan, keys: readonly string[]): RawBuilder<unknown> {
  const names: Record<string, RawBuilder<unknown>> = {
    level: sql`units.level`, unit: sql`units.code`, period: sql`asked.period`
  }
  return sql`
    select ${sql.join([
      ...keys.map(key => sql`${names[key]} as ${sql.ref(key)}`), sql`count(happened.unit) as units_reported`
    ])},
      count(*) filter (where units.reports_dossiers and units.valid_from <= ends_on
        and coalesce(units.valid_to, 'infinity') >= starts_on) as units_expected
    from (select *, ${sliceIn('starts_on')} as first_slice from (${askedSpans(spans)}) as spans) as asked
    cross join units
    left join lateral (${source === undefined ? HAPPENED : receivedFrom(source)} limit 1) as happened on true
    where ${unit === null ? sql`true` : sql`${unit} = any(units.path)`}
      and ${level === undefined ? sql`true` : sql`units.level = any(${level})`}
    ${keys.length === 0 ? sql`` : sql`group by ${sql.join(keys.map(key => names[key]!))}`}`
}

const HAPPENED = sql`
  select unit from dossier_sums_by_unit as sums
  where sums.province_code = units.province_code and sums.unit = units.code and slice between first_slice and ends_on
    and received_online + received_direct + resolved_early + resolved_on_time + resolved_overdue + due > 0`

/** Sums do not tell sources apart. */
function receivedFrom (source: string): RawBuilder<unknown> {
  return sql`
    select unit from dossiers
    where dossiers.unit = units.code and dossiers.province_code = units.province_code and source = ${source}
      and received_at >= first_slice::timestamp at time zone interval '7 hours'
      and received_at < (ends_on + 1)::timestamp at time zone interval '7 hours' and ${IS_COUNTED}`
}
