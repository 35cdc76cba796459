import fc from 'fast-check'
import t from 'tap'
import { evaluate, type InputValues, type Step } from '../../src/formulas/evaluate.ts'
import type { Formula } from '../../src/formulas/formula.ts'
import { fromHundredths, hundredthsOf, isLess, rationalOf } from '../../src/formulas/rational.ts'
import { runs } from '../property.ts'

const input = (name: string): Formula => ({ op: 'input', name })
const constant = (value: number): Formula => ({ op: 'constant', value })
const [a, b] = [input('a'), input('b')]

/** In two decimals, or why it is unknown. */
function come (formula: Formula, inputs: InputValues = {}) {
  const { known, unknown } = evaluate(formula, inputs)
  return known === null ? unknown : fromHundredths(hundredthsOf(known))
}

t.test('a published figure comes out at two decimals', async t => {
  const rate: Formula = { op: 'ratio', numerator: a, denominator: b }
  const counts = { a: 403_016, b: 464_494 }
  t.equal(come({ op: 'percent', of: rate }, counts), 86.76)
  t.equal(come({ op: 'product', of: [rate, constant(20)] }, counts), 17.35)
  t.equal(come({ op: 'product', of: [rate, constant(20)] }, { a: 998, b: 1_271 }), 15.7)
})

t.test('numbers are what they are printed as', async t => {
  t.same(rationalOf(2.5), { n: 25n, d: 10n })
  t.same(rationalOf(-0.5), { n: -5n, d: 10n })
  t.same(rationalOf(1.5e-7), { n: 15n, d: 10n ** 8n })
  t.same(rationalOf(1e21), { n: 10n ** 21n, d: 1n })
  t.equal(come({ op: 'sum', of: [constant(0.1), constant(0.2), constant(-0.3)] }), 0)
  t.equal(come({ op: 'product', of: [constant(1.005), constant(1)] }), 1.01, 'half up, where binary fractions give 1')
  t.equal(come({ op: 'difference', of: [constant(0), constant(1.005)] }), -1.01, 'away from zero')
  t.equal(come({ op: 'sum', of: [a, constant(0.25)] }, { a: Number.MAX_SAFE_INTEGER - 1 }), Number.MAX_SAFE_INTEGER)
})

t.test('every operator comes to what it says', async t => {
  const seven = { a: 7, b: 2 }
  t.equal(come({ op: 'sum', of: [a, b, b] }, seven), 11)
  t.equal(come({ op: 'difference', of: [a, b, b] }, seven), 3)
  t.equal(come({ op: 'min', of: [a, b] }, seven), 2)
  t.equal(come({ op: 'min', of: [b, a] }, seven), 2)
  t.equal(come({ op: 'max', of: [a, b] }, seven), 7)
  t.equal(come({ op: 'max', of: [b, a] }, seven), 7)
  t.equal(come({ op: 'ratio', numerator: a, denominator: { op: 'difference', of: [constant(0), b] } }, seven), -3.5)
  t.equal(come({ op: 'cap', value: a, at_most: 6 }, seven), 6)
  t.equal(come({ op: 'cap', value: b, at_least: 3, at_most: 6 }, seven), 3)
  t.equal(come({ op: 'cap', value: a, at_least: 3 }, seven), 7)
})

t.test('a threshold, a cut-off and both are in proportion where they say so', async t => {
  const threshold: Formula = { op: 'proportional', value: a, full_from: 0.8, points: 2 }
  t.same([0.4, 0.8, 1, 0].map(rate => come(threshold, { a: rate })), [1, 2, 2, 0])
  const cutOff: Formula = { op: 'proportional', value: a, from: 0.95, full_from: 1, points: 3 }
  t.same([0.9499, 0.95, 0.98, 1].map(rate => come(cutOff, { a: rate })), [0, 2.85, 2.94, 3])
  const full: Formula = { op: 'proportional', value: a, from: 0.6, full_from: 0.95, points: 2 }
  t.same([0.59, 0.6, 0.76, 0.95].map(rate => come(full, { a: rate })), [0, 1.26, 1.6, 2])
  t.equal(come({ ...full, full_at: 1 }, { a: 0.76 }), 1.52)
})

t.test('coded answers, bonuses and penalties have their points', async t => {
  const choice: Formula = { op: 'choice', name: 'a', points: { full: 2, part: 0.5 } }
  t.same(['full', 'part'].map(answer => come(choice, { a: answer })), [2, 0.5])
  t.same(come(choice, { a: 'toString' }), { code: 'unknown_choice', input: 'a' })
  t.same(come(choice, { a: 1 }), { code: 'unknown_choice', input: 'a' })
  t.same(come(choice), { code: 'unknown_input', input: 'a' })
  const adjust: Formula = {
    op: 'adjust', value: a, bonus: [constant(2), b], bonus_at_most: 3, penalty: [constant(5)], penalty_at_most: 4
  }
  t.equal(come(adjust, { a: 10, b: 0.5 }), 8.5)
  t.equal(come(adjust, { a: 10, b: 5 }), 9)
  t.equal(come({ op: 'adjust', value: a }, { a: 10 }), 10)
})

t.test('what is unknown stays unknown and says why', async t => {
  const ratio: Formula = { op: 'ratio', numerator: a, denominator: b }
  t.same(come(ratio, { a: 1, b: 0 }), { code: 'denominator_zero', input: null })
  t.equal(come({ ...ratio, when_zero: constant(1) }, { a: 0, b: 0 }), 1)
  t.same(come(ratio, { a: null, b: 3 }), { code: 'unknown_input', input: 'a' })
  t.same(come(ratio, { a: 3 }), { code: 'unknown_input', input: 'b' })
  t.same(come(ratio, { a: 3, b: '4' }), { code: 'unknown_input', input: 'b' }, 'a coded answer is no number')
  t.same(come({ op: 'percent', of: ratio }), { code: 'unknown_input', input: 'a' })
  t.same(come({ op: 'adjust', value: constant(1), penalty: [b] }), { code: 'unknown_input', input: 'b' })
})

t.test('an input that is called like what every object has is unknown unless it is given', async t => {
  for (const name of ['constructor', 'toString', '__proto__']) {
    t.same(come(input(name)), { code: 'unknown_input', input: name })
    t.same(come({ op: 'choice', name, points: { yes: 1 } }), { code: 'unknown_input', input: name })
  }
  t.equal(come(input('constructor'), { constructor: 3 }), 3)
})

t.test('every node says what it came to, those within first', async t => {
  const steps: Step[] = []
  evaluate({ op: 'cap', value: { op: 'sum', of: [a, constant(0.5)] }, at_most: 2 }, { a: 3 }, steps)
  t.same(steps.map(({ pointer, op, value }) => [pointer, op, Number(value.known!.n) / Number(value.known!.d)]), [
    ['/value/of/0', 'input', 3], ['/value/of/1', 'constant', 0.5], ['/value', 'sum', 3.5], ['', 'cap', 2]
  ])
})

t.test('points rounded by hand in whole numbers are the same for any counts', async t => {
  const count = fc.integer({ min: 0, max: 2 ** 53 - 1 })
  const formula: Formula = { op: 'product', of: [{ op: 'ratio', numerator: a, denominator: b }, constant(20)] }
  fc.assert(fc.property(count, count.filter(n => n > 0), (n, d) => {
    const twice = BigInt(n) * 4_000n
    const expected = twice / BigInt(d) / 2n + (twice / BigInt(d)) % 2n
    t.equal(hundredthsOf(evaluate(formula, { a: n, b: d }).known!), expected)
    t.equal(isLess(rationalOf(n), rationalOf(d)), n < d)
  }), { numRuns: runs(300) })
})
