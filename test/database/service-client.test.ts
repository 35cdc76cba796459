import { connect as dial, createServer, type AddressInfo, type Socket } from 'node:net'
import { once } from 'node:events'
import { join } from 'node:path'
import { sql } from 'kysely'
import t, { type Test } from 'tap'
import { connect } from '../../src/database/connect.ts'
import { allowSlowStatements, TIME_LIMITS } from '../../src/database/time-limits.ts'
import { inTransaction } from '../../src/database/transaction.ts'
import { openEmbedded } from '../database.ts'

const { usual: DEADLINE } = TIME_LIMITS.interactive.deadlines

/** A cable to a real database, which can be pulled: then nothing comes through, and nobody is told. */
async function cableTo (t: Test, path: string) {
  const sockets = new Set<Socket>()
  let pulled = false
  const server = createServer(near => {
    const far = dial(path)
    for (const [from, to] of [[near, far], [far, near]] as const) {
      sockets.add(from)
      from.on('data', data => { if (!pulled) to.write(data) })
      from.on('close', () => { sockets.delete(from); to.destroy() })
      from.on('error', () => {})
    }
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => { server.close(); for (const socket of sockets) socket.destroy() })
  const { port } = server.address() as AddressInfo
  return {
    connectionString: `postgres://postgres@127.0.0.1:${port}/postgres`,
    pull: () => { pulled = true },
    mend: () => { pulled = false }
  }
}

t.test('a database behind a cable', async t => {
  const address = await openEmbedded(t) as { host: string }
  const cable = await cableTo(t, join(address.host, '.s.PGSQL.5432'))
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
