import t from 'tap'
import { daysBefore } from '../../src/time/before.ts'

const before = (from: string, to: string, compare: 'previous' | 'year_ago') => Object.values(daysBefore({ from, to }, compare))

t.test('as many days right before', async t => {
  t.same(before('2021-03-01', '2021-03-10', 'previous'), ['2021-02-19', '2021-02-28'])
  t.same(before('2021-03-01', '2021-03-01', 'previous'), ['2021-02-28', '2021-02-28'])
})

t.test('the same days a year ago, where the last day of February stays the last', async t => {
  t.same(before('2021-03-01', '2021-06-30', 'year_ago'), ['2020-03-01', '2020-06-30'])
  t.same(before('2021-02-01', '2021-02-28', 'year_ago'), ['2020-02-01', '2020-02-29'])
  t.same(before('2020-02-28', '2020-02-29', 'year_ago'), ['2019-02-28', '2019-02-28'])
  t.same(before('2023-02-28', '2023-03-31', 'year_ago'), ['2022-02-28', '2022-03-31'])
  t.same(before('2100-02-28', '2101-02-28', 'year_ago'), ['2099-02-28', '2100-02-28'])
  t.same(before('1000-01-01', '1000-01-02', 'year_ago'), ['0999-01-01', '0999-01-02'])
})
