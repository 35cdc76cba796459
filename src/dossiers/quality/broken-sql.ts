import { sql, type RawBuilder } from 'kysely'
import { columns } from '../../database/sql/bulk-json.ts'
import { startOfDay } from '../../time/business-day-sql.ts'
import { ENDED_AT } from '../rules/status.ts'
import { RULES, type QueriedRule } from './rules.ts'

/** What decides which dossiers are looked at. */
const LOOKED_AT = ['province_code', 'unit', 'status', 'received_at', 'finished_at', 'returned_at', 'updated_at']

/** The columns of dossiers that rows of these columns are made from. */
export function columnsNeeded (names: readonly string[]): string[] {
  return [...new Set([...names, ...LOOKED_AT])]
}

/**
 * The dossiers that break rules, once for each: `rule` and the columns asked for.
 *
 * All rules are looked at in one pass. Nearly all dossiers break none, and are passed over first: a planner lets
 * several processes do that where no row needs a subquery, and knows that few are left where it compares with a number.
 * @param tomorrow the instant at which the next day begins
 * @param which a condition on a row of the table, with `ended_at`
 */
export function brokenIn (
  table: RawBuilder<unknown>, rules: readonly QueriedRule[], tomorrow: RawBuilder<string>, which: RawBuilder<unknown>,
  names: readonly string[]
): RawBuilder<unknown> {
  const any = sql.join(rules.map(rule => {
    const { isBroken, mayBreak = isBroken } = RULES[rule]
    return sql`(${mayBreak(tomorrow)})`
  }), sql` or `)
  const each = sql.join(rules.map(rule => sql`(${rule}::text, ${RULES[rule].isBroken(tomorrow)})`))
  return sql`(
    with suspects as materialized (
      select dossiers.*, ended_at
      from ${table} as dossiers cross join lateral (select ${ENDED_AT} as ended_at) as ends
      where ${which} and (${any})::integer = 1
    )
    select broken.rule, ${columns(names)}
    from suspects as dossiers cross join lateral (values ${each}) as broken (rule, is_broken)
    where is_broken)`
}

export interface Days {
  starts_on: string
  ends_on: string
}

/** Received, ended or changed in these days; null: any. */
export function isIn (period: Days | null): RawBuilder<boolean> {
  if (period === null) return sql<boolean>`true`
  const { starts_on: from, ends_on: to } = period
  const within = (instant: string) => (
    sql`(${sql.ref(instant)} >= ${startOfDay(from)} and ${sql.ref(instant)} < ${startOfDay(to)} + interval '1 day')`)
  return sql<boolean>`(${sql.join(['received_at', 'ended_at', 'updated_at'].map(within), sql` or `)})`
}
