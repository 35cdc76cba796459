import { connect, type AddressInfo, type Socket } from 'node:net'
import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { fastify, type FastifyBaseLogger } from 'fastify'
import { pino } from 'pino'
import t, { type Test } from 'tap'
import type { TypeBoxProvider } from '../../../src/http/context.ts'
import { acceptJson } from '../../../src/http/body/json-body.ts'
import { dropRefusedBodies } from '../../../src/http/body/refused-body.ts'
import { refuseSlowBodies } from '../../../src/http/body/slow-body.ts'
import { forEachDatabase } from '../../database.ts'

/** 400 bytes in 200 ms: the bound of the service, sooner. */
const QUICK = { every: 50, looks: 4, bytes: 400 }

async function slowApp (t: Test, { dropsFor }: { dropsFor?: number } = {}) {
  const logged: string[] = []
  const loggerInstance: FastifyBaseLogger = pino({ level: 'warn' }, { write: line => { logged.push(line) } })
  const app = fastify({ loggerInstance }).withTypeProvider<TypeBoxProvider>()
  acceptJson(app)
  refuseSlowBodies(app, QUICK)
  if (dropsFor !== undefined) dropRefusedBodies(app, { milliseconds: dropsFor })
  app.post('/', async request => ({ received: JSON.stringify(request.body).length }))
  app.post('/refused', { onRequest: async (_request, reply) => reply.code(401).send({ refused: true }) }, async () => ({}))
  // Takes its body slowly, itself.
  app.addContentTypeParser('text/plain', async (_request: unknown, body: Readable) => {
    let length = 0
    for await (const chunk of body) {
      // Two windows.
      await sleep(400)
      length += (chunk as Buffer).length
    }
    return length
  })
  app.post('/slowly', async request => ({ received: request.body }))
  await app.listen({ port: 0 })
  t.teardown(() => app.close())
  return { app, logged, port: (app.server.address() as AddressInfo).port }
}

/** A connection of its own, and all that is answered on it until it ends. */
function open (t: Test, port: number) {
  const socket = connect(port, '127.0.0.1')
  t.teardown(() => { socket.destroy() })
  let text = ''
  socket.on('data', data => { text += String(data) })
  socket.on('error', () => {})
  // A reset is an end as well: the service may close while more is on its way.
  const ended = new Promise<string>(resolve => { socket.once('close', () => { resolve(text) }) })
  return { socket, ended, answered: () => text }
}

function head (path: string, length: number, type = 'application/json') {
  return `POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-type: ${type}\r\ncontent-length: ${length}\r\n\r\n`
}

async function trickle (socket: Socket, text: string, bytes: number, every: number) {
  for (let at = 0; at < text.length && !socket.destroyed; at += bytes) {
    socket.write(text.slice(at, at + bytes))
    await sleep(every)
  }
}

t.test('a body that goes on slowly is not waited for, once it is refused', async t => {
  const { port } = await slowApp(t, { dropsFor: 600_000 })
  const { socket, ended } = open(t, port)
  socket.write(`${head('/', 1_000)}{`)
  const dripping = setInterval(() => { if (socket.writable) socket.write(' ') }, 20)
  t.teardown(() => { clearInterval(dripping) })
  t.match(await ended, /^HTTP\/1\.1 408 Request Timeout\r\n/)
})

t.test('a body that stops arriving is refused, and the connection ends', async t => {
  const { port, logged } = await slowApp(t)
  for (const start of [head('/', 100), 'POST / HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n1\r\n']) {
    const { socket, ended } = open(t, port)
    const since = Date.now()
    socket.write(`${start}{`)
    const answer = await ended
    t.match(answer, /^HTTP\/1\.1 408 Request Timeout\r\n/)
    t.match(answer, /^content-type: application\/problem\+json/m)
    t.match(answer, /^connection: close/m)
    t.match(JSON.parse(answer.split('\r\n\r\n')[1]!), {
      code: 'request_timeout', status: 408, detail: 'the body arrives too slowly', errors: []
    })
    t.ok(Date.now() - since >= 150, 'not before a window has passed')
  }
  await sleep(50)
  t.same(logged, [], 'which is nothing to worry about')
})

t.test('a body that arrives in drops is refused; one that arrives slowly but surely is taken', async t => {
  const { port } = await slowApp(t)
  const body = JSON.stringify('x'.repeat(4_000))
  const drops = open(t, port)
  drops.socket.write(head('/', body.length))
  const steady = open(t, port)
  steady.socket.write(head('/', body.length))
  await Promise.all([
    trickle(drops.socket, body, 10, 20),
    // Three windows long, at about double the bound.
    trickle(steady.socket, body, 100, 20)
  ])
  t.match(await drops.ended, /^HTTP\/1\.1 408 /)
  await sleep(50)
  t.match(steady.answered(), /^HTTP\/1\.1 200 OK[^]*"received":4002/)
})

t.test('whoever has an answer already and still sends its body slowly is cut off', async t => {
  const { port } = await slowApp(t)
  const { socket, ended } = open(t, port)
  socket.write(`${head('/refused', 100)}{`)
  const answer = await ended
  t.match(answer, /^HTTP\/1\.1 401 /)
  t.notMatch(answer, /408/)
})

t.test('nobody is refused for waiting until we have read what was sent', async t => {
  const { port } = await slowApp(t)
  const { socket, answered } = open(t, port)
  const body = Buffer.alloc(512 * 1024, 'x')
  socket.write(head('/slowly', body.length, 'text/plain'))
  socket.write(body)
  while (answered() === '') await sleep(50)
  t.match(answered(), new RegExp(`^HTTP/1\\.1 200 OK[^]*"received":${body.length}`))
})

t.test('connections that wait, with nothing to send or after a whole body, stay', async t => {
  const { port } = await slowApp(t)
  const { socket, answered } = open(t, port)
  socket.write(`${head('/', 2)}{}`)
  await sleep(500)
  socket.write(`${head('/', 3)}[1]`)
  await sleep(100)
  t.equal(answered().match(/HTTP\/1\.1 200 OK/g)?.length, 2)
})

t.test('a client that leaves in the middle of its body is forgotten', async t => {
  const { port, app } = await slowApp(t)
  const { socket } = open(t, port)
  socket.write(`${head('/', 100)}{`)
  await sleep(50)
  socket.destroy()
  await sleep(400)
  t.equal((await app.inject({ method: 'POST', url: '/', payload: {} })).statusCode, 200)
})

forEachDatabase('a request of the service', async (t, { app }) => {
  await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.server.address() as AddressInfo

  t.test('has ten seconds for its headers and an hour for all of it', async t => {
    const { headersTimeout, requestTimeout } = app.server
    t.match({ headersTimeout, requestTimeout }, { headersTimeout: 10_000, requestTimeout: 3_600_000 })
    t.match(app.server, { connectionsCheckingInterval: 1_000 })
  })

  t.test('whose headers do not arrive, or that never begins, ends', async t => {
    app.server.headersTimeout = 300
    t.teardown(() => { app.server.headersTimeout = 10_000 })
    const since = Date.now()
    const silent = open(t, port)
    const { socket, ended } = open(t, port)
    socket.write('GET /livez HTTP/1.1\r\nhost: x\r\nx-a')
    t.match(await ended, /^HTTP\/1\.1 408 /)
    await silent.ended
    t.ok(Date.now() - since < 5_000)
  })

  t.test('that cannot be read at all ends with its answer, so that nobody waits for its body', async t => {
    const { socket, ended, answered } = open(t, port)
    socket.write(`${head('/v1/units/%ff', 100)}{`)
    while (answered() === '') await sleep(10)
    socket.write(' '.repeat(99))
    const answer = await ended
    t.match(answer, /^HTTP\/1\.1 400 [^]*^connection: close/m)
    t.match(answer, /^x-request-id: [0-9a-f-]{36}/m)
  })
})
