import { fastify } from 'fastify'
import t from 'tap'
import { ANYONE } from '../../../src/contract/caller.ts'
import { controlAccess, type AccessOptions } from '../../../src/access/auth/access-control.ts'
import type { App } from '../../../src/http/context.ts'
import { givenClient, givenKey } from '../../client.ts'
import { ADMIN, forEachDatabase, type Answer, type Service } from '../../database.ts'

function access (more: Partial<AccessOptions>): AccessOptions {
  return { publicRead: true, requestsPerMinute: 0, issuer: null, ...more }
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

  t.test('what is not there is not found', async t => {
    t.equal((await get('/v1/none', reader.headers)).status, 404)
  })
}, access({ publicRead: false }))

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

  t.test('so may an address without a key, and wrong keys count', async t => {
    t.same(await statuses(7, ask(WRONG)), Array.from({ length: 7 }, () => 401))
    t.same([...await statuses(1, ask(WRONG)), ...await statuses(1, ask({}))], [429, 429])
  })

  t.test('what is refused is counted', async t => {
    t.match((await get('/metrics')).text, /rate_limited[a-z_]* [1-9]/)
  })
}, access({ requestsPerMinute: 8 }))

forEachDatabase('without a limit', async (t, { get }) => {
  t.same([...new Set(await statuses(50, () => get(PERIOD, WRONG)))], [401])
  t.same([...new Set(await statuses(50, () => get(PERIOD, ADMIN)))], [200])
})

t.test('a route that writes and names no scope is a mistake that is told at the start', async t => {
  const app = fastify() as unknown as App
  t.teardown(() => app.close())
  await controlAccess(app, { ...access({}), authenticate: async () => ANYONE, onLimited: () => {} })
  t.throws(() => app.post('/anything', async () => ({})), { message: 'POST /anything names no scope' })
  app.get('/anything', async () => ({}))
})
