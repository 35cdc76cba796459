import t from 'tap'
import { changeOf, MAX_ITEMS, type BatchOptions, type Change } from '../../src/writes/batch.ts'
import { duplicateKeys, ingestBatch, type BatchSteps, type CheckedBatch } from '../../src/writes/ingest-batch.ts'
import { issueAt } from '../../src/writes/row-issues.ts'
import type { AuditRow } from '../../src/writes/changes.ts'
import { DomainError, type Issue } from '../../src/contract/errors.ts'

interface Item { code?: string, size: number }
type Steps = BatchSteps<Item, Item, Item>

const ATOMIC = { mode: 'atomic', dry_run: false } as const
const PARTIAL = { mode: 'partial', dry_run: false } as const

/** A batch of items that must have a size; all that nothing is wrong with is new. */
async function ingested (items: unknown[], steps: Partial<Steps> = {}, options: BatchOptions = ATOMIC) {
  const write = { auditRows: [] as AuditRow[] }
  const answer = await ingestBatch<Item, Item, Item>(write, items, options, {
    resource: 'sizes',
    key: ['code'],
    check: (item, at) => typeof (item as Item).size === 'number'
      ? []
      : [{ pointer: `${at}/size`, code: 'missing', detail: `${at.slice(1)} has no size` }],
    resolve: async () => ({ prepare: item => ({ row: item, issues: [] }), rules: [] }),
    store: async rows => ({ changes: rows.map(({ index, row }) => changeOf(index, undefined, row)), issues: [] }),
    ...steps
  })
  return { answer, auditRows: write.auditRows }
}

async function refusalOf (...given: Parameters<typeof ingested>): Promise<DomainError> {
  try {
    await ingested(...given)
  } catch (error) {
    if (error instanceof DomainError) return error
    throw error
  }
  throw new Error('nothing was refused')
}

t.test('an item at fault is set aside; the others keep their place', async t => {
  const seen: CheckedBatch<Item>[] = []
  const tooLarge = (batch: CheckedBatch<Item>) => {
    seen.push(batch)
    return batch.sound.filter(({ row }) => row.size > 2)
      .map(({ index }) => ({ index, issues: [issueAt('size', 'out_of_range', 'too large')] }))
  }
  const items = [{ code: 'a', size: 1 }, { code: 'b' }, { code: 'c', size: 3 }]
  const { answer } = await ingested(items, {
    resolve: async () => ({ prepare: (row: Item) => ({ row, issues: [] }), rules: [tooLarge, tooLarge] })
  }, PARTIAL)
  const rows = [{ index: 0, row: { code: 'a', size: 1 } }, { index: 2, row: { code: 'c', size: 3 } }]
  t.same(seen, [
    { rows, sound: rows, rejected: [{ code: 'b' }] },
    { rows, sound: [rows[0]], rejected: [{ code: 'b' }, { code: 'c', size: 3 }] }
  ], 'a rule sees what the one before it rejects')
  t.match(answer, { received: 3, created: 1, rejected: 2 })
})

t.test('all issues are told, in the order of the items', async t => {
  const issues: Record<number, Issue[]> = {
    11: [issueAt(null, 'nothing_reported', 'empty')],
    2: [issueAt('code', 'missing', 'no code'), issueAt('size', 'out_of_range', 'too small')]
  }
  const refusal = await refusalOf(Array.from({ length: 12 }, (_, i) => i === 10 ? {} : { size: i }), {
    resolve: async () => ({
      prepare: (row: Item) => ({ row, issues: [] }),
      rules: [() => [11, 2].map(index => ({ index, issues: issues[index]! }))]
    })
  })
  t.match(refusal, { code: 'invalid_rows', message: '3 of 12 rows are at fault; nothing was written' })
  t.same(refusal.issues.map(({ pointer }) => pointer), ['/items/2/code', '/items/2/size', '/items/10/size', '/items/11'])
  t.equal(refusal.issues[2]!.detail, 'items/10 has no size')
})

t.test('of two items with one key neither is right', async t => {
  const items = ['a', 'b', 'a', 'c', 'a', 'a', 'a'].map((code, size) => ({ code, size }))
  const steps = {
    resolve: async () => ({
      prepare: (row: Item) => ({ row, issues: [] }), rules: [duplicateKeys('code', ({ code }: Item) => code!)]
    })
  }
  const { auditRows } = await ingested(items, steps, PARTIAL)
  t.same(auditRows.map(({ key }) => key), [{ code: 'b' }, { code: 'c' }])
  t.match((await refusalOf(items, steps)).issues, [
    { pointer: '/items/0', code: 'duplicate_key', detail: 'the same code as /items/2, /items/4, /items/5' },
    { pointer: '/items/2', detail: 'the same code as /items/0, /items/4, /items/5' }, {}, {}, {}
  ])
})

t.test('an item whose key is unknown takes no part in what follows', async t => {
  const { answer } = await ingested([{ size: 1 }, { size: 2 }], {
    resolve: async () => ({
      prepare: (row: Item) => row.size === 1 ? { row: null, issues: [issueAt('size', 'malformed', 'odd')] } : { row, issues: [] },
      rules: [({ rows }: CheckedBatch<Item>) => { t.same(rows, [{ index: 1, row: { size: 2 } }]); return [] }]
    })
  }, PARTIAL)
  t.match(answer, { created: 1, rejected: 1, errors: [{ pointer: '/items/0/size', code: 'malformed' }] })
})

t.test('what only the lock shows is refused as well', async t => {
  const steps = {
    store: async () => ({ changes: [], issues: [{ index: 0, issues: [issueAt('size', 'forbidden_unit', 'not yours')] }] })
  }
  t.match(await refusalOf([{ size: 1 }], steps), { code: 'forbidden_rows', issues: [{ pointer: '/items/0/size' }] })
  t.match((await ingested([{ size: 1 }], steps, PARTIAL)).answer, { received: 1, created: 0, rejected: 1 })
})

t.test('a batch without issues goes through, and so does a partial one with issues', async t => {
  await t.resolves(ingested([{ size: 1 }]))
  await t.resolves(ingested([]))
  await t.resolves(ingested([{}, { size: 1 }], {}, PARTIAL))
})

t.test('a batch that is too long is refused before anything else', async t => {
  t.match(await refusalOf(Array<unknown>(MAX_ITEMS + 1)), { code: 'too_many_items', issues: [] })
})

t.test('the answer counts what happened to each item', async t => {
  const changes: Change<Item>[] = [
    changeOf(0, undefined, { size: 1 }), changeOf(2, { size: 2 }, { size: 2 }), changeOf(3, { size: 2 }, { size: 3 }),
    { index: null, outcome: 'deleted' as const, before: { size: 9 }, after: null }
  ]
  const counts = {
    received: 4, created: 1, updated: 1, unchanged: 1, deleted: 1, rejected: 1,
    errors: [{ pointer: '/items/1/size', code: 'missing', detail: 'items/1 has no size' }]
  }
  const items = [{ size: 1 }, {}, { size: 2 }, { size: 3 }]
  const store = async () => ({ changes, issues: [] })
  t.same((await ingested(items, { store }, PARTIAL)).answer, counts)
  const show = ({ size }: Item) => ({ shown: size })
  t.same((await ingested(items, { store, show }, { mode: 'partial', dry_run: true })).answer, {
    ...counts,
    rows: [
      { pointer: '/items/0', outcome: 'created', before: null, after: { shown: 1 } },
      { pointer: '/items/2', outcome: 'unchanged', before: { shown: 2 }, after: { shown: 2 } },
      { pointer: '/items/3', outcome: 'updated', before: { shown: 2 }, after: { shown: 3 } },
      { pointer: null, outcome: 'deleted', before: { shown: 9 }, after: null }
    ]
  })
  t.same((await ingested([{ size: 1 }], {}, { ...ATOMIC, dry_run: true })).answer.rows, [
    { pointer: '/items/0', outcome: 'created', before: null, after: { size: 1 } }
  ])
})

t.test('of very many issues the first are listed, and that there are more', async t => {
  const check: Steps['check'] = (_, at) => Array.from({ length: 3 }, (_, n) => (
    { pointer: `${at}/${n}`, code: 'unknown_property', detail: 'x' } as const))
  const { issues } = await refusalOf(Array(4_000).fill({}), { check })
  t.equal(issues.length, 10_001)
  t.match(issues.at(-2), { pointer: '/items/3333/0' })
  t.match(issues.at(-1), { pointer: '/items', code: 'too_many' })
  t.equal((await ingested(Array(4_000).fill({}), { check }, PARTIAL)).answer.errors.length, 10_001)
})
