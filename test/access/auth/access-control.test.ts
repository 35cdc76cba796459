import { fastify } from 'fastify'
import { sql } from 'kysely'
import t from 'tap'
import { ANYONE } from '../../../src/contract/caller.ts'
import { controlAccess, type AccessOptions } from '../../../src/access/auth/access-control.ts'
import { KnownCredentials } from '../../../src/access/auth/known-credentials.ts'
import type { App } from '../../../src/http/context.ts'
import { givenClient, givenKey } from '../../client.ts'
import { ADMIN, forEachDatabase, type Answer, type Service } from '../../database.ts'

function access (more: Partial<AccessOptions>): AccessOptions {
  return { publicScopes: ['read', 'metrics'], requestsPerMinute: 0, issuer: null, ...more }
}

const WRONG = { authorization: 'Bearer wrong' }
const PERIOD = '/v1/periods/2021-H1'

const limitsOf = ({ headers }: Answer) => [headers['ratelimit-limit'], headers['ratelimit-remaining']].map(String)

async function statuses (times: number, ask: () => Promise<Answer>): Promise<number[]> {
  const answers = []
  for (let i = 0; i < times; i++) answers.push((await ask()).status)
  return answers
}

forEachDatabase('where reading is public', async (t, { app, get }) => {
  t.test('anyone reads', async t => {
    t.equal((await get(PERIOD)).status, 200)
    t.equal((await get('/v1/changes')).status, 200)
  })

  t.test('nobody writes or manages without a key', async t => {
    const answer = await app.inject({ method: 'POST', url: '/v1/dossier-statistics', payload: { items: [] } })
    t.equal(answer.statusCode, 401)
    t.match(answer.json(), { code: 'unauthenticated', detail: 'a key is needed, with the scope write:statistics' })
    t.equal((await get('/v1/audit')).status, 401)
    t.equal((await get('/v1/clients')).status, 401)
  })
})

forEachDatabase('where reading is not public', async (t, service) => {
  const { get } = service
  const reader = await givenClient(service, 'reader', { scopes: ['read'] })
  const writer = await givenClient(service, 'writer', { scopes: ['write:catalogue'] })

  t.test('it needs a key with the scope to read', async t => {
    t.match(await get(PERIOD), { status: 401, headers: { 'www-authenticate': [/^Bearer/, /^Basic/] } })
    t.equal((await get(PERIOD, reader.headers)).status, 200)
    t.match(await get(PERIOD, writer.headers), {
      status: 403, body: { code: 'insufficient_scope', detail: 'this needs the scope read; the key has write:catalogue' }
    })
    t.equal((await get(PERIOD, writer.headers)).headers['www-authenticate'], undefined)
  })

  t.test('whether the service lives, and its contract, are told to anyone', async t => {
    for (const path of ['/livez', '/readyz', '/openapi.json']) t.not((await get(path)).status, 401, path)
  })

  t.test('metrics need a key with their scope', async t => {
    const prometheus = await givenClient(service, 'prometheus', { scopes: ['metrics'] })
    t.equal((await get('/metrics')).status, 401)
    t.equal((await get('/metrics', reader.headers)).status, 403)
    t.match(await get('/metrics', prometheus.headers), { status: 200, headers: { 'content-type': /^text\/plain/ } })
    t.equal((await get(PERIOD, prometheus.headers)).status, 403)
  })

  t.test('what is not there is not found', async t => {
    t.equal((await get('/v1/none', reader.headers)).status, 404)
  })
}, access({ publicScopes: [] }))

forEachDatabase('a key without a scope', async (t, service) => {
  const { headers } = await givenClient(service, 'idle', { scopes: [] })
  t.equal((await service.get(PERIOD, headers)).status, 200, 'reads what anyone may')
  t.equal((await service.get('/v1/audit', headers)).status, 403, 'and does nothing else')
})

forEachDatabase('within a minute', async (t, service: Service) => {
  const { get } = service
  const slow = await givenClient(service, 'slow', { scopes: ['read', 'admin'], requests_per_minute: 2 })
  const another = await givenKey(service, 'slow')
  const free = await givenClient(service, 'free', { scopes: ['read'], requests_per_minute: 0 })
  const usual = await givenClient(service, 'usual', { scopes: ['read'] })
  const ask = (headers: Record<string, string>) => () => get(PERIOD, headers)

  t.test('a client may ask as often as is agreed with it', async t => {
    t.same(limitsOf(await get(PERIOD, slow.headers)), ['2', '1'])
    t.same(limitsOf(await get(PERIOD, slow.headers)), ['2', '0'])
    const refused = await get('/v1/levels', slow.headers)
    t.match(refused, { status: 429, body: { code: 'rate_limited' } })
    t.same(limitsOf(refused), ['2', '0'])
    const reset = Number(refused.headers['retry-after'])
    t.ok(reset > 0 && reset <= 60)
    t.equal(Number(refused.headers['ratelimit-reset']), reset)
  })

  t.test('all its keys count together', async t => {
    t.equal((await get(PERIOD, another.headers)).status, 429)
  })

  t.test('0 is any number', async t => {
    t.same([...new Set(await statuses(20, ask(free.headers)))], [200])
    t.equal((await get(PERIOD, free.headers)).headers['ratelimit-limit'], undefined)
  })

  t.test('others may ask as often as the service allows, each on its own account', async t => {
    t.same(await statuses(9, ask(usual.headers)), [...Array.from({ length: 8 }, () => 200), 429])
    t.equal((await get(PERIOD)).status, 200)
  })

  t.test('what is refused is counted', async t => {
    t.match((await get('/metrics', ADMIN)).text, /rate_limited[a-z_]* [1-9]/)
  })
}, access({ requestsPerMinute: 8 }))

forEachDatabase('an address', async (t, service) => {
  const { app, db } = service
  const reader = await givenClient(service, 'reader', { scopes: ['read'], requests_per_minute: 0 })
  const late = await givenKey(service, 'reader')
  const key = `cchc_0000000000000000_${'C'.repeat(43)}`
  const flood: Record<string, { url: string, headers?: Record<string, string>, status: number }> = {
    'wrong keys': { url: PERIOD, headers: { authorization: `Bearer ${key}` }, status: 401 },
    'a malformed Authorization': { url: PERIOD, headers: { authorization: 'Nonsense' }, status: 401 },
    'Basic without a password': { url: PERIOD, headers: { authorization: 'Basic eA==' }, status: 401 },
    'two keys': { url: PERIOD, headers: { authorization: 'Bearer a', 'x-api-key': 'b' }, status: 401 },
    'unknown addresses': { url: '/nowhere', status: 404 },
    'unknown addresses of the API': { url: '/v1/nowhere', status: 404 },
    'a slash too much': { url: '/v1/units/', status: 308 },
    'methods that are not taken': { url: '/v1/units', status: 405 },
    'the contract': { url: '/openapi.json', status: 200 },
    'the documentation': { url: '/docs/', status: 200 },
    metrics: { url: '/metrics', status: 401 }
  }
  let addresses = 0

  for (const [what, { url, headers = {}, status }] of Object.entries(flood)) {
    t.test(`that floods the service with ${what} is refused`, async t => {
      const remoteAddress = `192.0.2.${++addresses}`
      const method = status === 405 ? 'DELETE' : 'GET'
      const ask = async () => (await app.inject({ method, url, headers, remoteAddress })).statusCode
      const answers = []
      for (let i = 0; i < 8; i++) answers.push(await ask())
      t.same(answers, [...Array.from({ length: 6 }, () => status), 429, 429])
      t.match(await app.inject({ method, url, headers, remoteAddress }), {
        headers: { 'retry-after': /^\d+$/, 'x-request-id': /./, 'content-type': /^application\/problem\+json/ }
      })
    })
  }

  t.test('that floods is refused without a question to the database, and others there go on', async t => {
    const remoteAddress = '192.0.2.200'
    const ask = async (headers: Record<string, string>, url = PERIOD) => (
      (await app.inject({ url, headers, remoteAddress })).statusCode)
    t.equal(await ask(reader.headers), 200)
    for (let i = 0; i < 5; i++) t.equal(await ask({ 'x-api-key': key }), 401)
    t.same([await ask({ 'x-api-key': key }), await ask({}), await ask(late.headers)], [429, 429, 429])
    t.equal(await ask(reader.headers), 200, 'a key that was right before')
    t.same([await ask({}, '/livez'), await ask({}, '/readyz')], [200, 200], 'and orchestrators')
    await sql`alter table client_keys rename to client_keys_of_old`.execute(db)
    t.equal(await ask({ 'x-api-key': key }), 429)
    t.ok(await ask(reader.headers) >= 500)
    await sql`alter table client_keys_of_old rename to client_keys`.execute(db)
    t.equal(await ask(reader.headers), 200, 'a database that fails makes no stranger of a client')
    await service.delete(`/v1/clients/reader/keys/${reader.id}`)
    t.same([await ask(reader.headers), await ask(reader.headers)], [401, 429], 'once it is revoked it counts')
  })

  t.test('is that of the client, not what the client says', async t => {
    const ask = async (address: string) => (
      (await app.inject({ url: '/nowhere', headers: { 'x-forwarded-for': address }, remoteAddress: '192.0.2.201' })).statusCode)
    for (let i = 0; i < 6; i++) t.equal(await ask(`198.51.100.${i}`), 404)
    t.equal(await ask('198.51.100.9'), 429)
  })
}, access({ requestsPerMinute: 6, publicScopes: ['read'] }))

t.test('of the credentials that were right the oldest are forgotten', async t => {
  const known = new KnownCredentials(2)
  const named = (name: string) => ({ authorization: `Bearer ${name}` })
  for (const name of ['a', 'b', 'c']) known.add(named(name))
  t.same(['a', 'b', 'c'].map(name => known.has(named(name))), [false, true, true])
  known.delete(named('c'))
  t.notOk(known.has(named('c')))
  t.notOk(known.has({ 'x-api-key': 'b' }))
})

forEachDatabase('without a limit', async (t, { get }) => {
  t.same([...new Set(await statuses(50, () => get(PERIOD, WRONG)))], [401])
  t.same([...new Set(await statuses(50, () => get(PERIOD, ADMIN)))], [200])
})

t.test('a route that writes and names no scope is a mistake that is told at the start', async t => {
  const app = fastify() as unknown as App
  t.teardown(() => app.close())
  controlAccess(app, { ...access({}), authenticate: async () => ANYONE, limit: async () => {} })
  t.throws(() => app.post('/anything', async () => ({})), { message: 'POST /anything names no scope' })
  app.get('/anything', async () => ({}))
})
