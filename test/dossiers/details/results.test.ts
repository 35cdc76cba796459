import t from 'tap'
import type { Details } from '../../../src/dossiers/details/details.ts'
import { countResult, RESULT_MEASURES } from '../../../src/dossiers/details/results.ts'

/** What a result counts for, besides being one. */
function countsOf (details: Details | null): string[] {
  const before = 1
  const counts = new Int32Array(before + RESULT_MEASURES.length)
  countResult(details, counts, before, 1)
  const counted: string[] = RESULT_MEASURES.filter((_, n) => counts[before + n] === 1)
  t.equal(counted.shift(), 'results')
  return counted
}

t.test('a result of which nothing more is said counts as a result alone', async t => {
  t.same(countsOf(null), [])
  t.same(countsOf({}), [])
})

t.test('what is said counts as known, and where it is true as such', async t => {
  t.same(countsOf({ electronic_result: true }), ['electronic_result_known', 'electronic_result'])
  t.same(countsOf({ electronic_result: false, data_reused: true }), ['electronic_result_known', 'data_reused_known', 'data_reused'])
  t.same(countsOf({ digitised_parts: 0 }), ['digitised_known'])
  t.same(countsOf({ national_store_parts: 0 }), ['national_store_known'])
  t.same(countsOf({ national_store_parts: 2 }), ['national_store_known', 'national_store'])
})

t.test('a result is digitised and electronic only if both are said', async t => {
  t.same(countsOf({ digitised_parts: 1, electronic_result: true }), [
    'electronic_result_known', 'electronic_result', 'digitised_known', 'digitised', 'digitised_with_result_known', 'digitised_with_result'
  ])
  t.same(countsOf({ digitised_parts: 1, electronic_result: false }), [
    'electronic_result_known', 'digitised_known', 'digitised', 'digitised_with_result_known'
  ])
})

t.test('population data is used by who is verified, or through a database', async t => {
  t.same(countsOf({ identity_verified: true }), ['population_data_known', 'population_data'])
  t.same(countsOf({ identity_verified: false, databases_used: 1 }), ['population_data_known', 'population_data'])
  t.same(countsOf({ identity_verified: false }), ['population_data_known'])
  t.same(countsOf({ databases_used: 0 }), ['population_data_known'])
})

t.test('a payment counts where a fee is due, and where it is said how it was made', async t => {
  t.same(countsOf({ fee_due: 5_000, payment_channel: 'online' }), ['results_with_fee', 'paid_online_known', 'paid_online'])
  t.same(countsOf({ has_fee: true, paid_online: false, payment_channel: 'online' }), ['results_with_fee', 'paid_online_known'])
  t.same(countsOf({ has_fee: true, fee_paid: 0 }), ['results_with_fee', 'paid_online_known'])
  t.same(countsOf({ has_fee: true, fee_paid: 5_000 }), ['results_with_fee'])
  t.same(countsOf({ fee_due: 0, payment_channel: 'online' }), [])
  t.same(countsOf({ has_fee: false, paid_online: true }), [])
})
