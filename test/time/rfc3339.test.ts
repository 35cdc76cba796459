import fc from 'fast-check'
import t from 'tap'
import { instantOf } from '../../src/time/rfc3339.ts'

t.test('an instant is read with its offset', async t => {
  t.equal(instantOf('2021-05-31T08:00:00+07:00'), Date.UTC(2021, 4, 31, 1))
  t.equal(instantOf('2021-05-31T08:00:00-03:30'), Date.UTC(2021, 4, 31, 11, 30))
  t.equal(instantOf('2021-05-31T08:00:00Z'), Date.UTC(2021, 4, 31, 8))
  t.equal(instantOf('2020-02-29T23:59:59.5Z'), Date.UTC(2020, 1, 29, 23, 59, 59, 500))
  t.equal(instantOf('2020-02-29T23:59:59.1239999Z'), Date.UTC(2020, 1, 29, 23, 59, 59, 123))
})

t.test('what is no instant, or leaves open which, is none', async t => {
  for (const text of [
    '', 'today', '2021-05-31', '2021-05-31T08:00:00', '2021-05-31T08:00Z', '2021-05-31 08:00:00Z', '2021-05-31t08:00:00z',
    '2021-05-31T08:00:00+0700', '2021-05-31T08:00:00+07', '2021-05-31T08:00:00+07:00 ', '2021-05-31T08:00:00Z0',
    '2021-05-31T08:00:00.Z', '2021-05-31T08:00:00+24:00', '2021-05-31T08:00:00+07:60', '2021-05-31T08:00:00*07:00',
    '2021-05-31T24:00:00Z', '2021-05-31T08:60:00Z', '2021-05-31T23:59:60Z', '2021-02-29T08:00:00Z', '2021-04-31T08:00:00Z',
    '1900-02-29T08:00:00Z', '2021-00-10T08:00:00Z', '2021-13-10T08:00:00Z', '2021-05-00T08:00:00Z', '2021-05-32T08:00:00Z',
    '0000-05-31T08:00:00Z', '2O21-05-31T08:00:00Z', '20211-05-31T08:00:00Z', '2021-05-31T08.00:00Z', '2021-05-31T08:00.00Z',
    '2021/05-31T08:00:00Z', '2021-05/31T08:00:00Z', '２021-05-31T08:00:00Z'
  ]) t.ok(Number.isNaN(instantOf(text)), text)
})

t.test('any instant is read as JavaScript writes it', async t => {
  const [min, max] = [new Date('0001-01-01T00:00:00Z'), new Date('9999-12-31T23:59:59.999Z')]
  const dates = fc.date({ min, max, noInvalidDate: true })
  fc.assert(fc.property(dates, date => instantOf(date.toISOString()) === date.getTime()), { numRuns: 2000 })
  t.pass()
})
