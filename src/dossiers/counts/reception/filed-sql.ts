// Dossiers by when they were filed, when they were received, and how much working time lies in between.
import { sql, type RawBuilder } from 'kysely'
import { columns, same } from '../../../database/sql/bulk-json.ts'
import { dayOfInstant, startOfDate, startOfDay } from '../../../time/business-day-sql.ts'
import { dayAfter } from '../../../time/calendar.ts'
import { AWAITS_RECEPTION, IS_COUNTED, IS_REFUSED } from '../../rules/status.ts'
import { dossierStates, IN_ONE_STATE } from '../../rules/timeline-sql.ts'
import type { CountPlan, ReceptionRule } from '../plan.ts'
import { askedSpans } from '../spans.ts'
import { filters, ofProvinces } from '../tables.ts'

/**
 * What was filed and counts for reception, once for each span in which it does, as what a query reads from: the
 * columns asked for, `period`, `ends_on`, the instants of the span, `start_at` and without it `end_at`, and
 * - `submitted`, when it was filed; null: unknown. `filed` is when it was filed or, if that is unknown, entered
 * - `received`, `refused`: when; null: it was not. One that was refused without an instant is so since its last version
 * - `allowed`, the working time for its reception; null: no limit is known
 * - `waited`, the working time from filing to reception, and `waited_at_end`, up to the last day whose due dates are
 *   reached: today is not over
 *
 * What was received without saying when it was filed is left out: see `unsaidByDay`.
 */
export function filedInSpans (names: readonly string[], plan: CountPlan): RawBuilder<unknown> {
  // Each has a fence: what is computed once must not be computed again for each row of the other, and each sum.
  return sql`(
      select asked.*, rules.rule as of_rule, start_at, end_at, ${workingTime(millisecondsOf(sql`due_end`))} as reached
      from (${askedSpans(plan.spans)}) as asked cross join (${rulesAsTable(plan.reception!)}) as rules
      cross join lateral (select ${START} as start_at, ${END} as end_at, ${DUE_END} as due_end) as instants offset 0
    ) as spans join (${filedDossiers(names, plan)} offset 0) as filed
      on rule = of_rule and (${IS_RECEIVED} or ${IS_REFUSED_IN_SPAN} or ${WAITS_AT_END})
    cross join lateral (select greatest(reached - filed_position, 0) as waited_at_end) as until_end`
}

/**
 * A dossier that has moved counts where it was received, and one that was reopened when it was first. One that was
 * never received counts where it is.
 */
function filedDossiers (names: readonly string[], plan: CountPlan): RawBuilder<unknown> {
  const { start, end } = boundsOf(plan)
  const needed = columns([...new Set([...names, 'province_code', 'procedure', 'received_at', 'details'])])
  const scope = scopeOf(plan)
  const refused = sql`coalesce((details ->> 'refused_at')::timestamptz, updated_at)`
  return sql`
    select ${columns([...names, ...TIMES])}, rule, filed_position,
      ${workingTime(millisecondsOf(sql`received`))} - filed_position as waited,
      (case when interlinked <> 'none' then interlinked_limits else limits end)[width_bucket(${millisecondsOf(sql`submitted`)}, since)]
        as allowed
    from (
      ${receivedDossiers(needed, plan, sql`${SUBMITTED} is not null`)}
      union all
      select ${needed}, null::timestamptz, case when ${IS_REFUSED} then ${refused} end
      from dossiers where (${AWAITS_RECEPTION} or (${IS_REFUSED} and ${refused} >= ${start})) and received_at < ${end}
        and not coalesce((details ->> 'refused_after_acceptance')::boolean, false) and ${scope}
    ) as found
    cross join lateral (select ${SUBMITTED}::timestamptz as submitted, coalesce(${SUBMITTED}::timestamptz, received_at) as filed) as times
    left join (select procedure as of_procedure, valid_from, valid_to, interlinked from procedure_versions) as versions
      on of_procedure = procedure and ${dayOfInstant(sql`submitted`)} between valid_from and coalesce(valid_to, 'infinity')
    join (${rulesAsTable(plan.reception!)}) as rules on rule = case when province_code = any(${ownRules(plan.reception!)}) then province_code else '' end
    cross join lateral (select ${workingTime(millisecondsOf(sql`submitted`))} as filed_position) as position`
}

/** What was received online without saying when it was filed, by the keys asked for and `day`: `dossiers`, how many. */
export function unsaidByDay (names: readonly string[], plan: CountPlan): RawBuilder<unknown> {
  const { end } = boundsOf(plan)
  // What was received later waited at the end, which is known only if it says when it was filed.
  const which = sql`${SUBMITTED} is null and channel = 'online' and received_at < ${end}`
  const needed = columns([...new Set([...names, 'received_at'])])
  const keys = [...names.map(name => sql.ref(name)), dayOfInstant(sql`received`)]
  return sql`
    select ${sql.join([...names.map(name => sql.ref(name)), sql`${dayOfInstant(sql`received`)} as day`])}, count(*) as dossiers
    from (${receivedDossiers(needed, plan, which)}) as found group by ${sql.join(keys.map((_, i) => sql.lit(i + 1)))}`
}

/** What was received since the first day of the spans: the columns needed, `received` and `refused`. */
function receivedDossiers (
  needed: RawBuilder<unknown>, plan: CountPlan, which: RawBuilder<unknown>
): RawBuilder<unknown> {
  const { start, from } = boundsOf(plan)
  const scope = scopeOf(plan)
  return sql`
      select ${needed}, received_at as received, null::timestamptz as refused
      from dossiers where ${IN_ONE_STATE} and ${IS_COUNTED} and received_at >= ${start} and ${which} and ${scope}
      union all
      select ${needed}, received_at, null from ${dossierStates(scope)} as states
      where ${IS_COUNTED} and ${IS_RECEIVED_IN_STATE} and received_on >= ${from}::date and ${which}
        and (held_from = '-infinity' or not exists (
          select from dossier_states as former
          where ${same('former', 'states', ['province_code', 'code', 'record'])} and former.state < states.state
            and former.received_on >= former.held_from and former.received_on < former.held_until))`
}

function scopeOf (plan: CountPlan): RawBuilder<unknown> {
  return sql`${ofProvinces(plan)} ${filters(plan, 'unit', 'level', 'field', 'procedure', 'channel', 'source')}`
}

const IS_RECEIVED_IN_STATE = sql.raw('received_on >= held_from and received_on < held_until')
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

/** By `rule`, the province or nothing: arrays, in which a moment is looked up by bisection. */
function rulesAsTable (rules: readonly ReceptionRule[]): RawBuilder<unknown> {
  const rows = rules.map(({ province, openings, limits }) => sql`(
    ${province ?? ''}::text,
    ${openings.map(({ opens }) => opens)}::bigint[], ${openings.map(({ opens, closes }) => closes - opens)}::bigint[],
    ${openings.map(({ before }) => before)}::bigint[],
    ${limits.map(({ since }) => since)}::bigint[], ${limits.map(({ limit }) => limit)}::bigint[],
    ${limits.map(({ interlinked }) => interlinked)}::bigint[])`)
  return sql`
    select * from (values ${sql.join(rows)}) as rules (rule, opens, lasts, befores, since, limits, interlinked_limits)`
}

function millisecondsOf (instant: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`(extract(epoch from ${instant}) * 1000)::bigint`
}

/** The working time from the first opening of a rule to a moment; null: there is no moment. */
function workingTime (moment: RawBuilder<unknown>): RawBuilder<unknown> {
  const place = sql`width_bucket(${moment}, opens)`
  return sql`case ${place} when 0 then 0 else befores[${place}] + least(${moment} - opens[${place}], lasts[${place}]) end`
}

/** The instants of a row of `asked`. */
const START = startOfDate('starts_on')
const END = sql`(${startOfDate('ends_on')} + interval '1 day')`
const DUE_END = sql`(${startOfDate('due_on')} + interval '1 day')`

// Conditions on what was filed and a span.
export const IS_RECEIVED = sql<boolean>`(received >= start_at and received < end_at)`
export const IS_REFUSED_IN_SPAN = sql<boolean>`(refused >= start_at and refused < end_at)`
export const WAITS_AT_END = sql<boolean>`
  (filed < end_at and (received is null or received >= end_at) and (refused is null or refused >= end_at))`
/** Whether it is known if it is in time. */
export const IS_KNOWN = sql<boolean>`(submitted is not null and allowed is not null)`
