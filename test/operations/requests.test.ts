import { setImmediate as nextTurn } from 'node:timers/promises'
import { pino } from 'pino'
import { buildApp } from '../../src/app.ts'
import { logOptions } from '../../src/observability/log.ts'
import { forEachDatabase } from '../database.ts'

const KEY = 'cchc_0123abcd_AbCdEfGhIjKlMnOpQrStUvWx-_yZ0123456789AbCdE'
const TRACE = '0af7651916cd43dd8448eb211c80319c'
const PARENT = 'b7ad6b7169203331'

forEachDatabase('the line that is logged of a request', async (t, { db }) => {
  const lines: Record<string, unknown>[] = []
  const logger = pino(logOptions('info'), { write: line => { lines.push(JSON.parse(line) as Record<string, unknown>) } })
  const app = await buildApp({ db, logger, http: { trustProxy: true } })
  t.teardown(() => app.close())
  const logged = async (url: string, headers = {}) => {
    lines.length = 0
    const answer = await app.inject({ url, headers })
    return { line: lines.find(({ msg }) => msg === 'request completed')!, id: answer.headers['x-request-id'] }
  }

  t.test('says what was asked, by whom, and how it ended', async t => {
    const { line, id } = await logged('/v1/units/H56')
    t.match(line, {
      id, method: 'GET', route: '/v1/units/:code', url: '/v1/units/H56', status: 200, ms: Number, address: '127.0.0.1'
    })
    t.notOk('trace_id' in line)
    t.notOk('reqId' in line)
  })

  t.test('is found by the id that the caller got, which the caller cannot choose', async t => {
    const first = await logged('/v1/units/none', { 'x-request-id': 'chosen', 'request-id': 'chosen' })
    t.match(first.id, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
    t.equal(first.line['id'], first.id)
    t.not((await logged('/nowhere')).id, first.id)
  })

  t.test('names the trace that the request belongs to', async t => {
    const { line } = await logged('/livez', { traceparent: `00-${TRACE}-${PARENT}-01` })
    t.match(line, { trace_id: TRACE, parent_id: PARENT })
    t.notOk('trace_id' in (await logged('/livez', { traceparent: 'nonsense' })).line)
  })

  t.test('holds no secret, even one put where an address belongs', async t => {
    const { line } = await logged(`/v1/units/none?key=${KEY}`, { 'x-forwarded-for': KEY, authorization: `Bearer ${KEY}`, 'x-api-key': KEY })
    t.match(line, { url: '/v1/units/none?key=cchc_***', address: 'cchc_***' })
    t.notMatch(JSON.stringify(lines), KEY)
  })
})

forEachDatabase('a process that cannot keep up', async (t, { db }) => {
  t.test('refuses what the API is asked, and goes on saying that it lives', async t => {
    const late = await buildApp({ db })
    t.teardown(() => late.close())
    await late.ready()
    let tries = 0
    let refused
    do {
      // Holds the event loop up, and nothing else on the machine.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 3_500)
      await nextTurn()
      refused = await late.inject('/v1/levels')
    } while (refused.statusCode === 200 && ++tries < 5)
    t.match(refused, { statusCode: 503, headers: { 'retry-after': '1', 'content-type': /^application\/problem\+json/ } })
    t.match(refused.json(), { code: 'busy', detail: 'The service is busy; try again' })
    for (const url of ['/livez', '/metrics', '/openapi.json', '/docs/']) t.equal((await late.inject(url)).statusCode, 200, url)
    while ((await late.inject('/v1/levels')).statusCode !== 200) await new Promise(resolve => setTimeout(resolve, 100))
  })
})
