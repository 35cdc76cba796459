import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { request, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import t, { type Test } from 'tap'
import { fastify } from 'fastify'
import { buildApp } from '../../../src/app.ts'
import { waitAtMost } from '../../../src/concurrency/request-deadline.ts'
import { connect } from '../../../src/database/connect.ts'
import { ServiceClient } from '../../../src/database/service-client.ts'
import { giveDeadlines } from '../../../src/http/request/deadline.ts'
import { ADMIN, forEachDatabase } from '../../database.ts'
import { documentedRequest, operationsOf, type Document } from '../../openapi/contract.ts'

const text = await readFile(new URL('../../../openapi/openapi.json', import.meta.url), 'utf8')
const operations = operationsOf(JSON.parse(text) as Document).filter(({ path }) => path.startsWith('/v1/'))

/** Streams and files: they take as long as they take. */
const STREAMS = ['importDossiers']

/** Of the service itself, beside the requests. */
function isLookForJobs (text: string): boolean {
  return /select id, procedures, client from procedure_corrections\s+where state in/.test(text) ||
    /from waiting_dossiers\s+where (missing_unit is not null and )?not failed/.test(text)
}

/** Collects the statements from here on, each with how long it would wait at most. */
function watchStatements (t: Test): { text: string, most: number }[] {
  const statements: { text: string, most: number }[] = []
  // eslint-disable-next-line @typescript-eslint/unbound-method -- it is called with its client below
  const { query } = ServiceClient.prototype
  t.teardown(() => { ServiceClient.prototype.query = query })
  ServiceClient.prototype.query = function (this: ServiceClient, text: unknown, ...more) {
    statements.push({ text: String(text), most: waitAtMost(Infinity) })
    return query.call(this, text, ...more)
  }
  return statements
}

forEachDatabase('the deadline of a request', async (t, { app, db, post, get }) => {
  t.test('holds for every statement of every operation, of whatever feature', async t => {
    const statements = watchStatements(t)
    for (const operation of operations.filter(({ operationId }) => !STREAMS.includes(operationId))) {
      const { headers, ...request } = documentedRequest(operation)
      statements.length = 0
      await app.inject({ ...request, headers: { ...ADMIN, ...headers } } as object)
      t.not(statements.length, 0, operation.operationId)
      const unlimited = statements.filter(({ most }) => most === Infinity)
      t.same(unlimited.filter(({ text }) => !isLookForJobs(text)), [], operation.operationId)
    }
  })

  t.test('is not that of a stream once it is open, nor of a spreadsheet, nor of the later pages of a file', async t => {
    const statements = watchStatements(t)
    const dossiers = await post('/v1/dossiers?source=one-stop', '{}\n', { 'content-type': 'application/x-ndjson' })
    t.equal(dossiers.status, 422)
    const opening = statements.filter(({ most }) => most < Infinity)
    t.match(opening.at(-1), { text: 'commit' }, 'its import is opened like any write')
    t.equal(statements.indexOf(opening.at(-1)!), opening.length - 1)
    t.match(statements.at(-1), { text: 'commit', most: Infinity })

    statements.length = 0
    t.equal((await get('/v1/levels?format=xlsx')).status, 200)
    t.match(statements.filter(({ text }) => /from "?levels/.test(text)), [{ most: Infinity }])

    statements.length = 0
    await sql`insert into fields select 'f' || n, 'Lĩnh vực ' || n, n from generate_series(1001, 31000) as n`.execute(db)
    t.equal((await get('/v1/fields?format=csv', ADMIN)).status, 200)
    const [first, ...later] = statements.filter(({ text }) => /from "?fields/.test(text)).map(({ most }) => most)
    t.ok(first! < Infinity)
    t.same(later, [Infinity, Infinity, Infinity])
  })
})

forEachDatabase('a request with no time left', async (t, { address, db }) => {
  // Every wait would take seconds here by its own limit.
  const { pool, close, ...own } = connect(address, { max: 2, onLost: () => {}, timeLimits: 'relaxed' })
  const { max, connectionTimeoutMillis } = pool.options
  const counts = { totalCount: 0, idleCount: 0, waitingCount: 0 }
  const options = { max, connectionTimeoutMillis, requestMillis: 0 }
  const app = await buildApp({ db: own.db, pool: { ...counts, options } })
  t.teardown(async () => { await app.close(); await close() })
  const payload = { items: [{ unit: 'H56-380', period: '2021-Q4', source: 'one-stop', field: 'land', received: 7, resolved: 7 }] }
  const send = () => app.inject({ method: 'POST', url: '/v1/dossier-statistics', headers: ADMIN, payload })
  const read = () => app.inject({ url: '/v1/dossier-statistics?period=2021-Q4' })
  const refused = async (what: () => ReturnType<typeof send>) => {
    const { statusCode, headers, json } = await what()
    return { status: statusCode, after: headers['retry-after'], code: json<{ code: string }>().code }
  }
  const BUSY = { status: 503, after: '1', code: 'busy' }

  t.test('is served where there is nothing to wait for', async t => {
    const { statusCode } = await app.inject({
      method: 'POST', url: '/v1/dossier-statistics?dry_run=true', headers: ADMIN, payload
    })
    t.equal(statusCode, 200)
  })

  t.test('does not wait until a connection is free', async t => {
    const held = await Promise.all(Array.from({ length: max }, () => pool.connect()))
    // Has waited before them, and goes on to.
    const waiting = pool.connect()
    for (const what of [send, read]) {
      t.same(await Promise.race([refused(what), waiting]), BUSY)
    }
    for (const client of held) client.release()
    ;(await waiting).release()
    const all = await Promise.all(Array.from({ length: max }, () => pool.connect()))
    for (const client of all) client.release()
    t.equal(pool.waitingCount, 0, 'and no connection is lost')
  })

  t.test('does not wait for a lock, and nothing of it is written', { skip: 'host' in address && 'has one session' }, async t => {
    const holder = await db.startTransaction().execute()
    await sql`lock table dossier_statistics in access exclusive mode`.execute(holder)
    const waiting = db.selectFrom('dossier_statistics').select('unit').limit(1).execute()
    for (const what of [send, read]) t.same(await Promise.race([refused(what), waiting]), BUSY)
    await holder.rollback().execute()
    await waiting
    t.same((await read()).json().items, [])
    t.match((await send()).json(), { received: 1, created: 1 }, 'and it can be sent again')
  })
})

t.test('the deadline of a batch is as much later as it has rows, and its body may take its time', async t => {
  const app = fastify()
  t.teardown(() => app.close())
  giveDeadlines(app, 1_000_000)
  const left: number[] = []
  let headersRead = () => {}
  app.addHook('preParsing', async ({ deadline }) => {
    left.push(deadline.left())
    await sleep(2)
    left.push(deadline.left())
    headersRead()
  })
  app.post('/', async () => waitAtMost(1_000_000_000))
  await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.server.address() as AddressInfo
  /** How long the handler would wait at most. Its body arrives by itself, as from far away. */
  const most = async (body: object | null) => {
    const arrived = new Promise<void>(resolve => { headersRead = resolve })
    const sending = request({ port, method: 'POST', path: '/', headers: { 'content-type': 'application/json' } })
    sending.flushHeaders()
    await arrived
    sending.end(JSON.stringify(body))
    const [response] = await once(sending, 'response') as [IncomingMessage]
    return Number(Buffer.concat(await response.toArray()).toString())
  }
  t.ok(await most(null) <= 1_000_000)
  t.ok(await most([]) <= 1_000_000)
  t.ok(await most({ items: 'none' }) <= 1_000_000)
  const ofRows = await most({ items: Array(200_000).fill(0) })
  t.ok(ofRows > 1_050_000 && ofRows <= 1_100_000)
  for (const at of [0, 2, 4, 6]) t.equal(left[at + 1], left[at])
})
