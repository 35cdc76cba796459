import { sql, type RawBuilder } from 'kysely'
import { JOIN_SENT, TOGETHER, withFacts, type FactsAsked, type Rule, type Together } from './facts-sql.ts'

export interface LevelFigure extends Together {
  period: string
  form: string
  indicator: string
  level: string
  /** Of a rule that counts units by their choices. */
  choice: number | null
}

/**
 * What the units of each level report together, in rows by period, form, indicator, level and choice, as a query. A
 * unit that reports stands for all of its level below it, so nothing is added twice.
 */
export function figuresByLevel (
  rules: readonly Rule[], asked: FactsAsked
): RawBuilder<LevelFigure> {
  const choice = sql`case when rule = 'units_with_choice' then choice end`
  const keys = sql`period, form, indicator, level`
  // Of all choices together.
  const overAll = (count: RawBuilder<unknown>) => sql`sum(${count}) over (partition by ${keys})::integer`
  // The paths come first: PostgreSQL would compare each unit of a level with each other one.
  return sql<LevelFigure>`
    ${withFacts(rules, asked)}, expected as (
      select period, level, count(*)::integer as units_expected from standing group by period, level
    ), paths as materialized (
      select standing.period, standing.unit, standing.level, parents.unit as above
      from standing cross join unnest(path) as parents (unit) where parents.unit <> standing.unit
    ), nested as materialized (
      select paths.period, paths.unit, paths.above from paths join standing as higher
        on (higher.period, higher.unit, higher.level) = (paths.period, paths.above, paths.level)
    ), covered as materialized (
      select distinct ${keys}, nested.unit from nested join facts using (period) where facts.unit = nested.above
    ), stood_for as (
      select ${keys}, count(*)::integer as units_covered from covered group by ${keys}
    )
    select ${keys}, ${choice} as choice, ${TOGETHER}, ${overAll(sql`count(*)`)} as units_reported,
      ${overAll(sql`count(is_sent)`)} as units_submitted,
      units_expected - coalesce(units_covered, 0) as units_expected
    from facts join expected using (period, level) left join stood_for using (${keys})
      left join covered using (${keys}, unit) ${JOIN_SENT}
    where covered.unit is null
    group by ${keys}, rule, ${choice}, units_expected, units_covered`
}
