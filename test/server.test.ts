import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import t, { type Test } from 'tap'
import { connect as connectDatabase } from '../src/database/connect.ts'
import { configureCopy } from './copies.ts'
import { copyTemplate } from './embedded.ts'
import { listening } from './process.ts'
import { countOf, DRAINED_WITHIN, endsInOrder, isOpen, post, refuses, start, untilAccepted, type Running } from './running.ts'
import { ADMIN_KEY } from './template.ts'
import { start as startLogging, worksWithoutLog } from './without-log.ts'

// Most of the time is spent waiting for processes to start and to end.
t.jobs = 3

async function folderOf (t: Test): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'cchc-test-'))
  t.teardown(() => rm(folder, { recursive: true }))
  return folder
}

t.test('the first start makes a database with the sample data; the second finds it again, though a bug ended the first', async t => {
  const folder = await folderOf(t)
  const bug = join(folder, 'bug.mjs')
  await writeFile(bug, 'import { isMainThread } from "node:worker_threads"\nif (isMainThread) process.on("SIGUSR2", () => { throw new Error("a bug") })')
  const DATA_DIR = join(folder, 'data')
  const first = await start(t, { DATA_DIR }, { preload: [bug], isCounted: true })
  t.match(first.docs, /^http:\/\/127\.0\.0\.1:\d+\/docs$/)
  t.match(await (await fetch(first.docs)).text(), /swagger/i)
  t.equal(await countOf(first, '/v1/units'), 775)
  t.match((await first.json('/v1/on-time?period=2021-H1&unit=H56')).items, [{ on_time_percent: 99.88 }])
  const rows = await countOf(first, '/v1/dossier-statistics?limit=10000')
  const renamed = { name: 'Đổi tên', precedence: 7, synthetic: true }
  const { key, key_id: id } = first.log().split('\n').filter(line => line.includes('shown this once')).map(line => JSON.parse(line))[0]
  t.ok(key.startsWith(`cchc_${id}_`))
  t.match(await first.json('/v1/sources/sample', {
    method: 'PUT', body: JSON.stringify(renamed), headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` }
  }), renamed)
  t.ok(isOpen(DATA_DIR))
  await refuses(t, { DATA_DIR }, /is open in another process/, { isCounted: true })
  const ended = await first.stop('SIGUSR2')
  t.equal(ended.code, 1)
  t.match(ended.log, /"level":60.*"message":"a bug".*"ends because of an error"/, 'an error that nobody handled is logged')
  t.notOk(isOpen(DATA_DIR))

  const second = await start(t, { DATA_DIR })
  t.equal(await countOf(second, '/v1/dossier-statistics?limit=10000'), rows)
  t.match((await second.json('/v1/sources')).items, [{}, {}, { code: 'sample', ...renamed }], 'nothing is loaded over what has changed')
  const { code, log, errors } = await second.stop('SIGINT')
  t.match({ code, errors }, { code: 0, errors: '' })
  t.notMatch(log, /cchc_/, 'the key was shown once')
  t.notOk(isOpen(DATA_DIR))
})

t.test('a request that never ends does not keep it from ending', async t => {
  const service = await start(t, (await configureCopy(t)).settings)
  await sendForEver(t, service)
  const since = Date.now()
  t.match(await service.stop('SIGTERM'), { code: 1 })
  t.ok(Date.now() - since < DRAINED_WITHIN + 20_000)
})

/** Sends a body that does not end, again where the service is too busy for it. */
async function sendForEver (t: Test, service: Running): Promise<void> {
  const { sending, answered } = post(service, '/v1/procedures', ' '.repeat(1_000_000))
  sending.on('error', () => {})
  // Fast enough not to be refused for that.
  const send = () => { sending.write(' '.repeat(4_096)) }
  send()
  const more = setInterval(send, 500)
  t.teardown(() => { clearInterval(more) })
  await (await fetch(service.docs)).text()
  const status = await Promise.race([answered.catch(() => null), sleep(500).then(() => null)])
  if (status !== null) await sendForEver(t, service)
}

t.test('it closes its database where it cannot listen', async t => {
  const DATA_DIR = await copyTemplate(t)
  const taken = createServer().listen(0, '127.0.0.1')
  t.teardown(() => { taken.close() })
  await once(taken, 'listening')
  const { port } = taken.address() as AddressInfo
  const inUse = new RegExp(`port ${port} of 127\\.0\\.0\\.1 is in use; PORT names another`)
  await refuses(t, { DATA_DIR, PORT: String(port) }, inUse, { isCounted: true })
  t.notOk(isOpen(DATA_DIR))
})

t.test('CORS_ORIGINS, TRUST_PROXY and the pool reach the service, which logs requests and ends in order after SIGTERM', async t => {
  const settings = { ...(await configureCopy(t)).settings, CORS_ORIGINS: 'https://bi.example.vn', TRUST_PROXY: '127.0.0.1' }
  const service = await start(t, settings, { isCounted: true })
  const headers = { origin: 'https://bi.example.vn', 'x-forwarded-for': '203.0.113.7' }
  const answer = await untilAccepted(() => fetch(service.docs.replace('/docs', '/v1/levels'), { headers }))
  t.equal(answer.headers.get('access-control-allow-origin'), 'https://bi.example.vn')
  const metrics = await (await fetch(service.docs.replace('/docs', '/metrics'), { headers: { 'x-api-key': ADMIN_KEY } })).text()
  t.match(metrics, /^database_pool_connections\{state="total"\} 1$/m)
  t.match(metrics, /^process_cpu_seconds_total \d/m)
  t.match(metrics, /^nodejs_eventloop_lag_seconds \d/m)
  await service.json('/v1/units/H56')
  await service.json('/v1/units/none?key=cchc_0123abcd_AbCdEfGhIjKlMnOpQrStUvWx')
  const { log } = await endsInOrder(t, service, 'SIGTERM')
  const lines = log.trimEnd().split('\n').map(line => JSON.parse(line) as Record<string, unknown>)
  const requests = lines.filter(({ msg, url }) => msg === 'request completed' && String(url).startsWith('/v1/'))
  // Those that a slow machine was too busy for were sent again.
  t.match(requests.filter(({ method, status }) => method === 'POST' || status !== 503), [
    { route: '/v1/levels', status: 200, address: '203.0.113.7' },
    { method: 'GET', url: '/v1/units/H56', route: '/v1/units/:code', status: 200, address: '127.0.0.1', id: /^[0-9a-f-]{36}$/ },
    { method: 'GET', url: '/v1/units/none?key=cchc_***', route: '/v1/units/:code', status: 400 },
    { method: 'POST', route: '/v1/procedures', status: /^(200|503)$/ }
  ])
})

t.test('it does not start', async t => {
  t.test('where other machines could read without a key', async t => {
    await refuses(t, { HOST: '0.0.0.0' }, /HOST=0\.0\.0\.0 lets other machines in.*AUTH=required/)
  })

  t.test('with a configuration that cannot be', async t => {
    await refuses(t, { PORT: 'abc', LOG_LEVEL: 'loud', POOL_SIZE: '0', DATABASE_URL: 'localhost:5432' }, /PORT must be integer.*DATABASE_URL.*POOL_SIZE.*LOG_LEVEL/)
    await refuses(t, { TRUST_PROXY: 'nginx' }, /TRUST_PROXY: "nginx" is not an address/)
  })

  t.test('without its database', async t => {
    await refuses(t, { DATABASE_URL: 'postgres://postgres:secret@127.0.0.1:1/cchc' }, /the database cannot be reached: connect ECONNREFUSED 127\.0\.0\.1:1\n$/)
  })

  t.test('in a folder that it cannot use', async t => {
    const file = join(await folderOf(t), 'file')
    await writeFile(file, '')
    await refuses(t, { DATA_DIR: join(file, 'data') }, /not a directory/)
  })

  t.test('on a database of a newer version', async t => {
    const { address, settings } = await configureCopy(t)
    const { db, close: disconnect } = connectDatabase(address, { max: 1, onLost: () => {} })
    await sql`insert into kysely_migration values ('9999_of_tomorrow', '9999-01-01T00:00:00Z')`.execute(db)
    await disconnect()
    await refuses(t, settings, /a newer version of the service has used the database: 9999_of_tomorrow/)
  })
})

// Whatever happens to its log, the service answers and ends as usual: more of that is in `server-log.slow.ts`.
t.test('a log whose reader goes away', async t => {
  const launched = await startLogging(t, { isCounted: true })
  const base = await listening(launched)
  launched.child.stdout!.destroy()
  await worksWithoutLog(t, base, launched)
  t.match(launched.written.errors, /EPIPE/)
})
