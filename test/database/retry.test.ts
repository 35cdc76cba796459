import t from 'tap'
import { withRetries } from '../../src/database/retry.ts'
import { Busy } from '../../src/contract/errors.ts'

t.test('work is done again when the database fails, and for a while only', async t => {
  const tries = { until: 3, made: 0 }
  const work = () => ++tries.made < tries.until ? Promise.reject(new Busy('later')) : Promise.resolve('in')
  t.equal(await withRetries(work, [1, 1]), 'in')
  t.equal(tries.made, 3)

  Object.assign(tries, { until: 9, made: 0 })
  await t.rejects(withRetries(work, [1, 1]), { message: 'later' })
  t.equal(tries.made, 3)
})

t.test('work is not done again when the fault is not that of the moment', async t => {
  let made = 0
  await t.rejects(withRetries(() => { made++; return Promise.reject(new Error('a mistake')) }), { message: 'a mistake' })
  t.equal(made, 1)
})
