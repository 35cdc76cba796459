// The sums of reception, and the measures that follow from them.
import { sql, type RawBuilder } from 'kysely'
import { filedInSpans, IS_KNOWN, IS_RECEIVED, IS_REFUSED_IN_SPAN, unsaidByDay, WAITS_AT_END } from './filed-sql.ts'
import type { CountPlan } from '../plan.ts'

const countIf = (...conditions: RawBuilder<boolean>[]) => sql`count(*) filter (where ${sql.join(conditions, sql` and `)})`
const isUnknown = sql<boolean>`not ${IS_KNOWN}`
const inTime = (waited: RawBuilder<unknown>) => sql<boolean>`${waited} <= allowed`
const late = (waited: RawBuilder<unknown>) => sql<boolean>`${waited} > allowed`
const WAITED = sql`waited`
const WAITED_AT_END = sql`waited_at_end`

const SUMS: Record<string, RawBuilder<unknown>> = {
  reception_in_time: countIf(IS_RECEIVED, IS_KNOWN, inTime(WAITED)),
  reception_overdue: countIf(IS_RECEIVED, IS_KNOWN, late(WAITED)),
  reception_unknown: countIf(IS_RECEIVED, isUnknown),
  reception_pending_in_time: countIf(WAITS_AT_END, IS_KNOWN, inTime(WAITED_AT_END)),
  reception_pending_overdue: countIf(WAITS_AT_END, IS_KNOWN, late(WAITED_AT_END)),
  reception_pending_unknown: countIf(WAITS_AT_END, isUnknown),
  not_received: countIf(IS_REFUSED_IN_SPAN)
}

/** What is summed of a group in a span. Each can be added, over whatever groups. */
export const RECEPTION_SUMS = Object.keys(SUMS)

/**
 * These sums by the spans in `asked`, by the keys of a plan, which come first. They may come in several rows of a
 * group.
 */
export function receptionSums (
  plan: CountPlan, beside: readonly RawBuilder<unknown>[], grouped: RawBuilder<unknown>
): RawBuilder<unknown> {
  const own = plan.keys.filter(key => key !== 'period')
  const keys = plan.keys.map(key => sql.ref(key))
  const sums = RECEPTION_SUMS.map(name => sql`${SUMS[name]} as ${sql.ref(name)}`)
  const unsaid = RECEPTION_SUMS.map(name => (
    name === 'reception_unknown' ? sql`coalesce(sum(dossiers), 0)::bigint as ${sql.ref(name)}` : sql`0 as ${sql.ref(name)}`))
  return sql`
    select ${sql.join([...keys, ...beside, ...sums])} from ${filedInSpans(own, plan)} ${grouped}
    union all
    select ${sql.join([...keys, ...beside, ...unsaid])}
    from asked join (${unsaidByDay(own, plan)}) as days on day between starts_on and ends_on ${grouped}`
}

const KNOWN = '(reception_in_time + reception_overdue + reception_pending_in_time + reception_pending_overdue)'
/** Who says of no dossier when it was filed does not send those that wait or are refused either. */
const SILENT = `case when ${KNOWN} + reception_pending_unknown + not_received = 0 then reception_unknown else 0 end`

/** In how many dossiers each measure is unknown, as an expression of the sums. */
const UNKNOWN: Record<string, string> = {
  reception_in_time: 'reception_unknown',
  reception_overdue: 'reception_unknown',
  reception_pending_in_time: `(reception_pending_unknown + ${SILENT})`,
  reception_pending_overdue: `(reception_pending_unknown + ${SILENT})`,
  not_received: SILENT
}
export const RECEPTION_MEASURES = Object.keys(UNKNOWN)

/** The measures, unknown where they are unknown of one dossier, and in how many they are. */
export const COUNTED_RECEPTION = RECEPTION_MEASURES.map(name => (
  `case when ${UNKNOWN[name]} = 0 then ${name} end as ${name}, ${UNKNOWN[name]} as ${name}_unknown`)).join()

/** What the method `reception` divides: dossiers of which it is known. */
export const RECEPTION_PARTS = `reception_in_time + reception_pending_in_time as reception_numerator,
  ${KNOWN} as reception_denominator`

/** A group has a row if anything was filed. */
export const HAS_RECEPTION = `${KNOWN} + reception_unknown + reception_pending_unknown + not_received > 0`
