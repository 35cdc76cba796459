import { setTimeout } from 'node:timers/promises'
import t from 'tap'
import { Lanes, type Chunk } from '../../../src/dossiers/ingest/chunk-workers.ts'
import { Busy } from '../../../src/contract/errors.ts'

const line = (number: number, item: unknown) => ({ number, text: JSON.stringify(item) })
const failure = () => Promise.reject(new Busy('later'))

t.test('dossiers of a stream', async t => {
  t.test('go by the desk in their code to one of two lanes, each in order and one chunk after the other', async t => {
    const chunks: Chunk[] = []
    const running = [0, 0]
    const lanes = new Lanes(async chunk => {
      const lane = chunk.lines[0]! % 2
      t.equal(++running[lane]!, 1)
      await setTimeout(5)
      chunks.push(chunk)
      running[lane]!--
    }, () => {})
    const lines = Array.from({ length: 25_000 }, (_, n) => line(n + 1, { code: `d${(n + 1) % 10}-${n % 3}` }))
    for (let from = 0; from < lines.length; from += 100) await lanes.take(lines.slice(from, from + 100))
    await lanes.end()
    for (const lane of [0, 1]) {
      const own = chunks.filter(chunk => chunk.lines[0]! % 2 === lane)
      t.same(own.map(chunk => chunk.items.length), [5_000, 5_000, 2_500])
      t.same(own.flatMap(chunk => chunk.lines), lines.map(({ number }) => number).filter(number => number % 2 === lane))
    }
  })

  t.test('do not wait for others to come', async t => {
    const arrived = Promise.withResolvers<Chunk>()
    const lanes = new Lanes(async (chunk: Chunk) => { arrived.resolve(chunk) }, () => {}, { patience: 10 })
    await lanes.take([line(1, 'no object'), line(2, null), { number: 3, text: '{' }, { number: 4, text: null }])
    t.match(await arrived.promise, {
      items: ['no object', null], lines: [1, 2], unreadable: [{ line: 3, code: 'not_json' }, { line: 4, code: 'not_text' }]
    })
    await lanes.end()
  })

  t.test('wait while the database is slower than they come', async t => {
    let sent = 0
    const slowly = async (chunk: Chunk) => { await setTimeout(20); sent += chunk.items.length }
    const lanes = new Lanes(slowly, () => {}, { patience: 1 })
    let taken = 0
    for (let i = 0; i < 200; i++) {
      const lines = Array.from({ length: 200 }, () => line(++taken, { code: 'a' }))
      await lanes.take(lines)
      await setTimeout(1)
      if (taken - sent > 11_000) break
    }
    t.ok(taken - sent <= 11_000, 'one chunk on its way, another filled')
    await lanes.end()
    t.equal(sent, taken)
  })

  t.test('that are long go in smaller chunks', async t => {
    const sizes: number[] = []
    const lanes = new Lanes(async chunk => { sizes.push(chunk.items.length) }, () => {})
    await lanes.take(Array.from({ length: 150 }, (_, n) => line(n + 1, { code: 'a', text: 'x'.repeat(60_000) })))
    await lanes.end()
    t.same(sizes, [67, 67, 16])
  })

  t.test('are sent again when the database fails, and for a while only', async t => {
    const tries = { until: 3, made: 0 }
    const answers: string[] = []
    const send = () => ++tries.made < tries.until ? failure() : Promise.resolve('in')
    const once = new Lanes(send, answer => answers.push(answer), { pauses: [1, 1] })
    await once.take([line(1, {})])
    await once.end()
    t.same([tries.made, answers], [3, ['in']])

    Object.assign(tries, { until: 9, made: 0 })
    const never = new Lanes(send, answer => answers.push(answer), { pauses: [1, 1] })
    await never.take([line(1, {})])
    await t.rejects(never.end(), { message: 'later' })
    await t.rejects(never.failure, { message: 'later' })
    t.equal(tries.made, 3)
  })

  t.test('are not sent again when the fault is not that of the moment', async t => {
    let made = 0
    const lanes = new Lanes(() => { made++; return Promise.reject(new Error('a mistake')) }, () => {}, { patience: 1 })
    await lanes.take([line(1, {}), line(2, {})])
    await setTimeout(20)
    await lanes.take([line(3, {})])
    await lanes.stop()
    t.equal(made, 1, 'nor is anything after it')
    await t.rejects(lanes.end(), { message: 'a mistake' })
  })
})
