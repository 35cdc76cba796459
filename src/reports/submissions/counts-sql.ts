import { sql, type RawBuilder } from 'kysely'

/**
 * For each report in `asked` how many of its values are given (`values_given`), and have a value (`values_reported`).
 */
export const VALUES_GIVEN: RawBuilder<unknown> = sql`
  cross join lateral (
    select count(*) filter (where state <> 'not_provided')::int as values_given,
      count(*) filter (where state = 'reported')::int as values_reported
    from indicator_values join indicators on indicators.form = indicator_values.form and indicators.code = indicator
    where province_code = asked.province_code and unit = asked.unit and period = asked.period
      and indicator_values.form = asked.form and value_type <> 'heading') as given`

/** How many values a form asks for. */
export function valuesOf (form: string): RawBuilder<number> {
  return sql<number>`(select count(*)::int from indicators where form = ${form} and value_type <> 'heading')`
}
