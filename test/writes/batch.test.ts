import t from 'tap'
import { changeOf } from '../../src/writes/batch.ts'

t.test('only the columns that are given tell whether a row has changed', async t => {
  t.equal(changeOf(0, { size: 1, changed_at: 'then' }, { size: 1 } as { size: number, changed_at: string }).outcome, 'unchanged')
  t.equal(changeOf(0, { size: null }, { size: 0 }).outcome, 'updated')
})
