import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { sql } from 'kysely'
import t from 'tap'
import { connect } from '../../src/database/connect.ts'
import { inTransaction } from '../../src/database/transaction.ts'
import { Semaphore, writersAtOnce } from '../../src/concurrency/semaphore.ts'
import { underDeadline } from '../../src/concurrency/request-deadline.ts'
import { Busy } from '../../src/contract/errors.ts'
import { forEachDatabase } from '../database.ts'

const WAITING = { timeout: 1_500 }

/** Lets `count` writers through at the same time, who all stay until told to leave. */
async function occupy (writers: Semaphore, count: number) {
  let leave = () => {}
  const told = new Promise<void>(resolve => { leave = resolve })
  const passed = Array.from({ length: count }, () => writers.run(() => told))
  return { leave: async () => { leave(); await Promise.all(passed) } }
}

/** How many it lets through at once. */
async function placesOf (writers: Semaphore): Promise<number> {
  let inside = 0
  let most = 0
  await Promise.allSettled(Array.from({ length: 20 }, () => writers.run(async () => {
    most = Math.max(most, ++inside)
    await sleep(1)
    inside--
  })))
  return most
}

t.test('two connections are left to readers, and one writer is always let through', async t => {
  for (const [connections, places] of [[1, 1], [2, 1], [3, 1], [4, 2], [10, 8]] as const) {
    t.equal(await placesOf(new Semaphore(writersAtOnce(connections), WAITING)), places, `${connections} connections`)
  }
})

t.test('what is done inside is what comes out', async t => {
  const writers = new Semaphore(1, WAITING)
  t.equal(await writers.run(async () => 'result'), 'result')
  await t.rejects(writers.run(async () => { throw new Error('second thoughts') }), { message: 'second thoughts' })
  t.equal(await writers.run(async () => 'and on'), 'and on')
})

t.test('who waits is let through in the order of coming', async t => {
  const writers = new Semaphore(1, WAITING)
  const order: number[] = []
  await Promise.all([1, 2, 3, 4].map(async i => writers.run(async () => { await sleep(1); order.push(i) })))
  t.same(order, [1, 2, 3, 4])
})

t.test('who waits too long is refused as busy, and does nothing later', async t => {
  const writers = new Semaphore(1, { ...WAITING, timeout: 20 })
  const inside = await occupy(writers, 1)
  let done = false
  const refused = writers.run(async () => { done = true })
  await t.rejects(refused, { message: 'no turn within 20 ms; 0 more are queued' })
  t.ok(await refused.catch((error: unknown) => error) instanceof Busy)
  await inside.leave()
  await sleep(5)
  t.notOk(done)
  t.equal(await placesOf(writers), 1, 'and takes no place')
})

t.test('who has no time left for its request hardly waits, and is let in at once where there is a place', async t => {
  const writers = new Semaphore(1, { timeout: 1_000_000 })
  const late = (work: () => Promise<string>) => underDeadline({ left: () => 0 }, () => writers.run(work))
  const inside = await occupy(writers, 1)
  await t.rejects(late(async () => ''), { message: 'no turn within 100 ms; 0 more are queued' })
  await inside.leave()
  t.equal(await late(async () => 'result'), 'result')
})

t.test('no place is ever lost or made up, whoever fails or gives up', async () => {
  const visit = fc.record({ comes: fc.nat(8), stays: fc.nat(8), fails: fc.boolean() })
  const places = fc.integer({ min: 1, max: 4 })
  await fc.assert(fc.asyncProperty(places, fc.array(visit, { maxLength: 12 }), async (places, visits) => {
    const writers = new Semaphore(places, { ...WAITING, timeout: 5 })
    await Promise.allSettled(visits.map(async ({ comes, stays, fails }) => {
      await sleep(comes)
      await writers.run(async () => {
        await sleep(stays)
        if (fails) throw new Error()
      })
    }))
    const inside = await occupy(writers, places)
    const refused = await writers.run(async () => {}).then(() => false, error => error instanceof Busy)
    await inside.leave()
    return refused
  }), { numRuns: 40 })
})

forEachDatabase('a reader', async (t, { address }) => {
  t.test('finds a connection however many want to write', async t => {
    const { db, pool, close } = connect(address, { max: 4, onLost: () => {} })
    t.teardown(close)
    const semaphore = new Semaphore(writersAtOnce(pool.options.max), { ...WAITING, timeout: 100 })
    const writers = Array.from({ length: 12 }, () => semaphore.run(() => inTransaction(db, async trx => {
      await sql`select pg_sleep(0.3)`.execute(trx)
    })))
    const settled = Promise.allSettled(writers)
    await sleep(30)
    t.equal((await sql<{ one: number }>`select 1 as one`.execute(db)).rows[0]!.one, 1)
    t.equal(pool.waitingCount, 0)
    const refused = (await settled).filter(({ status }) => status === 'rejected')
    t.equal(refused.length, 12 - Math.max(1, pool.options.max - 2))
  })
})
