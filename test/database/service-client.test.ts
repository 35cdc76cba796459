import { sql } from 'kysely'
import t from 'tap'
import { connect, type EmbeddedAddress } from '../../src/database/connect.ts'
import { allowSlowStatements, TIME_LIMITS } from '../../src/database/time-limits.ts'
import { inTransaction } from '../../src/database/transaction.ts'
import { openEmbedded } from '../database.ts'
import { cableTo } from './cable.ts'

const { usual: DEADLINE } = TIME_LIMITS.interactive.deadlines

t.test('a database behind a cable', async t => {
  const { host } = await openEmbedded(t) as EmbeddedAddress
  const cable = await cableTo(t, host)
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
