import t from 'tap'
import type { ReadCell } from '../../../src/documents/reading/sheet.ts'
import { noteIn, valueIn } from '../../../src/reports/workbook-import/cells.ts'

const text = (text: string): ReadCell => ({ kind: 'text', text })
const number = (number: number, shown: 'number' | 'percent' | 'date' = 'number'): ReadCell => ({ kind: 'number', number, shown })

t.test('text is taken as it is printed, without blanks around it', async t => {
  t.same(valueIn(text('2.079'), 'count'), { printed: '2.079' })
  t.same(valueIn(text('\u00a009 '), 'count'), { printed: '09' })
  t.same(valueIn(undefined, 'count'), { printed: '' })
  t.same(valueIn(text('  '), 'count'), { printed: '' })
  t.same(valueIn(text('\ufeff 2.079\u200b '), 'count'), { printed: '2.079' })
})

t.test('a dash of any length says that there are no data', async t => {
  for (const dash of ['-', '–', '—', '−', '‒ ', ' ―']) t.same(valueIn(text(dash), 'count'), { printed: '-' }, dash)
  t.same(valueIn(text('–5'), 'count'), { printed: '–5' })
})

t.test('a percentage may have its sign, and a count may not', async t => {
  t.same(valueIn(text('92,41 %'), 'percent'), { printed: '92,41' })
  t.same(valueIn(text('100%'), 'percent'), { printed: '100' })
  t.same(valueIn(text('100%'), 'count'), { printed: '100%' })
})

t.test('a number is what Excel shows of it', async t => {
  t.same(valueIn(number(2079), 'count'), { number: 2079 })
  t.same(valueIn(number(92.40999999999999659), 'percent'), { number: 92.41 })
  t.same(valueIn(number(0.1 + 0.2), 'percent'), { number: 0.3 })
  t.same(valueIn(number(2), 'choice'), { choice: 2 })
  t.same(valueIn(number(2), 'fraction'), { number: 2 })
})

t.test('a cell that is formatted as a percentage holds a hundredth of it, exactly', async t => {
  for (const percent of [92.41, 97.24, 99.38, 100, 0, 0.07, 15.2, 27.6, 0.0001]) {
    t.same(valueIn(number(percent / 100, 'percent'), 'percent'), { number: percent })
  }
  t.same(valueIn(number(1e-9, 'percent'), 'percent'), { number: 1e-7 })
  t.match(valueIn(number(0.12, 'percent'), 'count'), {
    code: 'value_of_other_type', detail: 'the cell shows 12 %, and the value type of the indicator is count; format the cell as text'
  })
})

t.test('dates, truths and faults are no values', async t => {
  t.match(valueIn(number(44228, 'date'), 'fraction'), { code: 'invalid_type', detail: /^the cell is a date or a time/ })
  t.match(valueIn({ kind: 'boolean', text: 'TRUE' }, 'count'), { code: 'invalid_type', detail: 'the cell holds TRUE, which is neither a number nor text' })
  t.match(valueIn({ kind: 'error', text: '#DIV/0!' }, 'count'), { detail: 'the cell holds #DIV/0!, which is the error of a formula' })
  t.match(valueIn({ kind: 'formula' }, 'count'), { detail: /^the cell has a formula and no result/ })
})

t.test('a note is text, or a number as it stands', async t => {
  t.equal(noteIn(undefined), null)
  t.equal(noteIn(text(' ')), null)
  t.equal(noteIn(text('QĐ số 641')), 'QĐ số 641')
  t.equal(noteIn(number(2021)), '2021')
  t.match(noteIn(number(44228, 'date')), { code: 'invalid_type', detail: 'the cell shows a number as a date; enter the note as text' })
  t.match(noteIn(number(0.5, 'percent')), { detail: 'the cell shows a number as a percent; enter the note as text' })
  t.match(noteIn({ kind: 'boolean', text: 'FALSE' }), { code: 'invalid_type' })
})
