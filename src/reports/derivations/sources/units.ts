import { rationalOf } from '../../../formulas/rational.ts'
import type { Rule, Together } from '../../aggregates/facts-sql.ts'
import { addressOf, countOf, percentOf, unknownFor, type Counted, type ReportAsked } from '../counted.ts'
import type { SourceOf } from '../schema.ts'

/**
 * How the values of units below are added up.
 * @param name by which its result is found
 * @param own the indicator that it is the derivation of
 */
export function ruleOf (source: SourceOf<'units'>, form: string, name: string, own: string): Rule {
  const { rule, level: levels = null, indicator: value = own } = source
  const { numerator = null, denominator = null, choices = null } = source
  return { form, indicator: name, rule, value, numerator, denominator, choices, levels }
}

/** What the values of units below come to together. */
export function countedUnits (
  { unit, period }: ReportAsked, { rule, value, numerator: counted }: Rule, together: Together, isFraction: boolean
): Counted {
  const { number, numerator, denominator, units_reported, units_submitted, units_expected } = together
  const url = addressOf('/v1/indicator-values', { unit: unit.id, period: period.code, indicator: counted ?? value })
  const beside = { units_reported, units_submitted, units_expected, url }
  if (units_expected === 0) return unknownFor('no_units', beside)
  if (units_reported === 0) return unknownFor('nothing_reported', beside)
  if (rule !== 'ratio_of_sums') return countOf(number!, beside)
  const divided = percentOf(numerator!, denominator!, beside)
  return isFraction ? { ...divided, value: divided.value && rationalOf(numerator!) } : divided
}
