import fc from 'fast-check'
import t from 'tap'
import { parseDay, dayOf, EARLIEST, instantText, LATEST, quarterOf, sliceOf } from '../../src/time/business-day.ts'
import { periodsOf } from '../../src/time/calendar.ts'

t.test('a business day begins and ends at midnight in Asia/Ho_Chi_Minh', async t => {
  t.equal(dayOf(Date.parse('2021-05-31T16:59:59.999Z')), parseDay('2021-05-31'))
  t.equal(dayOf(Date.parse('2021-05-31T17:00:00Z')), parseDay('2021-06-01'))
})

t.test('an instant is written with the offset of Vietnam', async t => {
  t.equal(instantText(Date.parse('2021-06-09T17:00:00Z')), '2021-06-10T00:00:00.000+07:00')
  t.equal(instantText(Date.parse('2021-06-10T23:59:59.999+07:00')), '2021-06-10T23:59:59.999+07:00')
  t.equal(instantText(Date.parse('9999-12-31T23:59:59Z')), '9999-12-31T23:59:59.000Z', 'a year has four digits')
})

t.test('it is the day that the time zone database says', async t => {
  const format = new Intl.DateTimeFormat('sv', { timeZone: 'Asia/Ho_Chi_Minh' })
  fc.assert(fc.property(fc.integer({ min: EARLIEST, max: LATEST }), instant => (
    parseDay(format.format(instant)) === dayOf(instant))), { numRuns: 2000 })
  t.pass()
})

t.test('a slice begins on the 1st or the 15th', async t => {
  for (const [day, slice] of Object.entries({
    '2021-06-01': '2021-06-01', '2021-06-14': '2021-06-01', '2021-06-15': '2021-06-15', '2021-06-30': '2021-06-15',
    '2024-02-29': '2024-02-15', '2020-12-31': '2020-12-15'
  })) t.equal(sliceOf(parseDay(day)), parseDay(slice), day)
})

t.test('a quarter begins where one of either calendar does', async t => {
  for (const [day, quarter] of Object.entries({
    '2021-01-01': '2021-01-01', '2021-03-14': '2021-01-01', '2021-03-15': '2021-03-15', '2021-03-31': '2021-03-15',
    '2021-04-01': '2021-04-01', '2021-12-14': '2021-10-01', '2020-12-31': '2020-12-15', '2024-02-29': '2024-01-01'
  })) t.equal(quarterOf(parseDay(day)), parseDay(quarter), day)
})

t.test('every period of both calendars is made of whole slices, and all but months of whole quarters', async t => {
  for (const { code, kind, starts_on: first, ends_on: last } of [2021, 2024].flatMap(periodsOf)) {
    for (const timeOf of kind === 'month' ? [sliceOf] : [sliceOf, quarterOf]) {
      t.equal(timeOf(parseDay(first)), parseDay(first), code)
      t.equal(timeOf(parseDay(last) + 1), parseDay(last) + 1, code)
    }
  }
})
