import { evaluate, type InputValues, type Value } from '../../../formulas/evaluate.ts'
import { add, isLess, rationalOf, subtract, type Rational } from '../../../formulas/rational.ts'
import { inputsOf, isOfAll } from '../../rules/inputs.ts'
import { EACH, meaningOf, type Meaning } from '../../rules/names.ts'
import type { Rule } from '../../rules/schema.ts'
import type { Figure, ReportFigures } from './figures.ts'
import type { Reason } from '../schema.ts'

/** A rule with what its inputs mean. */
export interface PreparedRule {
  rule: Rule
  inputs: readonly { name: string, meaning: Meaning }[]
  /** What it is tried for: indicators one after another; null: once. */
  tries: readonly (string | null)[]
}

export function prepared (rule: Rule): PreparedRule {
  const inputs = inputsOf(rule)
  return {
    rule,
    inputs: inputs.map(name => ({ name, meaning: meaningOf(name)! })),
    tries: rule.indicators === null || isOfAll(inputs) ? [null] : rule.indicators
  }
}

/** Two sides that should agree and do not. */
export interface Breach {
  rule: Rule
  each: string | null
  left: Rational
  right: Rational
  difference: Rational
  /** What the inputs come to, by name. */
  inputs: ReadonlyMap<string, number | string | Rational>
}

export interface Untried {
  rule: Rule
  each: string | null
  reason: Reason
  /** null: a denominator is 0. */
  input: string | null
}

/** The inputs of a rule for one of its tries, by name. */
export function figuresFor (
  { rule, inputs }: PreparedRule, each: string | null, figures: ReportFigures
): Map<string, Figure> {
  return new Map(inputs.map(({ name, meaning }) => [name, figures.of(meaning, each, rule.indicators ?? [])]))
}

/** Tries a rule. @returns null: both sides agree */
export function tried (prepared: PreparedRule, each: string | null, figures: ReportFigures): Breach | Untried | null {
  const { rule } = prepared
  const found = figuresFor(prepared, each, figures)
  const known = new Map([...found].flatMap(([name, figure]) => 'value' in figure ? [[name, figure.value] as const] : []))
  const inputs: InputValues = Object.fromEntries(known)
  const [left, right] = [evaluate(rule.left, inputs), evaluate(rule.right, inputs)]
  const rightTo = rule.right_to === null ? right : evaluate(rule.right_to, inputs)
  const unknown = [left, right, rightTo].find(({ known }) => known === null)
  if (unknown !== undefined) return { rule, each, ...reasonOf(unknown, found) }
  const bound = boundCrossed(rule, left.known!, right.known!, rightTo.known!)
  if (bound === null) return null
  return { rule, each, left: left.known!, right: bound, difference: subtract(left.known!, bound), inputs: known }
}

function reasonOf ({ unknown }: Value, found: ReadonlyMap<string, Figure>): Pick<Untried, 'reason' | 'input'> {
  const { code, input } = unknown!
  if (code !== 'unknown_input') return { reason: code, input }
  return { reason: (found.get(input!) as { reason: Reason }).reason, input }
}

/** What the left side is compared with, and lies beyond. @returns null: it lies within */
function boundCrossed (
  { comparison, tolerance }: Rule, left: Rational, right: Rational, rightTo: Rational
): Rational | null {
  const tolerated = rationalOf(tolerance)
  const isAbove = (bound: Rational) => isLess(add(bound, tolerated), left)
  const isBelow = (bound: Rational) => isLess(add(left, tolerated), bound)
  switch (comparison) {
    case 'equal': return isAbove(right) || isBelow(right) ? right : null
    case 'at_most': return isAbove(right) ? right : null
    case 'at_least': return isBelow(right) ? right : null
    case 'between': return isBelow(right) ? right : isAbove(rightTo) ? rightTo : null
  }
}

/** The indicators whose figures a rule compares. */
export function indicatorsIn ({ rule, inputs, tries }: PreparedRule, each: string | null): string[] {
  const named = inputs.flatMap(({ meaning }) => (
    meaning.of !== 'indicator' ? [] : [meaning.indicator === EACH ? each! : meaning.indicator]))
  return [...new Set([...named, ...tries[0] === null ? rule.indicators ?? [] : []])]
}
