import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import t, { type Test } from 'tap'
import { buildApp } from '../../../src/app.ts'
import { connect, type Address } from '../../../src/database/connect.ts'
import { startEmbedded } from '../../../src/database/embedded/embedded.ts'
import { ADMIN, forEachDatabase } from '../../database.ts'
import { copyTemplate } from '../../embedded.ts'

async function appOn (t: Test, address: Address) {
  const { db, close } = connect(address, { max: 2, onLost: () => {} })
  const app = await buildApp({ db, http: { maxEventLoopDelay: 0 } })
  t.teardown(async () => { await app.close(); await close() })
  return { app }
}

/** What someone outside may learn when the database fails: to try again, and nothing of the inside. */
async function unavailable (t: Test, app: Awaited<ReturnType<typeof buildApp>>) {
  for (const url of ['/v1/units', '/v1/units?format=csv', '/v1/on-time?period=2021-Q3', '/readyz']) {
    const { statusCode, headers, body } = await app.inject(url)
    t.equal(statusCode, 503, url)
    t.match(headers, { 'retry-after': '1', 'content-type': /^application\/problem\+json/ })
    t.equal(headers['content-disposition'], undefined, 'and is no file')
    t.same(JSON.parse(body), {
      type: 'urn:cchc:problem:database_unavailable',
      title: 'The database is not available; try again',
      status: 503,
      code: 'database_unavailable',
      detail: 'The database is not available; try again',
      errors: []
    })
  }
  const payload = { items: [{ unit: 'H56', period: '2021-H1', source: 'x', received: 1 }] }
  t.equal((await app.inject({ method: 'POST', url: '/v1/dossier-statistics', headers: ADMIN, payload })).statusCode, 503)
  t.equal((await app.inject('/livez')).statusCode, 200)
}

t.test('a database that nobody serves is unavailable', async t => {
  await unavailable(t, (await appOn(t, { connectionString: 'postgres://nobody:secret@127.0.0.1:1/none' })).app)
  await unavailable(t, (await appOn(t, { host: join(tmpdir(), 'no-such-socket'), user: 'nobody', database: 'none' })).app)
})

t.test('a database that takes connections and says nothing is unavailable', async t => {
  const server = createServer().listen(0, '127.0.0.1')
  t.teardown(() => { server.close() })
  await new Promise(resolve => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  const { app } = await appOn(t, { connectionString: `postgres://nobody@127.0.0.1:${port}/none` })
  t.equal((await app.inject('/v1/levels')).statusCode, 503)
})

t.test('a database that goes away is unavailable until it is back', async t => {
  const folder = await copyTemplate(t)
  const embedded = await startEmbedded(folder)
  const { app } = await appOn(t, embedded.address)
  t.equal((await app.inject('/v1/units')).statusCode, 200)
  await embedded.close()
  await unavailable(t, app)
  const back = await startEmbedded(folder)
  t.teardown(() => back.close())
  t.equal((await app.inject('/v1/units')).statusCode, 200)
  t.equal((await app.inject('/readyz')).statusCode, 200)
})

forEachDatabase('a database whose connections are all in use is busy', async (t, { address }) => {
  const { pool, db, close } = connect({ ...address, connectionTimeoutMillis: 100 }, { max: 1, onLost: () => {} })
  const app = await buildApp({ db, http: { maxEventLoopDelay: 0 } })
  t.teardown(async () => { await app.close(); await close() })
  const client = await pool.connect()
  t.match(await app.inject('/v1/levels'), { statusCode: 503, headers: { 'retry-after': '1' }, body: /"code":"busy"/ })
  client.release()
  t.match(await app.inject('/v1/levels'), { statusCode: 200 })
})

forEachDatabase('an error of the database', async (t, { app, db, get }) => {
  app.get('/raise/:state', async request => {
    const { state } = request.params as { state: string }
    await sql`do ${sql.lit(`begin raise exception 'table secrets of host 10.0.0.1' using errcode = '${state}'; end`)}`.execute(db)
  })
  app.get('/throw', async () => { throw new TypeError('Cannot read properties of undefined') })
  app.get('/inexact', async () => (await sql`select 9007199254740993`.execute(db)).rows)

  t.test('that passes by itself asks to try again', async t => {
    for (const [state, meaning] of Object.entries({
      40001: 'serialization failure', '40P01': 'deadlock', '55P03': 'lock not available', 57014: 'statement timeout',
      '25P03': 'idle in transaction'
    })) {
      t.match(await get(`/raise/${state}`), { status: 503, headers: { 'retry-after': '1' }, body: { code: 'busy' } }, meaning)
    }
    for (const [state, meaning] of Object.entries({
      '08006': 'connection failure', '57P01': 'shutdown', '57P03': 'starting up', 53300: 'too many connections',
      25006: 'read-only, as a standby is'
    })) {
      t.match(await get(`/raise/${state}`), { status: 503, headers: { 'retry-after': '1' }, body: { code: 'database_unavailable' } }, meaning)
    }
  })

  t.test('tells of a full disk', async t => {
    t.match(await get('/raise/53100'), { status: 507, body: { code: 'storage_full', detail: 'The storage is full' } })
  })

  t.test('that nobody foresaw tells nothing of the inside', async t => {
    for (const url of ['/raise/22012', '/raise/XX000', '/throw', '/inexact']) {
      const { status, headers, body } = await get(url)
      t.equal(status, 500, url)
      t.notOk('retry-after' in headers)
      t.same(body, {
        type: 'urn:cchc:problem:internal', title: 'The service failed', status: 500, code: 'internal',
        detail: 'The service failed', errors: []
      })
    }
  })

  t.test('is told in the same form as an address that leads nowhere', async t => {
    t.match(await get('/v2/units?limit=1'), {
      status: 404, headers: { 'content-type': /^application\/problem\+json/ },
      body: { code: 'not_found', detail: 'there is no GET /v2/units', errors: [] }
    })
  })

  t.test('is data like any answer, which no browser takes for a page', async t => {
    for (const url of ['/v1/levels', '/v1/units?format=csv', '/v1/units/none', '/livez']) {
      t.match((await get(url)).headers, { 'x-content-type-options': 'nosniff', 'content-security-policy': /default-src 'none'/ })
    }
  })
})
