// Dossiers by when they were filed, when they were received, and how much working time lies in between.
import { sql, type RawBuilder } from 'kysely'
import { columns } from '../../../database/sql/bulk-json.ts'
import { dayOfInstant, startOfDate, startOfDay } from '../../../time/business-day-sql.ts'
import { dayAfter } from '../../../time/calendar.ts'
import { AWAITS_RECEPTION, IS_COUNTED, IS_REFUSED } from '../../rules/status.ts'
import { dossierStates, IN_ONE_STATE } from '../../rules/timeline-sql.ts'
import type { CountPlan, ReceptionRule } from '../plan.ts'
import { filters, ofProvinces } from '../tables.ts'

/**
 * What was filed and counts for reception in any of the spans: the columns asked for, and
 * - `submitted`, when it was filed; null: unknown. `filed` is when it was filed or, if that is unknown, entered
 * - `received`, `refused`: when; null: it was not. One that was refused without an instant is so since its last version
 * - `allowed`, the working time for its reception; null: no limit is known
 * - `waited`, the working time from filing to reception; and `opens`, `lasts`, `befores`, `filed_position` for
 *   `workingTime`
 *
 * A dossier that has moved counts where it was received. One that was never received counts where it is.
 */
export function filedDossiers (names: readonly string[], plan: CountPlan): RawBuilder<unknown> {
  const { start, end, from } = boundsOf(plan)
  const needed = columns([...new Set([...names, 'province_code', 'procedure', 'channel', 'status', 'received_at', 'updated_at', 'details'])])
  const scope = sql`${ofProvinces(plan)} ${filters(plan, 'unit', 'level', 'field', 'procedure', 'channel', 'source')}`
  // What was received later waited at the end, which is known only if it says when it was filed.
  const matters = sql`(${SUBMITTED} is not null or (channel = 'online' and received_at < ${end}))`
  return sql`
    select ${columns([...names, ...TIMES])}, opens, lasts, befores, filed_position,
      ${workingTime(millisecondsOf(sql`received`))} - filed_position as waited,
      (case when interlinked <> 'none' then interlinked_limits else limits end)[width_bucket(${millisecondsOf(sql`submitted`)}, since)]
        as allowed
    from (
      select ${needed}, received_at as received, null::timestamptz as refused
      from dossiers where ${IN_ONE_STATE} and ${IS_COUNTED} and received_at >= ${start} and ${matters} and ${scope}
      union all
      select ${needed}, received_at, null from ${dossierStates(scope)} as states
      where ${IS_COUNTED} and received_on >= held_from and received_on < held_until and received_on >= ${from}::date and ${matters}
      union all
      select ${needed}, null, case when ${IS_REFUSED} then coalesce((details ->> 'refused_at')::timestamptz, updated_at) end
      from dossiers where (${AWAITS_RECEPTION} or ${IS_REFUSED}) and received_at < ${end}
        and not coalesce((details ->> 'refused_after_acceptance')::boolean, false) and ${scope}
    ) as found
    cross join lateral (select ${SUBMITTED}::timestamptz as submitted, coalesce(${SUBMITTED}::timestamptz, received_at) as filed) as times
    left join (select procedure as of_procedure, valid_from, valid_to, interlinked from procedure_versions) as versions
      on of_procedure = procedure and ${dayOfInstant(sql`submitted`)} between valid_from and coalesce(valid_to, 'infinity')
    join (${rulesAsTable(plan.reception!)}) as rules on rules.province is not distinct from
      case when province_code = any(${ownRules(plan.reception!)}) then province_code end
    cross join lateral (select ${workingTime(millisecondsOf(sql`submitted`))} as filed_position) as position`
}

const SUBMITTED = sql.raw('(details ->> \'submitted_at\')')
const TIMES = ['submitted', 'filed', 'received', 'refused']

/** From the first day of the spans to the last. */
function boundsOf ({ spans }: CountPlan) {
  const from = spans.map(({ from }) => from).sort()[0]!
  const to = spans.map(({ to }) => to).sort().at(-1)!
  return { from, start: startOfDay(from), end: startOfDay(dayAfter(to)) }
}

function ownRules (rules: readonly ReceptionRule[]): string[] {
  return rules.flatMap(({ province }) => province ?? [])
}

/** Arrays, in which a moment is looked up by bisection. */
function rulesAsTable (rules: readonly ReceptionRule[]): RawBuilder<unknown> {
  const rows = rules.map(({ province, openings, limits }) => sql`(
    ${province}::text,
    ${openings.map(({ opens }) => opens)}::bigint[], ${openings.map(({ opens, closes }) => closes - opens)}::bigint[],
    ${openings.map(({ before }) => before)}::bigint[],
    ${limits.map(({ since }) => since)}::bigint[], ${limits.map(({ limit }) => limit)}::bigint[],
    ${limits.map(({ interlinked }) => interlinked)}::bigint[])`)
  return sql`
    select * from (values ${sql.join(rows)}) as rules (province, opens, lasts, befores, since, limits, interlinked_limits)`
}

function millisecondsOf (instant: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`(extract(epoch from ${instant}) * 1000)::bigint`
}

/** The working time from the first opening of a rule to a moment; null: there is no moment. */
function workingTime (moment: RawBuilder<unknown>): RawBuilder<unknown> {
  const place = sql`width_bucket(${moment}, opens)`
  return sql`case ${place} when 0 then 0 else befores[${place}] + least(${moment} - opens[${place}], lasts[${place}]) end`
}

/** The instants of a row of `asked`: `start` is included, `end` is not. */
const START = startOfDate('starts_on')
const END = sql`(${startOfDate('ends_on')} + interval '1 day')`
const DUE_END = sql`(${startOfDate('due_on')} + interval '1 day')`

// Conditions on rows of `filedDossiers` that are joined with `asked`.
export const IS_RECEIVED = sql<boolean>`(received >= ${START} and received < ${END})`
export const IS_REFUSED_IN_SPAN = sql<boolean>`(refused >= ${START} and refused < ${END})`
export const WAITS_AT_END = sql<boolean>`
  (filed < ${END} and coalesce(received >= ${END}, true) and coalesce(refused >= ${END}, true))`
/** Whether it is known if it is in time. */
export const IS_KNOWN = sql<boolean>`(submitted is not null and allowed is not null)`
/** Working time up to the last day whose due dates are reached: today is not over. */
export const WAITED_AT_END = sql<number>`greatest(${workingTime(millisecondsOf(DUE_END))} - filed_position, 0)`
