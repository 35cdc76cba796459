import { sql, type RawBuilder } from 'kysely'
import type { Db } from '../../database/connect.ts'
import { JOIN_SENT, TOGETHER, withFacts, type Rule, type Together } from './facts-sql.ts'

/** What units below one report in a period, by the indicators of the rules. */
export async function reportedBelow (
  db: Db, rules: readonly Rule[], asked: BelowAsked
): Promise<Map<string, Together>> {
  const { rows } = await belowQuery(rules, asked).execute(db)
  return new Map(rows.map(({ indicator, ...together }) => [indicator, together]))
}

export interface BelowAsked {
  unit: string
  period: string
  /** Milliseconds since 1970. */
  now: number
}

/**
 * What units below one report in a period, a row for each rule. A unit of the levels of a rule that reports stands for
 * all of these levels below it, so nothing is added twice, and the others of these levels are expected. Without levels,
 * it stands for all below it, and of the others those at the bottom are expected.
 */
export function belowQuery (
  rules: readonly Rule[], { unit, period, now }: BelowAsked
): RawBuilder<Together & { indicator: string }> {
  const sameRule = sql`(facts.form, facts.indicator) = (rules.form, rules.indicator)`
  return sql<Together & { indicator: string }>`
    ${withFacts(rules, { periods: [period], units: sql`${unit} = any(versions.path) and units.id <> ${unit}`, now })}, counted as (
      select * from facts where (levels is null or level = any(levels)) and not exists (
        select from facts as above where (above.form, above.indicator) = (facts.form, facts.indicator)
          and (facts.levels is null or above.level = any(facts.levels)) and above.unit <> facts.unit and above.unit = any(facts.path))
    ), sums as (
      select form, indicator, ${TOGETHER}, count(*)::integer as units_reported, count(is_sent)::integer as units_submitted
      from counted ${JOIN_SENT}
      group by form, indicator, rule
    )
    select rules.indicator, sums.number, sums.numerator, sums.denominator, coalesce(units_reported, 0) as units_reported,
      coalesce(units_submitted, 0) as units_submitted,
      case when rules.levels is not null then (
        select count(*) from standing where level = any(rules.levels) and not exists (
          select from counted as facts where ${sameRule} and facts.unit <> standing.unit and facts.unit = any(standing.path)))
        else coalesce(units_reported, 0) + (
          select count(*) from standing where not exists (select from standing as below where standing.unit = below.path[cardinality(below.path) - 1])
            and not exists (select from facts where ${sameRule} and facts.unit = any(standing.path))) end::integer as units_expected
    from rules left join sums using (form, indicator)`
}
