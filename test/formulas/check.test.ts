import t from 'tap'
import { checkFormula } from '../../src/formulas/check.ts'
import type { DeclaredInput } from '../../src/formulas/formula.ts'

const INPUTS: DeclaredInput[] = [
  { name: 'a', type: 'number', measure: 'dossiers' },
  { name: 'p', type: 'number', measure: 'procedures' },
  { name: 'r', type: 'number', measure: null },
  { name: 'answer', type: 'choice', choices: ['yes', 'no'] }
]
const [a, p, r] = ['a', 'p', 'r'].map(name => ({ op: 'input', name }))
const one = { op: 'constant', value: 1 }

/** What a formula measures, or what is wrong with it. */
function found (formula: unknown, inputs = INPUTS) {
  const { issues, measure } = checkFormula(formula, inputs)
  return measure === undefined ? issues.map(({ pointer, code }) => `${pointer} ${code}`) : measure
}

t.test('a formula has the measure that follows from its inputs', async t => {
  t.equal(found(a), 'dossiers')
  t.equal(found(one), null)
  t.equal(found({ ...one, measure: 'points' }), 'points')
  t.equal(found({ op: 'sum', of: [a, a] }), 'dossiers')
  t.equal(found({ op: 'product', of: [a, r] }), 'dossiers')
  t.equal(found({ op: 'product', of: [r] }), null)
  t.equal(found({ op: 'ratio', numerator: a, denominator: a, when_zero: one }), null)
  t.equal(found({ op: 'ratio', numerator: a, denominator: r }), 'dossiers')
  t.equal(found({ op: 'percent', of: r }), 'percent')
  t.equal(found({ op: 'cap', value: a, at_most: 3 }), 'dossiers')
  t.equal(found({ op: 'cap', value: a, at_least: 1 }), 'dossiers')
  t.equal(found({ op: 'cap', value: a, at_least: 1, at_most: 3 }), 'dossiers')
  t.equal(found({ op: 'proportional', value: r, full_from: 0.8, points: 2 }), 'points')
  t.equal(found({ op: 'choice', name: 'answer', points: { yes: 1, no: 0 } }), 'points')
  t.equal(found({ op: 'adjust', value: a, bonus: [a], bonus_at_most: 2 }), 'dossiers')
})

t.test('a node that is none is refused where it stands', async t => {
  for (const value of [null, 1, 'a', [a]]) t.same(found(value), [' invalid_type'])
  t.same(found({}), ['/op missing'])
  t.same(found({ op: 'eval' }), ['/op unknown_operator'])
  t.same(found({ op: 'toString' }), ['/op unknown_operator'])
  t.same(found({ op: 7 }), ['/op unknown_operator'])
  t.same(found({ op: 'sum' }), ['/of missing'])
  t.same(found({ op: 'sum', of: [] }), ['/of missing'])
  t.same(found({ op: 'sum', of: a }), ['/of invalid_type'])
  t.same(found({ op: 'sum', of: [a, { op: 'x' }], 'a/b~': 1 }), ['/a~1b~0 unknown_property', '/of/1/op unknown_operator'])
  t.same(found({ op: 'constant', value: '1' }), ['/value invalid_type'])
  t.same(found({ op: 'constant', value: 1e10 }), ['/value out_of_range'])
  t.same(found({ op: 'constant', value: 0.1234567 }), ['/value out_of_range'])
  t.same(found({ op: 'input', name: 7 }), ['/name invalid_type'])
  t.same(found({ op: 'input', name: 'a b' }), ['/name malformed'])
})

t.test('an input must be declared, as what it is taken for', async t => {
  t.same(found({ op: 'ratio', numerator: { op: 'input', name: 'x' }, denominator: a }), ['/numerator/name unknown_input'])
  t.match(checkFormula({ op: 'input', name: 'x' }, INPUTS).issues[0]!.detail, /declared are: a, p, r, answer$/)
  t.match(checkFormula({ op: 'input', name: 'x' }, []).issues[0]!.detail, /declared are: none$/)
  t.same(found({ op: 'input', name: 'answer' }), ['/name invalid_type'])
  t.same(found({ op: 'choice', name: 'a', points: {} }), ['/name invalid_type'])
  t.same(found({ op: 'choice', name: 'x', points: {} }), ['/name unknown_input'])
  t.same(found({ op: 'choice', name: 'answer', points: { yes: 1, maybe: 1 } }), ['/points missing', '/points/maybe not_a_choice'])
  t.same(found({ op: 'choice', name: 'answer', points: { yes: 'x', no: 0 } }), ['/points/yes invalid_type'])
  t.same(found({ op: 'choice', name: 'answer', points: [] }), ['/points invalid_type'])
  const many = Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`c${i}`, 1]))
  t.same(found({ op: 'choice', name: 'answer', points: many }), ['/points too_many'])
})

t.test('what does not measure the same is neither added, compared nor divided', async t => {
  t.same(found({ op: 'sum', of: [a, p] }), [' measures_differ'])
  t.same(found({ op: 'product', of: [a, p] }), [' measures_differ'])
  t.same(found({ op: 'ratio', numerator: a, denominator: p }), [' measures_differ'])
  t.same(found({ op: 'ratio', numerator: r, denominator: p }), [' measures_differ'])
  t.same(found({ op: 'ratio', numerator: a, denominator: a, when_zero: p }), ['/when_zero measures_differ'])
  t.same(found({ op: 'percent', of: a }), [' measures_differ'])
  t.match(checkFormula({ op: 'max', of: [a, r] }, INPUTS).issues[0]!.detail, /there are dossiers, no measure$/)
})

t.test('bounds contain something', async t => {
  t.same(found({ op: 'cap', value: a }), [' missing'])
  t.same(found({ op: 'cap', value: a, at_least: 3, at_most: 2 }), [' out_of_range'])
  t.same(found({ op: 'proportional', value: r, full_from: 0.5, from: 0.6, points: 1 }), [' out_of_range'])
  t.same(found({ op: 'proportional', value: r, full_from: 0, points: 1 }), [' out_of_range'])
  t.same(found({ op: 'proportional', value: r, full_from: 0.8, full_at: 0.5, points: 2 }), ['/full_at out_of_range'],
    'or 0.79 would get more than all points')
  t.equal(found({ op: 'proportional', value: r, full_from: 0.8, full_at: 0.8, points: 2 }), 'points')
  t.equal(found({ op: 'proportional', value: r, full_from: 0.8, full_at: 1, points: 2 }), 'points')
})

t.test('depth and size are limited', async t => {
  const deep = (levels: number): object => levels === 1 ? a! : { op: 'sum', of: [deep(levels - 1)] }
  t.equal(found(deep(12)), 'dossiers')
  t.same(found(deep(13)), [`${'/of/0'.repeat(12)} too_deep`])
  t.equal(found({ op: 'sum', of: Array(99).fill(a) }), 'dossiers')
  t.same(found({ op: 'sum', of: Array(1_000).fill(a) }), ['/of/99 too_many'])
})
