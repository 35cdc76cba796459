import { setTimeout } from 'node:timers/promises'
import t from 'tap'
import { ChunkWorkers, type Chunk } from '../../../src/dossiers/ingest/chunk-workers.ts'

const line = (number: number, item: unknown) => ({ number, text: JSON.stringify(item) })
const failure = () => Promise.reject(new Error('later'))

t.test('dossiers of a stream', async t => {
  t.test('go by the desk in their code to one of three workers, each in order and one chunk after the other', async t => {
    const chunks: Chunk[] = []
    const running = [0, 0, 0]
    const workers = new ChunkWorkers(async chunk => {
      const worker = chunk.lines[0]! % 3
      t.equal(++running[worker]!, 1)
      await setTimeout(5)
      chunks.push(chunk)
      running[worker]!--
    })
    const lines = Array.from({ length: 37_500 }, (_, n) => line(n + 1, { code: `d${(n + 1) % 9}-${n % 4}` }))
    for (let from = 0; from < lines.length; from += 100) await workers.take(lines.slice(from, from + 100))
    await workers.end()
    for (const worker of running.keys()) {
      const own = chunks.filter(chunk => chunk.lines[0]! % 3 === worker)
      t.same(own.map(chunk => chunk.items.length), [5_000, 5_000, 2_500])
      const numbers = lines.map(({ number }) => number).filter(number => number % 3 === worker)
      t.same(own.flatMap(chunk => chunk.lines), numbers)
    }
  })

  t.test('do not wait for others to come', async t => {
    const arrived = Promise.withResolvers<Chunk>()
    const workers = new ChunkWorkers(async (chunk: Chunk) => { arrived.resolve(chunk) }, { patience: 10 })
    await workers.take([line(1, 'no object'), line(2, null), { number: 3, text: '{' }, { number: 4, text: null }])
    t.match(await arrived.promise, {
      items: ['no object', null], lines: [1, 2], unreadable: [{ line: 3, code: 'not_json' }, { line: 4, code: 'not_text' }]
    })
    await workers.end()
  })

  t.test('wait while the database is slower than they come', async t => {
    let sent = 0
    const slowly = async (chunk: Chunk) => { await setTimeout(20); sent += chunk.items.length }
    const workers = new ChunkWorkers(slowly, { patience: 1 })
    let taken = 0
    for (let i = 0; i < 200; i++) {
      const lines = Array.from({ length: 200 }, () => line(++taken, { code: 'a' }))
      await workers.take(lines)
      await setTimeout(1)
      if (taken - sent > 26_000) break
    }
    t.ok(taken - sent <= 26_000, 'four chunks on their way, another filled')
    await workers.end()
    t.equal(sent, taken)
  })

  t.test('are read on while one worker is behind', async t => {
    const behind = Promise.withResolvers<undefined>()
    const sent: unknown[] = []
    const workers = new ChunkWorkers(async ({ items }) => {
      const [{ code }] = items as [{ code: string }]
      if (code === 'a') await behind.promise
      sent.push(code)
    })
    const of = (code: string, length: number) => Array.from({ length }, (_, n) => line(n, { code }))
    await workers.take(of('a', 10_000))
    await workers.take(of('b', 10_000))
    t.same(sent, ['b'], 'its second chunk is in flight')
    behind.resolve(undefined)
    await workers.end()
    t.same(sent.toSorted(), ['a', 'a', 'b', 'b'])
  })

  t.test('that are long go in smaller chunks', async t => {
    const sizes: number[] = []
    const workers = new ChunkWorkers(async chunk => { sizes.push(chunk.items.length) })
    await workers.take(Array.from({ length: 150 }, (_, n) => line(n + 1, { code: 'a', text: 'x'.repeat(60_000) })))
    await workers.end()
    t.same(sizes, [67, 67, 16])
  })

  t.test('are answered chunk by chunk, as the results come in', async t => {
    const workers = new ChunkWorkers(async ({ lines }) => lines.length)
    const many = Array.from({ length: 12_000 }, (_, n) => line(n + 1, { code: 'a' }))
    await workers.take(many)
    await setTimeout(0)
    t.same(await workers.take([line(12_001, { code: 'a' })]), [5_000, 5_000])
    t.same(await workers.end(), [2_001])
  })

  t.test('end at the first failure, with the results until then', async t => {
    let sent = 0
    const workers = new ChunkWorkers(() => ++sent === 1 ? Promise.resolve('in') : failure())
    await workers.take([line(1, { code: 'a' }), line(2, { code: 'b' })])
    await t.rejects(workers.end(), { message: 'later' })
    await t.rejects(workers.failure, { message: 'later' })
    t.same(await workers.stop(), ['in'])
  })

  t.test('are not sent again when the fault is not that of the moment', async t => {
    let made = 0
    const workers = new ChunkWorkers(() => { made++; return Promise.reject(new Error('a mistake')) }, { patience: 1 })
    await workers.take([line(1, {}), line(2, {})])
    await setTimeout(20)
    await t.rejects(workers.take([line(3, {})]), { message: 'a mistake' })
    await workers.stop()
    t.equal(made, 1, 'nor is anything after it')
    await t.rejects(workers.end(), { message: 'a mistake' })
  })

  t.test('of other workers are sent no more after a failure, and no more are taken', async t => {
    const healthy = Promise.withResolvers<undefined>()
    const sent: string[] = []
    const workers = new ChunkWorkers(async ({ items }) => {
      const [{ code }] = items as [{ code: string }]
      sent.push(code)
      if (code === 'a') throw new Error('lost')
      await healthy.promise
      return code
    })
    const of = (code: string, length: number) => Array.from({ length }, (_, n) => line(n, { code }))
    await workers.take([...of('b', 10_000), ...of('a', 5_000)])
    await t.rejects(workers.failure, { message: 'lost' })
    await t.rejects(workers.take(of('c', 20_000)), { message: 'lost' })
    healthy.resolve(undefined)
    t.same(await workers.stop(), ['b'], 'what was in flight is stored, and counts')
    t.same(sent, ['b', 'a'], 'but not what waited for it')
  })
})
