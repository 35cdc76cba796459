import { sql } from 'kysely'
import { forEachDatabase } from '../database.ts'

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
    t.match(text, /^process_cpu_seconds_total \d/m)
    t.match(text, /^nodejs_eventloop_lag_seconds \d/m)
  })

  t.test('finds the contract and its page', async t => {
    t.match((await get('/openapi.json')).body, { openapi: '3.1.0', info: { title: 'Administrative-reform statistics' } })
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
