import { gunzipSync } from 'node:zlib'
import { ADMIN, forEachDatabase } from '../../database.ts'

const SOURCE = { name: 'Nguồn', precedence: 5, synthetic: false }

forEachDatabase('an answer that the client has already', async (t, { app, get, put, post }) => {
  const etagOf = async (url: string) => String((await get(url)).headers['etag'])

  t.test('is not sent again', async t => {
    for (const url of ['/v1/units?level=district', '/v1/units/H56', '/v1/periods/2021-H1', '/v1/reports/H56/2021-H1', '/v1/on-time?period=2021-Q3']) {
      const etag = await etagOf(url)
      t.match(etag, /^W\/"[\w-]{27}"$/)
      const { status, headers, text } = await get(url, { 'if-none-match': etag })
      t.equal(status, 304, url)
      t.equal(text, '')
      t.equal(headers['etag'], etag)
      t.equal(headers['cache-control'], 'private, no-cache')
      t.notOk('content-type' in headers)
    }
  })

  t.test('is recognised however the tag is written', async t => {
    const etag = await etagOf('/v1/levels')
    for (const header of [etag, etag.slice(2), `"other", ${etag}`, `W/"a",${etag.slice(2)} , "b"`, '*', ' * ']) {
      t.equal((await get('/v1/levels', { 'if-none-match': header })).status, 304, header)
    }
    for (const header of ['"other"', '', etag.slice(3, -1), `"${etag}"`, 'W/""']) {
      t.equal((await get('/v1/levels', { 'if-none-match': header })).status, 200, header)
    }
  })

  t.test('is sent again once it has changed', async t => {
    const etag = await etagOf('/v1/sources')
    t.equal((await put('/v1/sources/new', SOURCE)).status, 200)
    const { status, headers, body } = await get('/v1/sources', { 'if-none-match': etag })
    t.equal(status, 200)
    t.not(headers['etag'], etag)
    t.ok(body.items.some(({ code }: { code: string }) => code === 'new'))
  })

  t.test('is told apart from an error, which has no tag', async t => {
    for (const url of ['/v1/units/none', '/v1/units?colour=red', '/nowhere']) {
      const { status, headers } = await get(url, { 'if-none-match': '*' })
      t.ok(status >= 400, url)
      t.notOk('etag' in headers)
    }
  })

  t.test('is told apart from the answer to a change, which has no tag but the version of a row', async t => {
    for (const [method, url, payload] of [['POST', '/v1/procedures', { items: [] }], ['PUT', '/v1/sources/new', SOURCE]] as const) {
      const { statusCode, headers } = await app.inject({ method, url, payload, headers: { ...ADMIN, 'if-none-match': '*' } })
      t.equal(statusCode, 200)
      t.equal(headers['etag'], method === 'PUT' ? '"1"' : undefined)
    }
    t.match(await post('/v1/procedures?dry_run=true', { items: [] }), { status: 200 })
  })

  t.test('is the same answer compressed or not', async t => {
    const plain = await get('/v1/units')
    const { headers, rawPayload } = await app.inject({ url: '/v1/units', headers: { 'accept-encoding': 'gzip' } })
    t.equal(headers['content-encoding'], 'gzip')
    t.ok(rawPayload.length < plain.text.length / 5)
    t.equal(gunzipSync(rawPayload).toString(), plain.text)
    t.equal(headers['etag'], plain.headers['etag'])
    const { statusCode } = await app.inject({
      url: '/v1/units', headers: { 'accept-encoding': 'gzip', 'if-none-match': String(headers['etag']) }
    })
    t.equal(statusCode, 304)
  })
})
