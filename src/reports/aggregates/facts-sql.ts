import { sql, type RawBuilder } from 'kysely'
import { isVersionOn } from '../../catalogue/hierarchy/places-sql.ts'

// What units report of indicators, each where it stands on the last day of the period. The consolidated report of a
// province belongs to no level, so the province itself is never among them.

/** How an indicator is added up over units. */
export interface Rule {
  form: string
  indicator: string
  rule: 'sum' | 'ratio_of_sums' | 'latest' | 'units_with_choice'
  /** The indicator that is reported. */
  value: string
  /** Two counts that are reported in its place; null: the value itself. */
  numerator: string | null
  denominator: string | null
  /** null: each choice by itself. */
  choices: number[] | null
  /** null: the topmost that report; of a question by level of no meaning. */
  levels: string[] | null
}

/** How many days before the end of a period a value may be from, where the last one counts. */
const LATEST_WITHIN = 365

/** Which facts are asked for. */
export interface FactsAsked {
  periods: readonly string[]
  /** A condition on `units` and `versions`. */
  units: RawBuilder<unknown>
  /** Milliseconds since 1970. */
  now: number
}

/**
 * Begins a statement with `rules`, `asked` periods, the units `standing` in each, the reports that were `sent`, and the
 * `facts` that units report. Drafts are among them: what a unit has filled in so far counts, and whether its report was
 * sent stands beside it.
 */
export function withFacts (rules: readonly Rule[], { periods, units, now }: FactsAsked): RawBuilder<unknown> {
  const columns = sql`rules.form, rules.indicator, rule, choices, levels, standing.period, standing.unit, standing.level, path,
    standing.province_code`
  const instant = sql`${new Date(now).toISOString()}::timestamptz`
  return sql`
    with rules as materialized (
      select * from json_to_recordset(${JSON.stringify(rules)}::json)
        as rules (form text, indicator text, rule text, value text, numerator text, denominator text, choices integer[], levels text[])
    ), asked as (
      select code, starts_on, ends_on from periods where code = any(${periods})
    ), standing as materialized (
      select asked.code as period, asked.ends_on, units.id as unit, units.province_code, versions.level, versions.path
      from asked cross join units join unit_versions as versions on versions.unit = units.id and ${isVersionOn(sql`asked.ends_on`)}
      where units.valid_from <= asked.ends_on and coalesce(units.valid_to, 'infinity') >= asked.starts_on
        and cardinality(versions.path) > 1 and ${units}
    ), sent as materialized (
      select province_code, unit, period as reported_in, form, true as is_sent from submissions
      where form in (select form from rules) and period in (
          select code from periods
          where ends_on between (select min(ends_on) from asked) - ${LATEST_WITHIN}::integer and (select max(ends_on) from asked))
        and (stage <> 'draft' or (reopened_from <> 'draft' and reopened_until <= ${instant} and not changed))
    ), facts as materialized (
      select ${columns}, standing.period as reported_in, number, numerators.numerator::numeric, numerators.denominator::numeric, choice
      from rules join indicator_values as numerators on numerators.form = rules.form and numerators.indicator = value
        join standing using (province_code, unit, period)
      where state = 'reported' and rules.numerator is null and rule <> 'latest'
      union all
      select ${columns}, standing.period, null, numerators.number, denominators.number, null
      from rules join indicator_values as numerators on numerators.form = rules.form and numerators.indicator = rules.numerator
        join standing using (province_code, unit, period)
        join indicator_values as denominators on denominators.province_code = standing.province_code
          and denominators.unit = standing.unit and denominators.period = standing.period
          and denominators.form = rules.form and denominators.indicator = rules.denominator
      where num_nonnulls(numerators.number, denominators.number) = 2
      union all
      (select distinct on (rules.form, rules.indicator, standing.period, standing.unit) ${columns}, told.code, number, null, null, null
      from rules join indicator_values as stored on stored.form = rules.form and stored.indicator = value
        join periods as told on told.code = stored.period
        join standing on standing.province_code = stored.province_code and standing.unit = stored.unit
          and told.ends_on between standing.ends_on - ${LATEST_WITHIN}::integer and standing.ends_on
      where state = 'reported' and rule = 'latest'
      order by rules.form, rules.indicator, standing.period, standing.unit, told.ends_on desc, told.starts_on desc, told.code)
    )`
}

/** What facts come to together. */
export const TOGETHER = sql`
  case when rule = 'units_with_choice' then count(*) filter (where choices is null or choice = any(choices))
    when rule <> 'ratio_of_sums' then sum(number) end as number,
  sum(numerator) as numerator, sum(denominator) as denominator`

/** For `facts`: whether the report that each is of was sent. */
export const JOIN_SENT = sql`left join sent using (province_code, unit, reported_in, form)`

export interface Together {
  number: number | null
  numerator: number | null
  denominator: number | null
  units_reported: number
  /** Of them: those whose report was submitted, and is no draft again. */
  units_submitted: number
  units_expected: number
}
