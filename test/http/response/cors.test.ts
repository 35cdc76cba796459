import { buildApp } from '../../../src/app.ts'
import type { Origins } from '../../../src/http/response/cors.ts'
import { forEachDatabase } from '../../database.ts'

const PREFLIGHT = {
  'access-control-request-method': 'POST',
  'access-control-request-headers': 'authorization,content-type,idempotency-key,if-match,if-none-match,traceparent,x-api-key,x-reason'
}

forEachDatabase('a page of another origin', async (t, { app, db }) => {
  const withOrigins = async (corsOrigins: Origins) => {
    const app = await buildApp({ db, http: { corsOrigins } })
    t.teardown(() => app.close())
    return app
  }

  t.test('may read nothing, unless its origin is allowed', async t => {
    const { headers } = await app.inject({ url: '/v1/levels', headers: { origin: 'https://bi.example.vn' } })
    t.notOk(Object.keys(headers).some(name => name.startsWith('access-control-')))
    t.match(await app.inject({ method: 'OPTIONS', url: '/v1/levels', headers: { origin: 'https://bi.example.vn', ...PREFLIGHT } }), {
      statusCode: 405
    })
  })

  t.test('of those that are allowed may read answers and errors, and may ask before it sends', async t => {
    const app = await withOrigins(['https://bi.example.vn', 'http://localhost:8080'])
    for (const origin of ['https://bi.example.vn', 'http://localhost:8080']) {
      for (const url of ['/v1/levels', '/v1/units/none', '/nowhere', '/openapi.json']) {
        const { headers } = await app.inject({ url, headers: { origin } })
        t.match(headers, { 'access-control-allow-origin': origin, vary: /Origin/ }, url)
        t.notOk('access-control-allow-credentials' in headers)
        for (const name of ['ETag', 'Link', 'Retry-After', 'RateLimit-Remaining', 'Idempotency-Replayed', 'X-Request-Id']) {
          t.match(headers['access-control-expose-headers'], new RegExp(`\\b${name}\\b`))
        }
      }
      const { statusCode, headers } = await app.inject({ method: 'OPTIONS', url: '/v1/procedures', headers: { origin, ...PREFLIGHT } })
      t.match({ statusCode, origin: headers['access-control-allow-origin'] }, { statusCode: 204, origin })
      t.match(headers['access-control-allow-methods'], /\bPOST\b.*\bPUT\b/)
      const allowed = String(headers['access-control-allow-headers']).toLowerCase().split(', ')
      t.same(PREFLIGHT['access-control-request-headers'].split(',').filter(name => !allowed.includes(name)), [])
    }
  })

  t.test('that is not among them may read nothing', async t => {
    const app = await withOrigins(['https://bi.example.vn'])
    for (const origin of ['https://evil.example', 'http://bi.example.vn', 'https://bi.example.vn.evil.example', 'null']) {
      for (const method of ['GET', 'OPTIONS'] as const) {
        const { headers } = await app.inject({ method, url: '/v1/levels', headers: { origin, ...PREFLIGHT } })
        t.notOk('access-control-allow-origin' in headers, `${method} ${origin}`)
      }
    }
  })

  t.test('may read everything where any origin is allowed', async t => {
    const app = await withOrigins('*')
    t.match((await app.inject({ url: '/v1/levels', headers: { origin: 'https://any.example' } })).headers, { 'access-control-allow-origin': '*' })
    t.match(await app.inject({ method: 'OPTIONS', url: '/v1/levels' }), { statusCode: 204 }, 'nor is a bare OPTIONS at fault')
  })
})
