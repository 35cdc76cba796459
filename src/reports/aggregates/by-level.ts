import { sql, type RawBuilder } from 'kysely'
import { TOGETHER, withFacts, type Rule, type Together } from './facts-sql.ts'

export interface LevelFigure extends Together {
  period: string
  form: string
  indicator: string
  level: string
  /** Of a rule that counts units by their choices. */
  choice: number | null
}

/**
 * What the units of each level report together, in rows by period, form, indicator, level and choice, as a query. Each
 * unit has one level, so nothing is added twice.
 * @param units a condition on `units` and `versions`: those that are asked for
 */
export function figuresByLevel (
  rules: readonly Rule[], periods: readonly string[], units: RawBuilder<unknown>
): RawBuilder<LevelFigure> {
  const choice = sql`case when rule = 'units_with_choice' then choice end`
  const keys = sql`period, form, indicator, level`
  return sql<LevelFigure>`
    ${withFacts(rules, periods, units)}, expected as (
      select period, level, count(*)::integer as units_expected from standing group by period, level
    )
    select ${keys}, ${choice} as choice, ${TOGETHER}, sum(count(*)) over (partition by ${keys})::integer as units_reported, units_expected
    from facts join expected using (period, level)
    group by ${keys}, rule, ${choice}, units_expected`
}
