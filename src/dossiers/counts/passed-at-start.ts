import { sql, type RawBuilder } from 'kysely'
import { askedSpans } from './spans.ts'
import type { CountPlan } from './plan.ts'
import { filters, ofProvinces } from './tables.ts'

/**
 * How many dossiers a row of `counted` has passed to other units on the first day of its span, because a unit ended on
 * the day before. What is pending passes on with its unit, which then needs no row.
 * @param plan with at least one key
 */
export function passedAtStart (plan: CountPlan): RawBuilder<number> {
  const isOfRow = plan.keys.map(key => key === 'period'
    ? sql`asked.period = counted.period`
    : sql`${sql.ref(`states.${key}`)} = ${sql.ref(`counted.${key}`)}`)
  return sql<number>`(
    select count(*) from (${askedSpans(plan.spans)}) as asked join dossier_states as states on held_until = starts_on
    where change is not null and ${ofProvinces(plan)} and ${sql.join(isOfRow, sql` and `)}
      ${filters(plan, 'unit', 'level', 'field', 'procedure', 'channel', 'source')})`
}
