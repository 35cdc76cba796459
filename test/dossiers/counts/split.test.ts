import t from 'tap'
import { splitOf } from '../../../src/dossiers/counts/units/split.ts'

t.test('a quarter, and a half month, are read as such', async t => {
  const quarter = { from: '2021-04-01', until: '2021-07-01' }
  t.same(splitOf({ from: '2021-04-01', to: '2021-06-30' }), { quarters: quarter, slices: quarter, before: false, after: false })
  t.same(splitOf({ from: '2021-02-15', to: '2021-02-28' }), {
    quarters: null, slices: { from: '2021-02-15', until: '2021-03-01' }, before: false, after: false
  })
})

t.test('half months lie around quarters, and days around half months', async t => {
  t.same(splitOf({ from: '2021-01-20', to: '2022-01-20' }), {
    quarters: { from: '2021-03-15', until: '2022-01-01' }, slices: { from: '2021-02-01', until: '2022-01-15' }, before: true, after: true
  })
  const halfYear = { from: '2020-12-15', until: '2021-06-15' }
  t.same(splitOf({ from: '2020-12-15', to: '2021-06-14' }), {
    quarters: halfYear, slices: halfYear, before: false, after: false
  })
})

t.test('days without a whole half month stay days', async t => {
  t.same(splitOf({ from: '2021-04-02', to: '2021-04-20' }), { quarters: null, slices: null, before: false, after: true })
})
