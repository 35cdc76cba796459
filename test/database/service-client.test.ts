import { sql } from 'kysely'
import t, { type Test } from 'tap'
import { underDeadline } from '../../src/concurrency/request-deadline.ts'
import { connect, type Db } from '../../src/database/connect.ts'
import { allowSlowStatements, TIME_LIMITS } from '../../src/database/time-limits.ts'
import { attempt, inTransaction } from '../../src/database/transaction.ts'
import { copyDatabase } from '../copies.ts'
import { forEachDatabase } from '../database.ts'
import { cableTo } from './cable.ts'

const { usual: DEADLINE } = TIME_LIMITS.interactive.deadlines

t.test('a database behind a cable', async t => {
  const cable = await cableTo(t, await copyDatabase(t))
  const lost: Error[] = []
  const { connectionString } = cable
  const { db, pool, close } = connect({ connectionString }, { max: 2, onLost: error => lost.push(error) })
  t.teardown(close)

  t.test('is given up when it says nothing, with the connections that nobody uses', async t => {
    for (const client of await Promise.all([pool.connect(), pool.connect()])) client.release()
    t.equal((await pool.query('select 1 as one')).rows[0].one, 1)
    t.equal(pool.idleCount, 2)
    cable.pull()
    const since = performance.now()
    await t.rejects(sql`select 1`.execute(db), { message: /Connection terminated/ })
    const waited = performance.now() - since
    t.ok(waited >= DEADLINE - 50 && waited < DEADLINE + 1_000, `${waited} ms`)
    await new Promise(resolve => setTimeout(resolve, 100))
    t.equal(pool.totalCount, 0)
    t.not(lost.length, 0)
  })

  t.test('is found again when it is there again', async t => {
    cable.mend()
    t.match((await sql`select 1 as one`.execute(db)).rows, [{ one: 1 }])
  })

  t.test('may take longer within a transaction that says so, and only there', async t => {
    const slow = sql`select pg_sleep(${(DEADLINE + 300) / 1_000})`
    await t.resolves(inTransaction(db, async trx => { await allowSlowStatements(trx); return slow.execute(trx) }))
    await t.rejects(slow.execute(db))
  })
})

const FULL = `${TIME_LIMITS.relaxed.lock_timeout / 1_000}s`

forEachDatabase('a statement waits for a lock', async (t, { db }) => {
  const limit = async (db: Db) => (
    (await sql<{ limit: string }>`select current_setting('lock_timeout') as limit`.execute(db)).rows[0]!.limit)
  /** What a request has left that takes a step after each statement. */
  let left = Infinity
  const request = <R>(work: () => R) => underDeadline({ left: () => left }, work)
  t.afterEach(() => { left = Infinity })
  const next = async (t: Test) => { t.equal(await limit(db), FULL, 'and the next request has all of its time') }

  t.test('as long as its request has time left', async t => {
    left = 8_000
    t.equal(await request(() => limit(db)), '8s')
    left = 250
    t.equal(await request(() => limit(db)), '200ms')
    left = -1
    t.equal(await request(() => limit(db)), '100ms')
    await next(t)
  })

  t.test('ever shorter within a transaction, whether that is kept or not', async t => {
    for (const dryRun of [false, true]) {
      await request(() => inTransaction(db, async trx => {
        t.equal(await limit(trx), FULL)
        left = 250
        t.equal(await limit(trx), '200ms')
        left = 0
        t.equal(await limit(trx), '100ms')
      }, { dryRun }))
      await next(t)
      left = Infinity
    }
  })

  t.test('shorter after a failure as well', async t => {
    left = 250
    await t.rejects(request(() => inTransaction(db, async trx => {
      await sql`select 1 / 0`.execute(trx).catch(() => {})
      left = 0
      await sql`select 1`.execute(trx)
    })), { code: '25P02' }, 'the error is that of the transaction')
    await next(t)
  })

  t.test('shorter after a step that is rolled back to its savepoint', async t => {
    await request(() => inTransaction(db, async trx => {
      left = 8_000
      await attempt(trx, '22012', async () => {
        left = 250
        await sql`select 1 / 0`.execute(trx)
      })
      t.equal(await limit(trx), '200ms')
    }))
    await next(t)
  })

  t.test('for all of its time where the transaction says that it is slow', async t => {
    left = 250
    await request(() => inTransaction(db, async trx => {
      t.equal(await limit(trx), '200ms')
      await allowSlowStatements(trx)
      t.equal(await limit(trx), FULL)
      await attempt(trx, '22012', async () => { await sql`select 1 / 0`.execute(trx) })
      left = 0
      t.equal(await limit(trx), FULL)
    }))
    t.equal(await request(() => limit(db)), '100ms', 'and only there')
    await next(t)
  })
})

forEachDatabase('a request whose time is over', async (t, { address }) => {
  const late = <R>(work: () => R) => underDeadline({ left: () => 0 }, work)

  t.test('waits hardly for a connection, and takes none away', async t => {
    const { db, pool, close } = connect(address, { max: 1, onLost: () => {}, timeLimits: 'relaxed' })
    t.teardown(close)
    const held = await pool.connect()
    const refused = late(() => sql`select 1`.execute(db))
    await t.rejects(refused, { message: 'no connection within 100 ms' })
    held.release()
    t.match((await late(() => sql`select 1 as one`.execute(db))).rows, [{ one: 1 }])
    t.equal(pool.waitingCount, 0)
    // As what counts the connections does: with a callback.
    await late(() => new Promise<void>((resolve, reject) => {
      pool.connect((error, client, release) => { release(); if (client === undefined) reject(error!); else resolve() })
    }))
  })

  t.test('learns that there is no database', async t => {
    const nowhere = connect({ connectionString: 'postgres://127.0.0.1:1/none' }, { max: 1, onLost: () => {} })
    t.teardown(nowhere.close)
    await t.rejects(late(() => sql`select 1`.execute(nowhere.db)), { code: 'ECONNREFUSED' })
  })
})
