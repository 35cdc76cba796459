import { once } from 'node:events'
import { Agent, request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { fastify } from 'fastify'
import t, { type Test } from 'tap'
import type { App } from '../../../src/http/context.ts'
import { dropRefusedBodies } from '../../../src/http/body/refused-body.ts'
import { EMBEDDED } from '../../copies.ts'
import { ADMIN, forEachDatabase } from '../../database.ts'

const MIB = 1_024 ** 2
const JSON_TYPE = { 'content-type': 'application/json' }
const NDJSON = { 'content-type': 'application/x-ndjson' }
const GZIP = { 'content-encoding': 'gzip' }
const DOSSIERS = '/v1/dossiers?source=one-stop'

/** A client that sends all of its body, whatever comes back, and notices when its connection breaks meanwhile. */
async function sendAll (options: RequestOptions, body: Buffer) {
  const request = httpRequest({ method: 'POST', agent: new Agent(), ...options })
  let failure: Error | undefined
  request.on('error', error => { failure = error })
  const answered = once(request, 'response') as Promise<[IncomingMessage]>
  const sent = once(request, 'finish')
  request.write(body)
  request.end()
  const [response] = await answered
  const answer = { status: response.statusCode, body: await text(response) }
  await sent
  return { ...answer, failure }
}

forEachDatabase('a client that is refused while it sends its body reads why', async (t, { app }) => {
  await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.server.address() as AddressInfo
  // Takes longer to send than to refuse.
  const long = Buffer.alloc(12 * MIB, 'x\n')
  // Not in this thread, which would be late for the service as well, and be refused for that.
  const bomb = Buffer.concat([await promisify(gzip)(Buffer.alloc(100 * MIB)), long])
  const refusals: Record<string, { path: string, headers: object, status: number, body?: Buffer }> = {
    'without a key': { path: '/v1/procedures', headers: JSON_TYPE, status: 401 },
    'without a key, as a stream': { path: DOSSIERS, headers: NDJSON, status: 401 },
    'too large': { path: '/v1/procedures', headers: { ...JSON_TYPE, ...ADMIN }, status: 413, body: Buffer.alloc(20 * MIB, 'x\n') },
    'of another type': { path: '/v1/procedures', headers: { 'content-type': 'text/plain', ...ADMIN }, status: 415 },
    'of an unknown source': { path: '/v1/dossiers?source=none', headers: { ...NDJSON, ...ADMIN }, status: 400 },
    'of nothing but invalid rows': { path: DOSSIERS, headers: { ...NDJSON, ...ADMIN }, status: 422 },
    'at an address that does not exist': { path: '/nowhere', headers: JSON_TYPE, status: 404 },
    'by a method that the address does not take': { path: '/v1/on-time', headers: JSON_TYPE, status: 405 },
    'at an address that cannot be read': { path: '/v1/units/%ff', headers: JSON_TYPE, status: 400 },
    'not gzip': { path: DOSSIERS, headers: { ...NDJSON, ...ADMIN, ...GZIP }, status: 400 },
    'not gzip, as JSON': {
      path: '/v1/procedures', headers: { ...JSON_TYPE, ...ADMIN, ...GZIP }, status: 400
    },
    'inflating without bound': { path: DOSSIERS, headers: { ...NDJSON, ...ADMIN, ...GZIP }, status: 413, body: bomb }
  }
  for (const [index, [what, { path, headers, status, body = long }]] of Object.entries(refusals).entries()) {
    const ways = Object.entries({
      chunked: {}, 'by length': { 'content-length': body.length }, 'for the last time': { connection: 'close' }
    })
    // Each in all ways on a server alone: most of the time is spent on sending.
    for (const [how, more] of EMBEDDED ? [ways[index % ways.length]!] : ways) {
      t.test(`${what}, ${how}`, async t => {
        const answer = await sendAll({ port, path, headers: { ...headers, ...more } }, body)
        t.same([answer.status, answer.failure], [status, undefined])
        t.match(JSON.parse(answer.body), { status })
        // Which connection is the last is not for fetch to say.
        if (how === 'for the last time') return
        const viaFetch = await fetch(`http://127.0.0.1:${port}${path}`, {
          method: 'POST', headers: headers as Record<string, string>, duplex: 'half',
          body: how === 'chunked' ? Readable.toWeb(Readable.from([body])) as ReadableStream : new Uint8Array(body)
        } as RequestInit)
        t.match(await viaFetch.json(), { status })
      })
    }
  }
})

/** Longer than any test: what ends before it ends for another reason. */
const FOR_EVER = 600_000

async function smallApp (t: Test, { milliseconds = FOR_EVER, millisecondsClosing = FOR_EVER } = {}) {
  const app = fastify() as unknown as App
  dropRefusedBodies(app, { milliseconds, millisecondsClosing, bytes: MIB })
  app.post('/refused', { onRequest: async (_request, reply) => reply.code(401).send('refused') }, async () => ({}))
  app.post('/unread', { preParsing: async (_request, reply) => reply.code(415).send('unread') }, async () => ({}))
  app.post('/taken', async request => request.body)
  await app.listen({ port: 0, host: '127.0.0.1' })
  t.teardown(() => app.close())
  const { port } = app.server.address() as AddressInfo
  const open = (path: string, head: string) => {
    const socket = connect(port, '127.0.0.1').on('error', () => {})
    t.teardown(() => { socket.destroy() })
    let text = ''
    // A reset is an end as well.
    const ended = new Promise<string>(resolve => { socket.once('close', () => { resolve(text) }) })
    socket.on('data', data => { text += String(data) })
    socket.write(`POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n${head}`)
    const answer = async (pattern: RegExp) => { while (!pattern.test(text)) await sleep(5) }
    return { socket, answer, answered: () => text, ended }
  }
  return { app, open }
}

t.test('the rest of a refused body is read for a bounded time', async t => {
  const { open } = await smallApp(t, { milliseconds: 400 })
  const since = Date.now()
  const { socket, ended } = open('/refused', 'transfer-encoding: chunked\r\n\r\n')
  socket.write('1\r\nx\r\n')
  t.match(await ended, /^HTTP\/1\.1 401 [^]*refused$/)
  t.ok(Date.now() - since >= 350)
})

t.test('and up to a bounded length', async t => {
  const { open } = await smallApp(t)
  const { socket, answer, ended } = open('/refused', `content-length: ${9 * MIB}\r\n\r\n`)
  await answer(/401/)
  socket.write(Buffer.alloc(2 * MIB))
  t.match(await ended, /401/)
})

t.test('after it the connection takes another request, unless it was the last', async t => {
  const { open } = await smallApp(t)
  const { socket, answer, answered } = open('/refused', 'content-length: 3\r\n\r\n1')
  for (const path of ['/refused', '/taken']) {
    await answer(/401/)
    await sleep(50)
    socket.write(`23POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 3\r\n\r\n1`)
  }
  socket.write('23')
  await answer(/200 OK[^]*123$/)
  t.equal(answered().match(/ 401 /g)!.length, 2)
  const last = open('/refused', 'connection: close\r\ncontent-length: 3\r\n\r\n1')
  await last.answer(/401/)
  last.socket.write('23')
  t.match(await last.ended, /401/)
})

t.test('a client that leaves meanwhile is forgotten', async t => {
  const { app, open } = await smallApp(t)
  const { socket, answer } = open('/refused', `content-length: ${MIB}\r\n\r\n`)
  await answer(/401/)
  socket.destroy()
  const unread = open('/unread', `content-length: ${MIB}\r\n\r\n`)
  await unread.answer(/415/)
  unread.socket.destroy()
  const taken = open('/taken', `content-length: ${MIB}\r\n\r\n[`)
  await sleep(50)
  taken.socket.destroy()
  await sleep(50)
  t.equal((await app.inject({ method: 'POST', url: '/taken', payload: [1] })).body, '[1]')
})

t.test('a service that closes waits less for refused bodies', async t => {
  const { app, open } = await smallApp(t, { millisecondsClosing: 100 })
  const { answer, ended } = open('/refused', `content-length: ${MIB}\r\n\r\n`)
  await answer(/401/)
  await sleep(50)
  await Promise.all([app.close(), ended])
  t.pass('it closed')
})

t.test('and no longer than they last', async t => {
  const { app, open } = await smallApp(t)
  const { socket, answer, ended } = open('/refused', 'content-length: 3\r\n\r\n1')
  await answer(/401/)
  await sleep(50)
  const closed = app.close()
  await sleep(20)
  socket.write('23')
  await Promise.all([closed, ended])
  t.pass('it closed')
})
