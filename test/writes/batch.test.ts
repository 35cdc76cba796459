import t from 'tap'
import { Batch, changeOf, MAX_ITEMS } from '../../src/writes/batch.ts'
import { DomainError } from '../../src/contract/errors.ts'
import type { Check } from '../../src/contract/validation.ts'

interface Item { code: string, size: number }

const ATOMIC = { mode: 'atomic', dry_run: false } as const
const PARTIAL = { mode: 'partial', dry_run: false } as const

const hasSize: Check = (item, at) => typeof (item as Item).size === 'number'
  ? []
  : [{ pointer: `${at}/size`, code: 'missing', detail: 'no size' }]

function batchOf (...items: unknown[]) {
  return new Batch<Item>(items, hasSize)
}

t.test('an item at fault is set aside; the others keep their place', async t => {
  const batch = batchOf({ code: 'a', size: 1 }, { code: 'b' }, { code: 'c', size: 3 })
  t.same(batch.accepted, [{ index: 0, item: { code: 'a', size: 1 } }, { index: 2, item: { code: 'c', size: 3 } }])
  t.same(batch.rejected, [{ index: 1, item: { code: 'b' } }])
  batch.reject(2, 'size', 'out_of_range', 'too large')
  t.same(batch.accepted.map(({ index }) => index), [0])
})

t.test('all issues are told, in the order of the items', async t => {
  const batch = batchOf(...Array.from({ length: 12 }, (_, i) => i === 10 ? {} : { size: i }))
  batch.reject(11, null, 'nothing_reported', 'empty')
  batch.reject(2, 'code', 'missing', 'no code')
  batch.reject(2, 'size', 'out_of_range', 'too small')
  const refusal = refusalOf(() => batch.settle('atomic'))
  t.match(refusal, { code: 'invalid_rows', message: '3 of 12 rows are at fault; nothing was written' })
  t.same(refusal.issues.map(({ pointer }) => pointer), ['/items/2/code', '/items/2/size', '/items/10/size', '/items/11'])
})

t.test('of two items with one key neither is right', async t => {
  const batch = batchOf(...['a', 'b', 'a', 'c', 'a', 'a', 'a'].map((code, size) => ({ code, size })))
  batch.rejectDuplicates(batch.accepted.map(({ index, item }) => ({ index, key: item.code })), 'code')
  t.same(batch.accepted.map(({ item }) => item.code), ['b', 'c'])
  t.match(refusalOf(() => batch.settle('atomic')).issues, [
    { pointer: '/items/0', code: 'duplicate_key', detail: 'the same code as /items/2, /items/4, /items/5' },
    { pointer: '/items/2', detail: 'the same code as /items/0, /items/4, /items/5' }, {}, {}, {}
  ])
})

t.test('a batch without issues goes through, and so does a partial one with issues', async t => {
  t.doesNotThrow(() => batchOf({ size: 1 }).settle('atomic'))
  t.doesNotThrow(() => batchOf().settle('atomic'))
  t.doesNotThrow(() => batchOf({}, { size: 1 }).settle('partial'))
})

t.test('a batch that is too long is refused before anything else', async t => {
  t.match(refusalOf(() => batchOf(...Array<unknown>(MAX_ITEMS + 1))), { code: 'too_many_items', issues: [] })
})

t.test('the answer counts what happened to each item', async t => {
  const batch = batchOf({ size: 1 }, {}, { size: 2 }, { size: 3 })
  const changes = [
    changeOf(0, undefined, { size: 1 }), changeOf(2, { size: 2 }, { size: 2 }), changeOf(3, { size: 2 }, { size: 3 }),
    { index: null, outcome: 'deleted' as const, before: { size: 9 }, after: null }
  ]
  const counts = {
    received: 4, created: 1, updated: 1, unchanged: 1, deleted: 1, rejected: 1,
    errors: [{ pointer: '/items/1/size', code: 'missing', detail: 'no size' }]
  }
  t.same(batch.answer(changes, PARTIAL), counts)
  t.same(batch.answer(changes, { mode: 'partial', dry_run: true }, ({ size }) => ({ shown: size })), {
    ...counts,
    rows: [
      { pointer: '/items/0', outcome: 'created', before: null, after: { shown: 1 } },
      { pointer: '/items/2', outcome: 'unchanged', before: { shown: 2 }, after: { shown: 2 } },
      { pointer: '/items/3', outcome: 'updated', before: { shown: 2 }, after: { shown: 3 } },
      { pointer: null, outcome: 'deleted', before: { shown: 9 }, after: null }
    ]
  })
  t.same(batch.answer([changeOf(0, undefined, { size: 1 })], { ...ATOMIC, dry_run: true }).rows, [
    { pointer: '/items/0', outcome: 'created', before: null, after: { size: 1 } }
  ])
})

t.test('only the columns that are given tell whether a row has changed', async t => {
  t.equal(changeOf(0, { size: 1, changed_at: 'then' }, { size: 1 } as { size: number, changed_at: string }).outcome, 'unchanged')
  t.equal(changeOf(0, { size: null }, { size: 0 }).outcome, 'updated')
})

function refusalOf (work: () => unknown): DomainError {
  try {
    work()
  } catch (error) {
    if (error instanceof DomainError) return error
    throw error
  }
  throw new Error('nothing was refused')
}
