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

/** For periods with a day of districts, though these may be gone on its last day: their dossiers count. */
export const WITH_DAYS_OF_DISTRICTS = { valid_to: LAST_OF_DISTRICTS, period_days: 'any' } as const
export const WITHOUT_DAYS_OF_DISTRICTS = { valid_from: FIRST_WITHOUT_DISTRICTS, period_days: 'every' } as const

type Needed = 'code' | 'kind' | 'severity' | 'left' | 'comparison' | 'right' | 'message_vi' | 'message_en'
type Given = Pick<Rule, Needed> & Partial<Rule>

/** A rule for reports on the form of 2021, from its first day on. */
export function ruleOfForm (given: Given): Rule {
  return {
    form: FORM.code, indicators: null, right_to: null, tolerance: 0, note: null,
    valid_from: FORM.valid_from, valid_to: null, period_days: 'last', ...given,
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
