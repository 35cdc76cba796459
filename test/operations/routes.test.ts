import { sql } from 'kysely'
import { forEachDatabase } from '../database.ts'
import { buildApp } from '../../src/app.ts'
import { turnReadOnly } from '../read-only.ts'

forEachDatabase('whoever operates the service', async (t, { get, db }) => {
  t.test('is told that it runs, and that it reaches its database', async t => {
    t.match(await get('/livez'), { status: 200, body: { status: 'ok' } })
    t.match(await get('/readyz'), { status: 200, body: { status: 'ok' } })
  })

  t.test('can measure how long each route takes, and how it ends', async t => {
    await get('/v1/units/H56')
    await get('/v1/units/H56-380')
    await get('/v1/units/none')
    await get('/nowhere')
    const { status, headers, text } = await get('/metrics')
    t.equal(status, 200)
    t.match(headers['content-type'], /^text\/plain; version=0\.0\.4/)
    const count = (labels: string) => new RegExp(`^http_request_duration_seconds_count\\{${labels}\\} (\\d+)$`, 'm').exec(text)?.[1]
    t.equal(count('method="GET",route="/v1/units/:code",status="200"'), '2')
    t.equal(count('method="GET",route="/v1/units/:code",status="404"'), '1')
    t.equal(count('method="GET",route="none",status="404"'), '1')
  })

  t.test('finds the contract and its page', async t => {
    t.match((await get('/openapi.json')).body, { openapi: '3.1.0', info: { title: 'Administrative-reform statistics' } })
    t.match(await get('/'), { status: 302, headers: { location: '/docs' } }, 'and is led there from the root')
    const page = await get('/docs/')
    t.match(page, { status: 200, headers: { 'content-type': /^text\/html/ } })
    t.match(page.text, /swagger/i)
  })

  t.test('is not misled by a database that answers with an error', async t => {
    await sql`alter table levels rename to levels_of_old`.execute(db)
    t.equal((await get('/v1/levels')).status, 500)
    t.equal((await get('/readyz')).status, 200)
    await sql`alter table levels_of_old rename to levels`.execute(db)
    t.equal((await get('/v1/levels')).status, 200)
  })
})

forEachDatabase('whether the service is ready asks the database at most once a second', async (t, { db }) => {
  let now = Date.now()
  const app = await buildApp({ db, now: () => now })
  t.teardown(() => app.close())
  const ask = async () => (await app.inject('/readyz')).statusCode
  t.equal(await ask(), 200)
  await sql`alter table change_feed rename to change_feed_of_old`.execute(db)
  t.equal(await ask(), 200)
  now += 1_000
  t.equal(await ask(), 500)
  await sql`alter table change_feed_of_old rename to change_feed`.execute(db)
  t.equal(await ask(), 200, 'and goes on asking one that does not answer')
})

forEachDatabase('a server that is read-only, as during a failover', async (t, service) => {
  const { get, post } = service
  const url = '/v1/dossier-statistics'
  const body = { items: [{ unit: 'H56-380', period: '2024-Q1', source: 'one-stop', received: 1 }] }
  const unavailable = { status: 503, headers: { 'retry-after': '1' }, body: { code: 'database_unavailable' } }
  // Several connections, of which a failed write uses one.
  await Promise.all(Array.from({ length: 8 }, () => get('/v1/units')))
  const endFailover = await turnReadOnly(service)
  const available = async (request: () => ReturnType<typeof get>) => {
    const answer = await request()
    return answer.body.code === 'database_unavailable' ? request() : answer
  }

  t.test('is unavailable for every write, and the service not ready', async t => {
    // Connections that the test has cut are replaced first.
    await Promise.all(Array.from({ length: 8 }, () => get('/v1/units')))
    t.match(await post(url, body), unavailable)
    t.match(await post(url, body, { 'idempotency-key': 'a' }), unavailable)
    t.match(await service.put('/v1/sources/one-stop', { name: 'x', precedence: 1, synthetic: false }), unavailable)
    t.match(await service.delete('/v1/clients/tests/keys/0123456789abcdef'), unavailable)
    t.match(await get('/readyz'), unavailable)
    t.equal((await get('/livez')).status, 200)
    t.equal((await available(() => get('/v1/on-time?period=2021-Q3'))).status, 200, 'and still answers questions')
  })

  t.test('is left for the new primary as soon as one write fails', async t => {
    await Promise.all(Array.from({ length: 8 }, (_, i) => get(`/v1/units?limit=${i + 1}`)))
    await endFailover()
    t.equal((await available(() => post(url, body))).status, 200)
    const answers = await Promise.all(Array.from({ length: 8 }, () => post(url, body)))
    t.same(answers.map(({ status }) => status), answers.map(() => 200))
    t.equal((await get('/readyz')).status, 200)
  })
})
