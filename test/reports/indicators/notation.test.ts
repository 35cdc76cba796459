import { deepStrictEqual } from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { NO_DATA, NOT_PROVIDED, parsePrinted, printedOf } from '../../../src/reports/indicators/notation.ts'
import type { Value, ValueType } from '../../../src/reports/indicators/schema.ts'

const nothing = { ...NO_DATA, state: 'reported' as const }
const number = (value: number): Value => ({ ...nothing, number: value })
const fraction = (numerator: number, denominator: number): Value => ({ ...nothing, numerator, denominator })
const choice = (value: number): Value => ({ ...nothing, choice: value })

t.test('a dot parts thousands and a comma the decimals', async t => {
  t.same(parsePrinted('2.079', 'count'), number(2079))
  t.same(parsePrinted('323.671', 'count'), number(323_671))
  t.same(parsePrinted('3.062.315', 'count'), number(3_062_315))
  t.same(parsePrinted('92,41', 'percent'), number(92.41))
  t.same(parsePrinted('1.234,5', 'percent'), number(1234.5))
})

t.test('thousands may go without a dot, and small numbers with a leading zero', async t => {
  t.same(parsePrinted('1975', 'count'), number(1975))
  t.same(parsePrinted('09', 'count'), number(9))
  t.same(parsePrinted('0', 'count'), number(0))
})

t.test('a slash makes a fraction', async t => {
  t.same(parsePrinted('48/48', 'fraction'), fraction(48, 48))
  t.same(parsePrinted('1.989/2.221', 'fraction'), fraction(1989, 2221))
  t.same(parsePrinted('48/48', 'count'), fraction(48, 48), 'whatever is expected')
})

t.test('a whole number is a choice where one is expected', async t => {
  t.same(parsePrinted('2', 'choice'), choice(2))
  t.same(parsePrinted('2', 'count'), number(2))
})

t.test('a dash is no data, a blank is not provided, and 0 is neither', async t => {
  t.same(parsePrinted('-', 'count'), NO_DATA)
  t.same(parsePrinted('', 'count'), NOT_PROVIDED)
  t.same(parsePrinted('0', 'count')?.state, 'reported')
})

t.test('white space around a value does not matter', async t => {
  t.same(parsePrinted(' 2.079\u00a0', 'count'), number(2079))
  t.same(parsePrinted(' - ', 'count'), NO_DATA)
  t.same(parsePrinted('  ', 'count'), NOT_PROVIDED)
})

t.test('what is not in Vietnamese notation is not guessed', async t => {
  const texts = ['92.41', '1.23.456', '1,2,3', '1e5', '-5', '0.079', '.5', '5,', ',5', '1 000', '2.0790', '1,234.5', '4,5/5',
    '48/48/48', '/48', '48/', '--', '–', '99%', 'N/A', '0x10', '٣', 'Infinity']
  for (const text of texts) t.equal(parsePrinted(text, 'count'), null, text)
})

t.test('a value is written as a careful clerk would', async t => {
  const numbers = [2079, 3_062_315, 9, 92.41, 0, 1234.5]
  t.same(numbers.map(number).map(printedOf), ['2.079', '3.062.315', '9', '92,41', '0', '1.234,5'])
  t.same([fraction(1989, 48), choice(1)].map(printedOf), ['1.989/48', '1'])
  t.same([NO_DATA, NOT_PROVIDED].map(printedOf), ['-', ''])
})

t.test('what is written is read as the same value', async t => {
  const count = fc.nat(999_999_999)
  const typed = fc.oneof<fc.Arbitrary<{ type: ValueType, value: Value }>[]>(
    count.map(value => ({ type: 'count', value: number(value) })),
    fc.nat(1_000_000).map(value => ({ type: 'percent', value: number(value / 10_000) })),
    fc.tuple(count, count).map(([a, b]) => ({ type: 'fraction', value: fraction(a, b) })),
    count.map(value => ({ type: 'choice', value: choice(value) })),
    fc.constantFrom(NO_DATA, NOT_PROVIDED).map(value => ({ type: 'count', value }))
  )
  t.doesNotThrow(() => fc.assert(fc.property(typed, ({ type, value }) => {
    deepStrictEqual(parsePrinted(printedOf(value), type), value)
  })))
})

t.test('any text is read as a value that can be written and read again, or not at all', async t => {
  const text = fc.string({ unit: fc.constantFrom(...'0123456789.,/- e'), maxLength: 8 })
  const type = fc.constantFrom<ValueType>('count', 'percent', 'fraction', 'heading')
  t.doesNotThrow(() => fc.assert(fc.property(text, type, (text, type) => {
    const value = parsePrinted(text, type)
    if (value !== null) deepStrictEqual(parsePrinted(printedOf(value), type), value)
  }), { numRuns: 2_000 }))
})
