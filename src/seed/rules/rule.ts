import type { Formula } from '../../formulas/formula.ts'
import type { Rule } from '../../reports/rules/schema.ts'
import { FORM } from '../catalogue/form.ts'

// Short words for rules, so that what they compare can be read.

export const input = (name: string): Formula => ({ op: 'input', name })
export const sum = (...names: string[]): Formula => ({ op: 'sum', of: names.map(input) })
export const count = (value: number): Formula => ({ op: 'constant', value, measure: 'count' })
export const percent = (value: number): Formula => ({ op: 'constant', value, measure: 'percent' })
export const times = (factor: number, of: Formula): Formula => ({ op: 'product', of: [{ op: 'constant', value: factor }, of] })
export const percentOf = (numerator: Formula, denominator: Formula): Formula => (
  { op: 'percent', of: { op: 'ratio', numerator, denominator } })

/** The last day with districts. */
export const LAST_OF_DISTRICTS = '2025-06-30'
export const FIRST_WITHOUT_DISTRICTS = '2025-07-01'

/**
 * A rule is chosen by the last day of a period. A period with days of both times counts dossiers of districts too, and
 * each such month, quarter, half and year ends in 2025.
 */
export const LAST_WITH_DAYS_OF_DISTRICTS = '2025-12-31'
export const FIRST_OF_TWO_LEVELS_ALONE = '2026-01-01'

type Needed = 'code' | 'kind' | 'severity' | 'left' | 'comparison' | 'right' | 'message_vi' | 'message_en'
type Given = Pick<Rule, Needed> & Partial<Rule>

/** A rule for reports on the form of 2021, from its first day on. */
export function ruleOfForm (given: Given): Rule {
  return {
    form: FORM.code, indicators: null, right_to: null, tolerance: 0, note: null,
    valid_from: FORM.valid_from, valid_to: null, ...given,
    code: `${FORM.code}-${given.code}`
  }
}

/** A figure that cannot be more than another. */
export function atMost (
  code: string, [part, whole]: readonly [Formula, Formula], [vi, en]: readonly [string, string],
  given: Partial<Rule> = {}
): Rule {
  return ruleOfForm({
    code, kind: 'bound', severity: 'error', left: part, comparison: 'at_most', right: whole, message_vi: vi, message_en: en, ...given
  })
}
