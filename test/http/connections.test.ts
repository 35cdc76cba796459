import { once } from 'node:events'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { fastify } from 'fastify'
import t, { type Test } from 'tap'
import { boundConnections, connectionBounds, descriptorLimit, type ConnectionBounds } from '../../src/http/connections.ts'
import type { App } from '../../src/http/context.ts'

async function serviceWith (t: Test, bounds: ConnectionBounds) {
  const app = fastify() as unknown as App
  const refused = { count: 0 }
  boundConnections(app, bounds, () => { refused.count++ })
  app.get('/', async () => 'here')
  await app.listen({ port: 0, host: '127.0.0.1' })
  t.teardown(() => app.close())
  const { port } = app.server.address() as AddressInfo
  const open = async () => {
    const socket = connect(port, '127.0.0.1').on('error', () => {})
    t.teardown(() => { socket.destroy() })
    await once(socket, 'connect')
    return socket
  }
  return { app, refused, open }
}

async function ask (socket: Socket): Promise<string> {
  const answer = Promise.race([once(socket, 'data').then(([data]) => String(data)), once(socket, 'close').then(() => 'closed')])
  socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n')
  return answer
}

t.test('connections over the bound are closed, and idle ones too, so that the next client gets in', async t => {
  const { open, refused } = await serviceWith(t, { total: 3, perAddress: 3 })
  const idle = [await open(), await open(), await open()]
  for (const socket of idle) t.match(await ask(socket), /here$/)
  t.equal(await ask(await open()), 'closed')
  t.equal(refused.count, 1)
  for (const socket of idle) if (!socket.closed) await once(socket, 'close')
  t.match(await ask(await open()), /here$/)
})

t.test('one address does not take all connections, and gets in again when it closes some', async t => {
  const { open, refused } = await serviceWith(t, { total: 9, perAddress: 2 })
  const [first, second] = [await open(), await open()]
  t.match(await ask(first), /here$/)
  t.equal(await ask(await open()), 'closed')
  t.match(await ask(second), /here$/)
  t.equal(refused.count, 1)
  first.destroy()
  second.destroy()
  for (;;) if (await ask(await open()) !== 'closed') break
  t.pass()
})

t.test('a lack of descriptors does not end the process', async t => {
  const { app, open } = await serviceWith(t, { total: 9, perAddress: 9 })
  app.server.emit('error', Object.assign(new Error('accept EMFILE'), { code: 'EMFILE' }))
  t.match(await ask(await open()), /here$/)
})

t.test('descriptors are left for the database', async t => {
  t.same(connectionBounds(1_024, false), { total: 768, perAddress: 384 })
  t.same(connectionBounds(256, false), { total: 128, perAddress: 64 })
  t.same(connectionBounds(1_000_000, false), { total: 10_000, perAddress: 5_000 })
  t.same(connectionBounds(1_024, true), { total: 768, perAddress: 768 })
  t.ok(descriptorLimit() > 0)
})

t.test('a process without a limit of descriptors may open many', async t => {
  const limitOf = (soft: number | 'unlimited') => descriptorLimit({ userLimits: { open_files: { soft } } })
  t.equal(limitOf(1_024), 1_024)
  t.ok(limitOf('unlimited') > 1_024)
})
