import t from 'tap'
import { formFor } from '../../../src/reports/indicators/form-in-force.ts'

const old = { code: 'old', name: 'Biểu cũ', valid_from: '2015-01-01', valid_to: '2020-12-14' }
const current = { code: 'current', name: 'Biểu mới', valid_from: '2020-12-15', valid_to: null }
const period = (ends_on: string) => ({ code: 'P', ends_on })

t.test('the form in force on the last day of the period is filled in', async t => {
  t.equal(formFor([old, current], undefined, period('2020-12-14')), old)
  t.equal(formFor([old, current], undefined, period('2020-12-15')), current)
})

t.test('without a form in force, or with several, one must be named', async t => {
  t.equal(formFor([old, current], undefined, period('2014-12-31')),
    'no form is in force on 2014-12-31, the last day of P; name one')
  t.equal(formFor([current, { ...old, valid_to: null }], undefined, period('2021-06-14')),
    'several forms (current, old) are in force on 2021-06-14, the last day of P; name one')
})

t.test('a form that is named need not be in force', async t => {
  t.equal(formFor([old, current], 'old', period('2021-06-14')), old)
  t.equal(formFor([old, current], 'other', period('2021-06-14')), 'there is no form other')
})
