import { ADMIN, forEachDatabase } from '../../database.ts'

forEachDatabase('an address', async (t, { app, get, post }) => {
  const allowed = async (method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS', url: string) => {
    const { statusCode, headers, body } = await app.inject({ method, url, headers: ADMIN })
    t.match(headers['content-type'], /^application\/problem\+json/)
    t.match(JSON.parse(body), { code: statusCode === 405 ? 'method_not_allowed' : 'not_found', status: statusCode })
    return statusCode === 405 ? headers['allow'] : statusCode
  }

  t.test('that does not take a method says which ones it takes', async t => {
    t.equal(await allowed('DELETE', '/v1/units'), 'GET, HEAD, POST')
    t.equal(await allowed('PATCH', '/v1/units/H56?a=1'), 'GET, HEAD, PUT')
    t.equal(await allowed('PUT', '/v1/dossiers'), 'GET, HEAD, POST')
    t.equal(await allowed('POST', '/v1/clients/x'), 'GET, HEAD, PUT')
    t.equal(await allowed('OPTIONS', '/livez'), 'GET, HEAD')
    t.equal(await allowed('POST', '/v1/nowhere'), 404)
  })

  t.test('that has a slash too much leads to the one without', async t => {
    for (const [url, location] of Object.entries({
      '/v1/units/': '/v1/units', '/v1/units/?level=district&q=a/': '/v1/units?level=district&q=a/', '/v1/units/H56/': '/v1/units/H56'
    })) t.match(await get(url), { status: 308, headers: { location } }, url)
    t.match(await post('/v1/procedures/', { items: [] }), {
      status: 404, body: { code: 'not_found', detail: /without the slash at its end there is: \/v1\/procedures$/ }
    })
    for (const url of ['/v1/nowhere/', '//evil.example/']) t.equal((await get(url)).status, 404, url)
    t.equal((await get('/docs/')).status, 200)
  })
})

forEachDatabase('a body of another type is told which ones are taken', async (t, { app, post }) => {
  const detailOf = async (url: string) => {
    const { status, body } = await post(url, 'text', { 'content-type': 'text/plain' })
    t.equal(status, 415)
    return body.detail
  }
  t.equal(await detailOf('/v1/procedures'), 'this takes application/json, text/csv')
  t.equal(await detailOf('/v1/dossiers?source=one-stop'),
    'this takes application/json, application/x-ndjson, application/ndjson, application/jsonl')
  await app.inject({ method: 'PUT', url: '/v1/clients/x', payload: { name: 'x', scopes: ['read'] }, headers: ADMIN })
  t.equal(await detailOf('/v1/clients/x/keys'), 'this takes no body')
})
