import type { Issue } from '../../contract/errors.ts'
import { checkFormula, MAX_DECIMALS, type InputNames } from '../../formulas/check.ts'
import { PERCENT, type DeclaredInput, type Measure } from '../../formulas/formula.ts'
import { issueAt } from '../../writes/row-issues.ts'
import type { Indicator } from '../indicators/schema.ts'
import { inputsOf, placeholdersIn } from './inputs.ts'
import { COMPARED, EACH, INPUT_NAME, meaningOf, UNCHANGED, type Meaning } from './names.ts'
import type { Rule } from './schema.ts'

/** The measure of all that is counted: what a form prints beside counts is for people, and is not always the same. */
export const COUNT = 'count'

type Defined = Pick<Indicator, 'value_type' | 'choices'>

/** What rules may name: the indicators of each form, by form and code, and all levels. */
export interface Nameable {
  forms: ReadonlyMap<string, ReadonlyMap<string, Defined>>
  levels: ReadonlySet<string>
}

/** What is wrong with a rule, at the place where it was posted. */
export function issuesOfRule (rule: Rule, { forms, levels }: Nameable): Issue[] {
  const { form, valid_from: from, valid_to: to, tolerance, comparison, right_to: rightTo } = rule
  const defined = form === null ? new Map<string, Defined>() : forms.get(form)
  if (defined === undefined) return [issueAt('form', 'unknown_form', `there is no form ${form}`)]
  const each = eachOf(rule, defined)
  const names = inputNames(defined, levels, each.measure, rule.indicators !== null)
  const hasSpan = comparison === 'between'
  return [
    ...each.issues,
    ...to === null || from <= to ? [] : [issueAt('valid_to', 'out_of_range', `valid_to (${to}) is before valid_from (${from})`)],
    ...Number(tolerance.toFixed(MAX_DECIMALS)) === tolerance ? [] : [issueAt('tolerance', 'out_of_range', `it has at most ${MAX_DECIMALS} decimals`)],
    ...hasSpan && rightTo === null ? [issueAt('right_to', 'missing', 'between needs right_to')] : [],
    ...!hasSpan && rightTo !== null ? [issueAt('right_to', 'not_allowed', `right_to is of between, and not of ${comparison}`)] : [],
    ...formulaIssues(rule, names)
  ]
}

/** What `each` measures. Indicators of no measure, and of several, are at fault. */
function eachOf (
  { indicators }: Rule, defined: ReadonlyMap<string, Defined>
): { measure: Measure | undefined, issues: Issue[] } {
  if (indicators === null) return { measure: undefined, issues: [] }
  const found = indicators.map((code, i) => ({ code, at: `indicators/${i}`, measure: measureOf(defined.get(code)) }))
  const first = found.find(({ measure }) => measure !== undefined)?.measure
  const issues = found.flatMap(({ code, at, measure }) => {
    if (!defined.has(code)) return [issueAt(at, 'unknown_indicator', `the form has no indicator ${code}`)]
    if (measure === undefined) return [issueAt(at, 'value_of_other_type', `${code} is no number`)]
    return measure === first ? [] : [issueAt(at, 'measures_differ', `${code} is a ${measure}, and the first indicator a ${first!}`)]
  })
  return { measure: first, issues }
}

function measureOf (indicator: Defined | undefined): string | undefined {
  return indicator?.value_type === 'count' ? COUNT : indicator?.value_type === 'percent' ? PERCENT : undefined
}

function inputNames (
  defined: ReadonlyMap<string, Defined>, levels: ReadonlySet<string>, each: Measure | undefined, hasIndicators: boolean
): InputNames {
  const number = (name: string, measure: Measure | undefined): DeclaredInput | undefined => (
    measure === undefined ? undefined : { name, type: 'number', measure })
  const declared = (name: string, meaning: Meaning): DeclaredInput | undefined => {
    switch (meaning.of) {
      case UNCHANGED: case COMPARED: return number(name, hasIndicators ? COUNT : undefined)
      case 'dossiers': case 'records': return number(name, meaning.level === null || levels.has(meaning.level) ? COUNT : undefined)
      case 'indicator': return ofIndicator(name, meaning)
    }
  }
  const ofIndicator = (name: string, { indicator: code, part, span }: Meaning & { of: 'indicator' }): DeclaredInput | undefined => {
    if (code === EACH) return number(name, part === null ? each : undefined)
    const indicator = defined.get(code)
    if (part !== null) return number(name, indicator?.value_type === 'fraction' && span === null ? COUNT : undefined)
    if (indicator?.value_type !== 'choice') return number(name, measureOf(indicator))
    return span === null ? { name, type: 'choice', choices: indicator.choices.map(({ value }) => String(value)) } : undefined
  }
  return {
    pattern: INPUT_NAME,
    find: name => {
      const meaning = meaningOf(name)
      return meaning === undefined ? undefined : declared(name, meaning)
    },
    known: `an input is an indicator of the form that has a number, ${EACH} where the rule has indicators, or a measure of dossiers ` +
      'such as dossiers/resolved; the contract lists all'
  }
}

/** Formulas of one measure, and messages that name what is in them. */
function formulaIssues (rule: Rule, names: InputNames): Issue[] {
  const sides = (['left', 'right', 'right_to'] as const).flatMap(side => (
    rule[side] === null ? [] : [{ side, ...checkFormula(rule[side], names) }]))
  const issues = sides.flatMap(({ side, issues }) => issues.map(issue => ({ ...issue, pointer: `/${side}${issue.pointer}` })))
  if (issues.length > 0) return issues
  const [{ measure: left }] = sides as [typeof sides[number]]
  const others = sides.filter(({ measure }) => measure !== left).map(({ side, measure }) => (
    issueAt(side, 'measures_differ', `left is ${left ?? 'a number without a measure'}, and it is ${measure ?? 'one without'}`)))
  const known = new Set(['left', 'right', 'difference', ...rule.indicators === null ? [] : [EACH], ...inputsOf(rule)])
  const unknown = (['message_vi', 'message_en'] as const).flatMap(message => (
    placeholdersIn(rule[message]).filter(name => !known.has(name)).map(name => (
      issueAt(message, 'unknown_input', `{${name}} is no figure of the rule; there are ${[...known].join(', ')}`)))))
  return [...others, ...eachIssues(rule), ...unknown]
}

/** A rule is either tried for each indicator or for all together. */
function eachIssues (rule: Rule): Issue[] {
  const inputs = inputsOf(rule)
  const isOfAll = inputs.some(name => name === UNCHANGED || name === COMPARED)
  const isOfEach = inputs.some(name => name.split('/').includes(EACH))
  if (isOfAll && isOfEach) return [issueAt('indicators', 'not_allowed', `a rule names ${EACH}, or ${UNCHANGED} and ${COMPARED}, and not both`)]
  if (rule.indicators === null || isOfAll || isOfEach) return []
  return [issueAt('indicators', 'not_allowed', `no formula names ${EACH}, ${UNCHANGED} or ${COMPARED}`)]
}
