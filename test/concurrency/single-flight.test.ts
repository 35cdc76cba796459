import { setTimeout as pause } from 'node:timers/promises'
import fc from 'fast-check'
import t from 'tap'
import { notFound } from '../../src/contract/errors.ts'
import { underDeadline, waitAtMost } from '../../src/concurrency/request-deadline.ts'
import { SingleFlight } from '../../src/concurrency/single-flight.ts'
import { forEachDatabase } from '../database.ts'

/** A store and readers of it: each reading takes a while and shows what was stored when it began. */
function store () {
  const state = { value: 0, readings: 0, running: 0, atOnce: 0 }
  const read = async () => {
    state.readings++
    state.atOnce = Math.max(state.atOnce, ++state.running)
    const { value } = state
    await pause(2)
    state.running--
    return value
  }
  return { state, read }
}

t.test('identical questions that come together share an answer', async t => {
  const { state, read } = store()
  const answers = new SingleFlight<number>()
  t.same(await Promise.all(Array.from({ length: 100 }, () => answers.run('same', read))), Array(100).fill(0))
  t.equal(state.readings, 1)
})

t.test('different questions do not wait for one another', async t => {
  const { state, read } = store()
  const answers = new SingleFlight<number>()
  await Promise.all(Array.from({ length: 10 }, (_, i) => answers.run(`question ${i}`, read)))
  t.equal(state.readings, 10)
  t.ok(state.atOnce > 1)
})

t.test('a question is never answered by a reading that began before it was asked', async t => {
  await fc.assert(fc.asyncProperty(fc.array(fc.tuple(fc.constantFrom('ask', 'write'), fc.nat(3)), { maxLength: 40 }), async steps => {
    const { state, read } = store()
    const answers = new SingleFlight<number>()
    const asked: Promise<boolean>[] = []
    for (const [step, wait] of steps) {
      if (wait > 0) await pause(wait - 1)
      if (step === 'write') { state.value++; continue }
      const known = state.value
      asked.push(answers.run('same', read).then(value => value >= known))
    }
    t.ok((await Promise.all(asked)).every(Boolean))
    t.ok(state.atOnce <= 1, 'one reading at a time')
  }), { numRuns: 30 })
})

t.test('an answer is not kept', async t => {
  const { state, read } = store()
  const answers = new SingleFlight<number>()
  t.equal(await answers.run('same', read), 0)
  state.value = 7
  t.equal(await answers.run('same', read), 7)
  t.equal(state.readings, 2)
})

t.test('a reading that fails fails for all who wait, and for nobody after them', async t => {
  const answers = new SingleFlight<string>()
  const failing = async () => { await pause(20); throw new Error('lost') }
  const first = answers.run('same', failing)
  await pause(5)
  const next = answers.run('same', async () => 'found')
  await t.rejects(first, { message: 'lost' })
  await t.rejects(next, { message: 'lost' }, 'each would else wait as long for a database that does not answer')
  await t.rejects(answers.run('same', failing), { message: 'lost' })
  t.equal(await answers.run('same', async () => 'found again'), 'found again')
})

t.test('a reading that is refused is refused to those who asked by then, and not to those who asked later', async t => {
  const answers = new SingleFlight<string>()
  const first = answers.run('same', async () => { await pause(20); throw notFound('unit', 'new') })
  await pause(5)
  const next = answers.run('same', async () => 'found')
  await t.rejects(first, { message: 'there is no unit "new"' })
  t.equal(await next, 'found')
})

t.test('a reading may wait as long as the one with the most time left of those who share it', async t => {
  const answers = new SingleFlight<number>()
  const ask = async () => [await answers.run('same', async () => waitAtMost(900)), waitAtMost(900)]
  const askWithin = (left: number) => underDeadline({ left: () => left }, ask)
  t.same(await Promise.all([0, 600, 300].map(askWithin)), [[600, 100], [600, 600], [600, 300]])
  t.same(await askWithin(0), [100, 100], 'alone it has no more than its own')
  t.same(await Promise.all([askWithin(0), ask()]), [[900, 100], [900, 900]], 'one of the service has any time')
})

t.test('where two readings may run at once, a third is the next that begins', async t => {
  const { state, read } = store()
  const answers = new SingleFlight<number>(2)
  const asked: Promise<boolean>[] = []
  for (let i = 0; i < 12; i++) {
    const known = ++state.value
    asked.push(answers.run('same', read).then(value => value >= known))
    await pause(1)
  }
  t.ok((await Promise.all(asked)).every(Boolean))
  t.equal(state.atOnce, 2)
})

forEachDatabase('after a write is acknowledged every answer holds it, however many ask', async (t, { get, post }) => {
  const question = '/v1/on-time?period=2021-Q4&unit=H56-380'
  let open = true
  const crowd = Array.from({ length: 20 }, async () => {
    let seen = -1
    while (open) {
      const { received } = (await get(question)).body.items[0]
      if ((received ?? 0) < seen) throw new Error(`${received} after ${seen}`)
      seen = received ?? 0
    }
  })
  for (let received = 1; received <= 40; received++) {
    const item = { unit: 'H56-380', period: '2021-Q4', source: 'one-stop', received }
    t.equal((await post('/v1/dossier-statistics', { items: [item] })).status, 200)
    const answers = await Promise.all(Array.from({ length: 10 }, () => get(question)))
    t.same(answers.map(({ body }) => body.items[0].received), Array(10).fill(received))
  }
  open = false
  await t.resolves(Promise.all(crowd), 'and nobody ever sees an earlier state after a later one')
})
