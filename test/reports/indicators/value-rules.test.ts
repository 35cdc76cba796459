import { deepStrictEqual } from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { givenValue } from '../../../src/reports/indicators/value-rules.ts'
import { NO_DATA, NOT_PROVIDED } from '../../../src/reports/indicators/notation.ts'
import type { IndicatorValueItem, ValueType } from '../../../src/reports/indicators/schema.ts'

const CHOICES = [{ value: 0, name: 'Chưa' }, { value: 1, name: 'Hoàn thành' }]

function given (value_type: ValueType, item: Partial<IndicatorValueItem>) {
  return givenValue({ indicator: '1', unit: 'H56', period: '2021-H1', ...item },
    { value_type, choices: value_type === 'choice' ? CHOICES : [] })
}

/** `property code` of each fault. */
function faultsOf (value_type: ValueType, item: Partial<IndicatorValueItem>) {
  const answer = given(value_type, item)
  return Array.isArray(answer) ? answer.map(({ property, code }) => `${property} ${code}`) : answer
}

const reported = { ...NO_DATA, state: 'reported' }

t.test('a typed value gets the text that the form would print', async t => {
  t.same(given('count', { number: 2079 }), { ...reported, number: 2079, printed: '2.079' })
  t.same(given('percent', { number: 92.41 }), { ...reported, number: 92.41, printed: '92,41' })
  t.same(given('fraction', { numerator: 48, denominator: 48 }), { ...reported, numerator: 48, denominator: 48, printed: '48/48' })
  t.same(given('choice', { choice: 1 }), { ...reported, choice: 1, printed: '1' })
  t.same(given('count', { state: 'no_data' }), { ...NO_DATA, printed: '-' })
  t.same(given('count', { state: 'not_provided' }), { ...NOT_PROVIDED, printed: '' })
})

t.test('printed text is read by the type of the indicator and kept as given', async t => {
  t.same(given('count', { printed: '09' }), { ...reported, number: 9, printed: '09' })
  t.same(given('count', { printed: ' 1975 ' }), { ...reported, number: 1975, printed: ' 1975 ' })
  t.same(given('choice', { printed: '1' }), { ...reported, choice: 1, printed: '1' })
  t.same(given('fraction', { printed: '48/48' }), { ...reported, numerator: 48, denominator: 48, printed: '48/48' })
  t.same(given('percent', { printed: '-' }), { ...NO_DATA, printed: '-' })
  t.same(given('percent', { printed: '' }), { ...NOT_PROVIDED, printed: '' })
})

t.test('zero is a value', async t => {
  t.match(given('count', { number: 0 }), { state: 'reported', number: 0, printed: '0' })
  t.match(given('choice', { choice: 0 }), { state: 'reported', choice: 0 })
  t.match(given('fraction', { numerator: 0, denominator: 3 }), { state: 'reported', printed: '0/3' })
})

t.test('more can be done than was planned', async t => {
  t.match(given('fraction', { numerator: 49, denominator: 48 }), { printed: '49/48' })
})

t.test('a value may come with its text and its state, as it was read from here', async t => {
  t.match(given('count', { state: 'reported', number: 9, numerator: null, denominator: null, choice: null, printed: '09' }),
    { state: 'reported', number: 9, printed: '09' })
  t.match(given('count', { state: 'no_data', number: null, printed: '-' }), { state: 'no_data', printed: '-' })
  t.match(given('count', { state: 'reported', printed: '09' }), { number: 9 })
})

t.test('a text that says another value than the typed one is refused', async t => {
  t.same(faultsOf('count', { number: 10, printed: '09' }), ['printed printed_disagrees'])
  t.same(faultsOf('percent', { number: 92.4, printed: '92,41' }), ['printed printed_disagrees'])
  t.same(faultsOf('count', { number: 0, printed: '-' }), ['printed printed_disagrees'])
  t.same(faultsOf('count', { state: 'no_data', printed: '' }), ['printed printed_disagrees'])
  t.same(faultsOf('count', { state: 'reported', printed: '-' }), ['printed printed_disagrees'])
  t.same(faultsOf('fraction', { numerator: 4, denominator: 5, printed: '5/4' }), ['printed printed_disagrees'])
  t.same(faultsOf('choice', { choice: 1, printed: '1,0' }), ['printed printed_disagrees'])
})

t.test('an item must give a value, and only one', async t => {
  t.same(faultsOf('count', {}), ['null missing'])
  t.same(faultsOf('count', { note: 'sẽ bổ sung' }), ['null missing'])
  t.same(faultsOf('count', { state: 'reported', number: null }), ['null missing'])
  t.same(faultsOf('count', { number: 1, choice: 1 }), ['choice several_values'])
  t.same(faultsOf('count', { number: 1, numerator: 1, denominator: 1, choice: 1, state: 'no_data' }),
    ['numerator several_values', 'choice several_values', 'state several_values'])
  t.same(faultsOf('count', { number: 1, state: 'not_provided', printed: '1.2' }), ['state several_values', 'printed malformed'])
})

t.test('a text that cannot be read is refused, beside whatever else is wrong', async t => {
  t.same(faultsOf('percent', { printed: '92.41' }), ['printed malformed'])
  t.same(faultsOf('percent', { number: 92.41, printed: '92.41' }), ['printed malformed'])
  t.same(faultsOf('percent', { number: 101, printed: '92.41' }), ['number out_of_range', 'printed malformed'])
})

t.test('a fraction has two parts', async t => {
  t.same(faultsOf('fraction', { numerator: 48 }), ['denominator missing'])
  t.same(faultsOf('fraction', { denominator: 48 }), ['numerator missing'])
})

t.test('an indicator takes values of its own type only', async t => {
  t.same(faultsOf('count', { numerator: 48, denominator: 48 }), ['numerator value_of_other_type'])
  t.same(faultsOf('count', { choice: 1 }), ['choice value_of_other_type'])
  t.same(faultsOf('count', { printed: '48/48' }), ['printed value_of_other_type'])
  t.same(faultsOf('percent', { denominator: 48 }), ['denominator value_of_other_type'])
  t.same(faultsOf('fraction', { number: 48 }), ['number value_of_other_type'])
  t.same(faultsOf('fraction', { choice: 48 }), ['choice value_of_other_type'])
  t.same(faultsOf('fraction', { printed: '48' }), ['printed value_of_other_type'])
  t.same(faultsOf('choice', { number: 1 }), ['number value_of_other_type'])
  t.same(faultsOf('choice', { printed: '0,5' }), ['printed value_of_other_type'])
})

t.test('a count is whole and not too large to be added up', async t => {
  t.match(given('count', { number: 999_999_999 }), { printed: '999.999.999' })
  t.same(faultsOf('count', { number: 9.6 }), ['number out_of_range'])
  t.same(faultsOf('count', { printed: '9,6' }), ['printed out_of_range'])
  t.same(faultsOf('count', { printed: '1.000.000.000' }), ['printed out_of_range'])
  t.same(faultsOf('fraction', { printed: '5/0' }), ['printed out_of_range'], 'nothing is a part of nothing')
  t.same(faultsOf('fraction', { printed: '1.000.000.000/9' }), ['printed out_of_range'])
})

t.test('a percentage lies from 0 to 100 and has four decimals at most', async t => {
  t.match(given('percent', { number: 0 }), { printed: '0' })
  t.match(given('percent', { printed: '100' }), { number: 100 })
  t.match(given('percent', { number: 33.3333 }), { printed: '33,3333' })
  t.same(faultsOf('percent', { number: 100.01 }), ['number out_of_range'])
  t.same(faultsOf('percent', { printed: '2.079' }), ['printed out_of_range'])
  t.same(faultsOf('percent', { number: 1e-7 }), ['number out_of_range'])
})

t.test('a choice is one that the form offers', async t => {
  t.same(faultsOf('choice', { choice: 2 }), ['choice not_a_choice'])
  t.same(faultsOf('choice', { printed: '2' }), ['printed not_a_choice'])
})

t.test('a heading has no value, but may print a dash or have a note', async t => {
  t.same(given('heading', { printed: '-' }), { ...NO_DATA, printed: '-' })
  t.same(given('heading', { state: 'not_provided' }), { ...NOT_PROVIDED, printed: '' })
  t.same(given('heading', { note: 'Đã xây dựng kế hoạch' }), { ...NOT_PROVIDED, printed: '' })
  t.same(faultsOf('heading', { number: 1 }), ['number heading_has_no_value'])
  t.same(faultsOf('heading', { printed: '1' }), ['printed heading_has_no_value'])
  t.same(faultsOf('heading', {}), ['null missing'])
  t.same(faultsOf('heading', { state: 'reported', note: 'x' }), ['null missing'])
})

t.test('whatever is posted, a value that is taken can be posted again as it was stored', async t => {
  const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { freq: 2, nil: undefined })
  const item = fc.record({
    number: maybe(fc.oneof(fc.nat(200), fc.nat(1_000_000).map(n => n / 10_000))),
    numerator: maybe(fc.nat(100)),
    denominator: maybe(fc.integer({ min: 1, max: 100 })),
    choice: maybe(fc.nat(3)),
    state: maybe(fc.constantFrom('reported' as const, 'no_data' as const, 'not_provided' as const)),
    printed: maybe(fc.constantFrom('', '-', '0', '01', '1', '1,0', '2.079', '1/2', '92,41'))
  }, { requiredKeys: [] })
  const type = fc.constantFrom<ValueType>('count', 'percent', 'fraction', 'choice', 'heading')
  t.doesNotThrow(() => fc.assert(fc.property(type, item, (type, item) => {
    const value = given(type, item)
    if (!Array.isArray(value)) deepStrictEqual(given(type, value), value)
  }), { numRuns: 2_000 }))
})
