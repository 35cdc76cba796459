import type { Issue, IssueCode } from '../contract/errors.ts'
import {
  OPERATORS, PERCENT, POINTS, type DeclaredInput, type Formula, type Measure, type Operand, type OperatorName
} from './formula.ts'

/** How far nodes may stand within one another, and how many a formula may have. */
export const MAX_DEPTH = 12
export const MAX_NODES = 100
/** A constant is at most so large, and has at most so many decimals. */
export const MAX_CONSTANT = 1_000_000_000
export const MAX_DECIMALS = 6

const NAME = /^[A-Za-z][A-Za-z0-9_]{0,63}$/
const MAX_CHOICES = 50

/** Inputs that are too many to list, or whose names follow a rule of their own. */
export interface InputNames {
  /** What a name looks like. */
  pattern: RegExp
  /** @returns undefined: there is no such input */
  find: (name: string) => DeclaredInput | undefined
  /** Which inputs there are, for who named another. */
  known: string
}

export interface CheckedFormula {
  /** With pointers into the formula. */
  issues: Issue[]
  /** What the formula measures; undefined: something is wrong with it. */
  measure: Measure | undefined
}

/**
 * What is wrong with a formula: the shape of each node, the inputs that it names, and whether what is added, compared
 * or divided has one measure.
 * @param formula what was posted, which can be anything
 */
export function checkFormula (formula: unknown, inputs: readonly DeclaredInput[] | InputNames): CheckedFormula {
  const check = new FormulaCheck('pattern' in inputs ? inputs : namesOf(inputs))
  const measure = check.node(formula, '', 1)
  return { issues: check.issues, measure }
}

class FormulaCheck {
  readonly issues: Issue[] = []
  readonly #inputs: InputNames
  #nodes = 0

  constructor (inputs: InputNames) {
    this.#inputs = inputs
  }

  /** @returns undefined where it is not known, for which there is an issue */
  node (value: unknown, at: string, depth: number): Measure | undefined {
    if (depth > MAX_DEPTH) return this.#refuse(at, 'too_deep', `a formula is at most ${MAX_DEPTH} levels deep`)
    this.#nodes++
    // Said once: a formula can be posted with any number of nodes.
    if (this.#nodes === MAX_NODES + 1) return this.#refuse(at, 'too_many', `a formula has at most ${MAX_NODES} nodes`)
    if (this.#nodes > MAX_NODES) return undefined
    if (!isObject(value)) return this.#refuse(at, 'invalid_type', 'a node of a formula is an object')
    const op = value['op']
    if (op === undefined) return this.#refuse(`${at}/op`, 'missing', 'a node names its operator as op')
    if (typeof op !== 'string' || !Object.hasOwn(OPERATORS, op)) {
      return this.#refuse(`${at}/op`, 'unknown_operator', `op must be one of ${Object.keys(OPERATORS).join(', ')}`)
    }
    const before = this.issues.length
    const measures = this.#operands(op as OperatorName, value, at, depth)
    return this.issues.length > before ? undefined : this.#measureOf(value as Formula, measures, at)
  }

  /** @returns the measures of the formulas within, in the order of the operands */
  #operands (op: OperatorName, node: Record<string, unknown>, at: string, depth: number): Measure[] {
    const { required, optional } = OPERATORS[op]
    const known: Record<string, Operand> = { ...required, ...optional }
    for (const name of Object.keys(node)) {
      if (name !== 'op' && !Object.hasOwn(known, name)) {
        this.#refuse(`${at}/${escaped(name)}`, 'unknown_property', `${op} has no operand ${JSON.stringify(name)}`)
      }
    }
    return Object.entries(known).flatMap(([name, operand]) => {
      if (node[name] !== undefined) return this.#operand(operand, node[name], `${at}/${name}`, depth)
      if (Object.hasOwn(required, name)) this.#refuse(`${at}/${name}`, 'missing', `${op} needs ${name}`)
      return []
    })
  }

  #operand (operand: Operand, value: unknown, at: string, depth: number): Measure[] {
    switch (operand) {
      case 'formula': return [this.node(value, at, depth + 1)!]
      case 'formulas': {
        if (Array.isArray(value) && value.length > 0) return value.map((one, i) => this.node(one, `${at}/${i}`, depth + 1)!)
        this.#refuse(at, Array.isArray(value) ? 'missing' : 'invalid_type', 'it is a list of one formula or more')
        return []
      }
      case 'number': {
        this.#number(value, at)
        return []
      }
      case 'name': {
        if (typeof value !== 'string') this.#refuse(at, 'invalid_type', 'it is a name')
        else if (!this.#inputs.pattern.test(value)) this.#refuse(at, 'malformed', `it matches ${this.#inputs.pattern.source}`)
        return []
      }
      case 'points_by_choice': {
        this.#pointsByChoice(value, at)
        return []
      }
    }
  }

  #number (value: unknown, at: string) {
    if (typeof value !== 'number') this.#refuse(at, 'invalid_type', 'it is a number')
    else if (Math.abs(value) > MAX_CONSTANT || Number(value.toFixed(MAX_DECIMALS)) !== value) {
      this.#refuse(at, 'out_of_range', `it is at most ${MAX_CONSTANT}, with at most ${MAX_DECIMALS} decimals`)
    }
  }

  #pointsByChoice (value: unknown, at: string) {
    if (!isObject(value)) return this.#refuse(at, 'invalid_type', 'it is an object of points by choice')
    const entries = Object.entries(value)
    if (entries.length > MAX_CHOICES) return this.#refuse(at, 'too_many', `there are at most ${MAX_CHOICES} choices`)
    for (const [code, points] of entries) this.#number(points, `${at}/${escaped(code)}`)
    return undefined
  }

  #measureOf (formula: Formula, of: Measure[], at: string): Measure | undefined {
    switch (formula.op) {
      case 'input': return this.#inputMeasure(formula.name, at)
      case 'constant': return formula.measure ?? null
      case 'sum': case 'difference': case 'min': case 'max': return this.#same(of, at)
      case 'product': return this.#product(of, at)
      case 'ratio': return this.#ratio(of, at)
      case 'percent': return of[0] === null ? PERCENT : this.#differ(at, 'percent is of a number without a measure', of)
      case 'cap': return this.#bounds(formula.at_least, formula.at_most, at, of[0]!)
      case 'proportional': {
        const { from = 0, full_from: fullFrom, full_at: fullAt = fullFrom } = formula
        if (from > fullFrom || fullAt <= 0) {
          return this.#refuse(at, 'out_of_range', 'from is at most full_from, and full_at is above 0')
        }
        // Otherwise a value just below full_from would get more than all points.
        return fullAt >= fullFrom ? POINTS : this.#refuse(`${at}/full_at`, 'out_of_range', 'full_at is at least full_from')
      }
      case 'choice': return this.#choice(formula.name, Object.keys(formula.points), at)
      case 'adjust': return this.#same(of, at)
    }
  }

  #inputMeasure (name: string, at: string): Measure | undefined {
    const input = this.#inputs.find(name)
    if (input === undefined) return this.#unknownInput(name, at)
    if (input.type === 'number') return input.measure
    return this.#refuse(`${at}/name`, 'invalid_type', `${name} is a choice and no number; take the operator choice`)
  }

  #choice (name: string, codes: readonly string[], at: string): Measure | undefined {
    const input = this.#inputs.find(name)
    if (input === undefined) return this.#unknownInput(name, at)
    if (input.type !== 'choice') return this.#refuse(`${at}/name`, 'invalid_type', `${name} is a number and no choice`)
    const [without, others] = [except(input.choices, codes), except(codes, input.choices)]
    for (const code of without) this.#refuse(`${at}/points`, 'missing', `the choice ${code} of ${name} has no points`)
    for (const code of others) {
      this.#refuse(`${at}/points/${escaped(code)}`, 'not_a_choice', `${name} has no choice ${JSON.stringify(code)}`)
    }
    return without.length + others.length === 0 ? POINTS : undefined
  }

  #unknownInput (name: string, at: string): undefined {
    return this.#refuse(`${at}/name`, 'unknown_input', `there is no input ${name}; ${this.#inputs.known}`)
  }

  #same (of: Measure[], at: string): Measure | undefined {
    return of.every(measure => measure === of[0]) ? of[0] : this.#differ(at, 'all of them have one measure', of)
  }

  #product (of: Measure[], at: string): Measure | undefined {
    const measured = of.filter(measure => measure !== null)
    return measured.length > 1 ? this.#differ(at, 'at most one of them has a measure', of) : measured[0] ?? null
  }

  #ratio ([numerator, denominator, whenZero]: Measure[], at: string): Measure | undefined {
    const measures = [numerator!, denominator!]
    if (denominator !== null && numerator !== denominator) return this.#differ(at, 'what is divided has one measure', measures)
    const measure = denominator === null ? numerator! : null
    if (whenZero === undefined || whenZero === measure) return measure
    return this.#differ(`${at}/when_zero`, 'it has the measure of the ratio', [whenZero, measure])
  }

  #bounds (least: number | undefined, most: number | undefined, at: string, measure: Measure): Measure | undefined {
    if (least === undefined && most === undefined) return this.#refuse(at, 'missing', 'cap needs at_least or at_most')
    if (least === undefined || most === undefined || least <= most) return measure
    return this.#refuse(at, 'out_of_range', 'at_least is at most at_most')
  }

  #differ (at: string, rule: string, of: Measure[]): undefined {
    const found = [...new Set(of)].map(measure => measure ?? 'no measure').join(', ')
    return this.#refuse(at, 'measures_differ', `${rule}; here there are ${found}`)
  }

  #refuse (pointer: string, code: IssueCode, detail: string): undefined {
    this.issues.push({ pointer, code, detail })
    return undefined
  }
}

function namesOf (inputs: readonly DeclaredInput[]): InputNames {
  const byName = new Map(inputs.map(input => [input.name, input]))
  return { pattern: NAME, find: name => byName.get(name), known: `declared are: ${[...byName.keys()].join(', ') || 'none'}` }
}

function isObject (value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function except (codes: readonly string[], others: readonly string[]): string[] {
  return codes.filter(code => !others.includes(code))
}

function escaped (name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1')
}
