import { sql, type RawBuilder } from 'kysely'
import type { Reach } from '../../../contract/caller.ts'
import { invalid } from '../../../contract/errors.ts'
import type { Page, PageRequest } from '../../../contract/paging.ts'
import type { Db } from '../../../database/connect.ts'
import { columns } from '../../../database/sql/bulk-json.ts'
import { pageOf, pageQuery, type OrderColumn } from '../../../database/sql/keyset.ts'
import { inSlowRead } from '../../../database/time-limits.ts'
import { resultsOf } from '../../../dossiers/counts/index.ts'
import { parseDay } from '../../../time/business-day.ts'
import { calendarOf } from '../../../working-time/calendars/of-province.ts'
import { withinReach } from '../queries.ts'
import { recordsPlanOf, type RecordsPlan } from '../records/plan.ts'
import { assertAnswerable } from '../answerable.ts'
import { resolveQuery, spansAsked } from '../resolve-query.ts'
import { DURATION_KEYS, type DurationsQuery, type DurationsRow } from './schema.ts'

/** Durations are not kept added up: each question reads the dossiers. */
const MAX_DAYS = 366

/**
 * How long dossiers took that ended in some days, from their records.
 * @param now milliseconds since 1970
 * @throws DomainError `invalid_request` as `onTime` does, and for more days than a year has
 */
export async function durations (
  db: Db, asked: DurationsQuery, page: PageRequest, reach: Reach, now: number
): Promise<Page<DurationsRow> & { province: string | null }> {
  const question = { ...withinReach(asked, reach), basis: 'records', group_by: asked.group_by ?? [] } as const
  assertAnswerable(question)
  const resolved = await resolveQuery(db, question, reach, now)
  const { province } = resolved
  const [span] = spansAsked(question, resolved.periods, now)
  if (span === undefined) return { items: [], next_cursor: null, province }
  const { as_of, provisional, ...days } = span
  if (parseDay(days.to) - parseDay(days.from) >= MAX_DAYS) {
    const name = question.period === undefined ? 'to' : 'period'
    throw invalid(`/query/${name}`, 'out_of_range', `durations are measured for at most ${MAX_DAYS} days at a time`)
  }
  const plan = recordsPlanOf(question, [days], resolved)
  const order = question.group_by.map((name): OrderColumn => ({ name, kind: 'text', required: true }))
  const query = pageQuery(measured(plan, question.group_by, province), order, page)
  const { rows } = await inSlowRead(db, trx => query.execute(trx))
  const { items, next_cursor } = pageOf(rows, order, page.limit)
  return { items: items.map(row => ({ ...row, as_of, provisional })), next_cursor, province }
}

function measured (
  plan: RecordsPlan, keys: readonly string[], province: string | null
): RawBuilder<Omit<DurationsRow, 'as_of' | 'provisional'>> {
  const { from, to } = plan.spans[0]!
  const isTarget = sql`target is not null and days is not null and not was_asked`
  return sql`
    select ${sql.join(DURATION_KEYS.map(key => keys.includes(key) ? sql.ref(key) : sql`null::text as ${sql.ref(key)}`))},
      ${columns(MEASURED)}, round(100.0 * within_target / nullif(with_target, 0), 2)::float8 as within_target_percent,
      ${from}::date as "from", ${to}::date as "to", ${calendarOf(province)} as calendar
    from (
      select ${keys.length === 0 ? sql`` : sql`${columns(keys)}, `}count(*) as results, count(days) as measured,
        round(avg(days), 2)::float8 as mean_working_days,
        percentile_disc(0.5) within group (order by days) as median_working_days,
        percentile_disc(0.9) within group (order by days) as p90_working_days, max(days) as longest_working_days,
        count(*) filter (where ${isTarget}) as with_target,
        count(*) filter (where ${isTarget} and days <= target) as within_target
      from (
        select results.*, ${workingDaysTo('ended_on', province)} - ${workingDaysTo('received_on', province)} as days,
          ${TARGET} as target, supplements is not null as was_asked
        from (${resultsOf(plan, [...new Set([...keys, 'procedure', 'details'])])}) as results
          left join (${TERMS}) as terms
            on terms.code = results.procedure and received_on >= since and received_on < until
      ) as timed ${keys.length === 0 ? sql`` : sql`group by ${columns(keys)}`}
    ) as counted`
}

/**
 * The terms of procedures by law with the days of reception that they hold for, from `since` to the day before `until`.
 * What was received before the first version of a procedure has the term of that, as when due dates are checked.
 */
const TERMS = sql`
  select procedure as code, statutory_working_days, coalesce(lead(valid_from) over versions, 'infinity') as until,
    case when lag(valid_from) over versions is null then '-infinity' else valid_from end as since
  from procedure_versions window versions as (partition by procedure order by valid_from)`

/**
 * In working days; null: there is none, or it is in days or months, of which no rule says when they end. Hours end at
 * most as many days after the reception as they are working days of 8 hours, rounded up.
 */
const TARGET = sql`
  case
    when details ->> 'case_limit_unit' = 'working_days' then (details ->> 'case_limit')::numeric
    when details ->> 'case_limit_unit' = 'hours' then ceil((details ->> 'case_limit')::numeric / 8)
    when details ->> 'case_limit_unit' is null then statutory_working_days
  end`

const MEASURED = [
  'results', 'measured', 'mean_working_days', 'median_working_days', 'p90_working_days', 'longest_working_days',
  'with_target', 'within_target'
]

/**
 * The running number of working days at a day of the calendar, whose days follow one another; null: it lacks this day.
 * Looked up in an array that is made once: a join by days, of which a planner knows nothing, takes longer.
 */
function workingDaysTo (column: string, province: string | null): RawBuilder<number | null> {
  const days = sql`from working_calendar_days where working_calendar = ${calendarOf(province)}`
  return sql`(array(select working_days ${days} order by day))[${sql.ref(column)} - (select min(day) ${days}) + 1]`
}
