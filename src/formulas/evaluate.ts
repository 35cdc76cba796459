import type { Formula, OperatorName } from './formula.ts'
import {
  add, divide, isLess, multiply, rationalOf, subtract, ZERO, type Rational
} from './rational.ts'

/** Why a value is unknown. */
export interface Unknown {
  code: 'unknown_input' | 'denominator_zero' | 'unknown_choice'
  /** The input that it comes from; null: none alone. */
  input: string | null
}

export type Value =
  | { known: Rational, unknown: null }
  | { known: null, unknown: Unknown }

/** A node of a formula and what it came to. */
export interface Step {
  /** JSON Pointer into the formula; '' is the formula itself. */
  pointer: string
  op: OperatorName
  value: Value
}

/** A number, a coded answer, or what was evaluated before; left out or null: unknown. */
export type InputValues = Readonly<Record<string, number | string | Rational | null | undefined>>

/**
 * What a formula comes to, exactly. What is unknown stays so, and says why: it is never 0.
 * @param formula one that `checkFormula` finds nothing wrong with
 * @param steps gets every node, those within before the node itself
 */
export function evaluate (formula: Formula, inputs: InputValues, steps?: Step[]): Value {
  return new Evaluation(inputs, steps).of(formula, '')
}

class Evaluation {
  readonly #inputs: InputValues
  readonly #steps: Step[] | undefined

  constructor (inputs: InputValues, steps: Step[] | undefined) {
    this.#inputs = inputs
    this.#steps = steps
  }

  of (formula: Formula, pointer: string): Value {
    const value = this.#valueOf(formula, pointer)
    this.#steps?.push({ pointer, op: formula.op, value })
    return value
  }

  #valueOf (formula: Formula, at: string): Value {
    switch (formula.op) {
      case 'input': return this.#input(formula.name)
      case 'constant': return known(rationalOf(formula.value))
      case 'sum': return folded(this.#all(formula.of, `${at}/of`), add)
      case 'difference': return folded(this.#all(formula.of, `${at}/of`), subtract)
      case 'product': return folded(this.#all(formula.of, `${at}/of`), multiply)
      case 'min': return folded(this.#all(formula.of, `${at}/of`), lesser)
      case 'max': return folded(this.#all(formula.of, `${at}/of`), greater)
      case 'ratio': return this.#ratio(formula, at)
      case 'percent': return mapped(this.of(formula.of, `${at}/of`), value => multiply(value, HUNDRED))
      case 'cap': return mapped(this.of(formula.value, `${at}/value`), value => (
        bounded(value, formula.at_least, formula.at_most)))
      case 'proportional': return mapped(this.of(formula.value, `${at}/value`), value => pointsOf(formula, value))
      case 'choice': return this.#choice(formula)
      case 'adjust': return this.#adjusted(formula, at)
    }
  }

  #all (formulas: readonly Formula[], at: string): Value[] {
    return formulas.map((formula, i) => this.of(formula, `${at}/${i}`))
  }

  #input (name: string): Value {
    const value = this.#given(name)
    // A coded answer may be left from when the input was a choice.
    if (value === null || typeof value === 'string') return unknown('unknown_input', name)
    return known(typeof value === 'object' ? value : rationalOf(value))
  }

  /** Only what was given: any object has a `constructor`. */
  #given (name: string): Exclude<InputValues[string], undefined> {
    return Object.hasOwn(this.#inputs, name) ? this.#inputs[name] ?? null : null
  }

  #ratio ({ numerator, denominator, when_zero: whenZero }: Of<'ratio'>, at: string): Value {
    const [n, d] = [this.of(numerator, `${at}/numerator`), this.of(denominator, `${at}/denominator`)]
    if (d.known === null || d.known.n !== 0n) return folded([n, d], divide)
    return whenZero === undefined ? unknown('denominator_zero', null) : this.of(whenZero, `${at}/when_zero`)
  }

  #choice ({ name, points }: Of<'choice'>): Value {
    const chosen = this.#given(name)
    if (chosen === null) return unknown('unknown_input', name)
    const value = typeof chosen === 'string' && Object.hasOwn(points, chosen) ? points[chosen] : undefined
    return value === undefined ? unknown('unknown_choice', name) : known(rationalOf(value))
  }

  #adjusted (formula: Of<'adjust'>, at: string): Value {
    const { value, bonus = [], bonus_at_most: mostBonus, penalty = [], penalty_at_most: mostPenalty } = formula
    const base = this.of(value, `${at}/value`)
    const sumOf = (values: Value[], most: number | undefined) => (
      mapped(folded([known(ZERO), ...values], add), sum => bounded(sum, undefined, most)))
    const plus = sumOf(this.#all(bonus, `${at}/bonus`), mostBonus)
    const minus = sumOf(this.#all(penalty, `${at}/penalty`), mostPenalty)
    return folded([folded([base, plus], add), minus], subtract)
  }
}

type Of<Op extends OperatorName> = Extract<Formula, { op: Op }>

const HUNDRED: Rational = { n: 100n, d: 1n }

function known (value: Rational): Value {
  return { known: value, unknown: null }
}

function unknown (code: Unknown['code'], input: string | null): Value {
  return { known: null, unknown: { code, input } }
}

function mapped (value: Value, change: (value: Rational) => Rational): Value {
  return value.known === null ? value : known(change(value.known))
}

/** Unknown as soon as one of them is, for the reason of the first that is. */
function folded (values: readonly Value[], join: (a: Rational, b: Rational) => Rational): Value {
  return values.reduce((a, b) => a.known === null ? a : b.known === null ? b : known(join(a.known, b.known)))
}

function lesser (a: Rational, b: Rational): Rational {
  return isLess(b, a) ? b : a
}

function greater (a: Rational, b: Rational): Rational {
  return isLess(a, b) ? b : a
}

function bounded (value: Rational, least: number | undefined, most: number | undefined): Rational {
  const above = least === undefined ? value : greater(value, rationalOf(least))
  return most === undefined ? above : lesser(above, rationalOf(most))
}

function pointsOf (
  { from = 0, full_from: fullFrom, full_at: fullAt = fullFrom, points }: Of<'proportional'>, value: Rational
): Rational {
  const all = rationalOf(points)
  if (!isLess(value, rationalOf(fullFrom))) return all
  if (isLess(value, rationalOf(from))) return ZERO
  return multiply(all, divide(value, rationalOf(fullAt)))
}
