import { evaluate, type Unknown } from '../../../formulas/evaluate.ts'
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
  // Without copies in between: a list of reports has tens of thousands of tries.
  const inputs: Record<string, number | string | Rational> = {}
  for (const [name, figure] of found) if ('value' in figure) inputs[name] = figure.value
  const sides: Rational[] = []
  for (const side of [rule.left, rule.right, rule.right_to]) {
    if (side === null) continue
    const value = evaluate(side, inputs)
    if (value.known === null) return { rule, each, ...reasonOf(value.unknown, found) }
    sides.push(value.known)
  }
  const [left, right, rightTo = right] = sides as [Rational, Rational, Rational?]
  const bound = boundCrossed(rule, left, right, rightTo)
  if (bound === null) return null
  return { rule, each, left, right: bound, difference: subtract(left, bound), inputs: new Map(Object.entries(inputs)) }
}

function reasonOf ({ code, input }: Unknown, found: ReadonlyMap<string, Figure>): Pick<Untried, 'reason' | 'input'> {
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
