import { fromHundredths, hundredthsOf } from '../../formulas/rational.ts'
import type { Rule } from '../aggregates/facts-sql.ts'
import type { LevelFigure } from '../aggregates/by-level.ts'
import { printedOf } from '../indicators/notation.ts'
import type { Indicator, Value } from '../indicators/schema.ts'
import type { IndicatorValueRow } from './schema.ts'
import type { InSeries } from './series.ts'

/** How the values of an indicator are added up over the units of a level; none of a heading. */
export function levelRule ({ form, code, value_type: type, derivation }: Indicator): Rule[] {
  const own: Rule = { form, indicator: code, rule: 'sum', value: code, numerator: null, denominator: null, choices: null, levels: null }
  switch (type) {
    case 'heading': return []
    case 'choice': return [{ ...own, rule: 'units_with_choice' }]
    case 'fraction': return [{ ...own, rule: 'ratio_of_sums' }]
    case 'count': return [derivation?.op === 'units' && derivation.rule === 'latest' ? { ...own, rule: 'latest' } : own]
    case 'percent': {
      const { numerator = null, denominator = null } = derivation?.op === 'units' ? derivation : {}
      return [{ ...own, rule: 'ratio_of_sums', numerator, denominator }]
    }
  }
}

/** @param asked the indicators of the question */
export function levelRow (
  figure: LevelFigure, asked: readonly Indicator[], series: readonly InSeries[] | null
): IndicatorValueRow {
  const { period, form, indicator, level, choice, units_reported, units_submitted, units_expected } = figure
  const { value_type: type } = asked.find(one => one.form === form && one.code === indicator)!
  const { unknown, ...value } = valueOf(figure, type === 'percent')
  return {
    unit: null, period, form, indicator, ...value, choice, printed: unknown === null ? printedOf(value) : '', note: null,
    level, units_reported, units_submitted, units_expected, unknown,
    ...series === null ? {} : { series: series.find(one => one.form === form && one.code === indicator)!.series }
  }
}

const NONE = { state: 'reported', number: null, numerator: null, denominator: null, choice: null } as const

function valueOf (
  { number, numerator, denominator }: LevelFigure, isPercent: boolean
): Value & { unknown: NonNullable<IndicatorValueRow['unknown']> | null } {
  if (!isPercent) return { ...NONE, number, numerator, denominator, unknown: null }
  if (numerator === null || denominator === null) return { ...NONE, unknown: 'percent_without_counts' }
  if (denominator === 0) return { ...NONE, numerator, denominator, unknown: 'denominator_zero' }
  const percent = fromHundredths(hundredthsOf({ n: 100n * BigInt(numerator), d: BigInt(denominator) }))
  return { ...NONE, number: percent, numerator, denominator, unknown: null }
}
