// The language of formulas: JSON, in which each node names its operator. It is data that is posted, so nothing in it is
// ever run as code. check.ts says what is wrong with one, evaluate.ts what it comes to.

/** What a number counts, such as `dossiers`, `percent` or `points`. null: a number of nothing, such as a ratio. */
export type Measure = string | null

export const PERCENT = 'percent'
export const POINTS = 'points'

/** What a formula may name. */
export type DeclaredInput =
  | { name: string, type: 'number', measure: Measure }
  /** A coded answer. */
  | { name: string, type: 'choice', choices: readonly string[] }

export type Formula =
  | { op: 'input', name: string }
  | { op: 'constant', value: number, measure?: string }
  | { op: 'sum' | 'difference' | 'product' | 'min' | 'max', of: Formula[] }
  | { op: 'ratio', numerator: Formula, denominator: Formula, when_zero?: Formula }
  | { op: 'percent', of: Formula }
  | { op: 'cap', value: Formula, at_least?: number, at_most?: number }
  | { op: 'proportional', value: Formula, from?: number, full_from: number, full_at?: number, points: number }
  | { op: 'choice', name: string, points: Record<string, number> }
  | { op: 'adjust', value: Formula, bonus?: Formula[], bonus_at_most?: number, penalty?: Formula[], penalty_at_most?: number }

export type OperatorName = Formula['op']

/** What stands under a name in a node. */
export type Operand = 'formula' | 'formulas' | 'number' | 'name' | 'points_by_choice'

interface Shape {
  required: Record<string, Operand>
  optional: Record<string, Operand>
  meaning: string
}

/** Each operator with its operands, and what it comes to. A node has no other properties. */
export const OPERATORS: Record<OperatorName, Shape> = {
  input: { required: { name: 'name' }, optional: {}, meaning: 'The value of an input.' },
  constant: { required: { value: 'number' }, optional: { measure: 'name' }, meaning: 'A number.' },
  sum: { required: { of: 'formulas' }, optional: {}, meaning: 'All of them together.' },
  difference: { required: { of: 'formulas' }, optional: {}, meaning: 'The first less the others.' },
  product: {
    required: { of: 'formulas' }, optional: {}, meaning: 'All of them multiplied; at most one has a measure.'
  },
  min: { required: { of: 'formulas' }, optional: {}, meaning: 'The least.' },
  max: { required: { of: 'formulas' }, optional: {}, meaning: 'The greatest.' },
  ratio: {
    required: { numerator: 'formula', denominator: 'formula' },
    optional: { when_zero: 'formula' },
    meaning: 'The one divided by the other. Where the denominator is 0: `when_zero`, otherwise unknown.'
  },
  percent: { required: { of: 'formula' }, optional: {}, meaning: 'A ratio × 100.' },
  cap: {
    required: { value: 'formula' },
    optional: { at_least: 'number', at_most: 'number' },
    meaning: 'The value within these bounds.'
  },
  proportional: {
    required: { value: 'formula', full_from: 'number', points: 'number' },
    optional: { from: 'number', full_at: 'number' },
    meaning: 'From `full_from` on all the points, below `from` none, in between points × value / `full_at`. Left out: `from` is ' +
      '0, `full_at` is `full_from`.'
  },
  choice: {
    required: { name: 'name', points: 'points_by_choice' }, optional: {}, meaning: 'The points of a coded answer.'
  },
  adjust: {
    required: { value: 'formula' },
    optional: { bonus: 'formulas', bonus_at_most: 'number', penalty: 'formulas', penalty_at_most: 'number' },
    meaning: 'The value and its bonuses, less its penalties; both are summed, then capped.'
  }
}
