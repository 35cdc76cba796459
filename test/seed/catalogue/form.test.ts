import t from 'tap'
import { FORM, indicators, reportedValues } from '../../../src/seed/catalogue/form.ts'

const all = indicators()
const byCode = new Map(all.map(indicator => [indicator.code, indicator]))
const values = new Map(reportedValues().map(value => [value.indicator, value]))

t.test('the form has 121 indicators, 27 of them headings, in the order of the paper', async t => {
  t.equal(byCode.size, 121)
  t.equal(all.filter(indicator => indicator.value_type === 'heading').length, 27)
  t.ok(all.every((indicator, i) => indicator.position === i + 1 && indicator.form === FORM.code))
  t.ok(all.every(({ parent }, i) => parent === null || all.slice(0, i).some(({ code }) => code === parent)))
})

t.test('a code that the paper repeats is kept as printed, under a path of its own', async t => {
  t.match(byCode.get('1.2.1'), { printed_code: '1.1.1', parent: '1.2', measure: 'Cơ quan, đơn vị' })
})

t.test('what the paper leaves empty is null', async t => {
  t.equal(byCode.get('1')?.parent, null)
  t.equal(byCode.get('1')?.measure, null)
  t.strictSame(all.filter(indicator => indicator.printed_code === null).length, 12)
})

t.test('the choices of an indicator are numbers with a name', async t => {
  t.strictSame(byCode.get('7.3')?.choices,
    [{ value: 0, name: 'Chưa' }, { value: 1, name: 'Đang làm' }, { value: 2, name: 'Hoàn thành' }])
  t.ok(all.every(({ choices, value_type }) =>
    Array.isArray(choices) && (choices.length > 0) === (value_type === 'choice')))
})

t.test('a reported value keeps every digit of the paper', async t => {
  const printed = ['3.1.3', '4.1.4.c', '3.4.1', '1.3.2', '5.1.1', '1.4.1', '3.2.1', '1.3.3']
  t.strictSame(printed.map(code => values.get(code)?.printed),
    ['2.079', '1975', '92,41', '09', '48/48', '-', '', '0'])
})

t.test('headings carry no value, but for one that prints a dash and one that has a note', async t => {
  t.equal(values.size, 94 + 2)
  t.strictSame(values.get('5.4'), { form: FORM.code, indicator: '5.4', printed: '-', note: null })
  t.match(values.get('1.4'), { printed: '', note: /^Đã xây dựng kế hoạch khảo sát/ })
})
