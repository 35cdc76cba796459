import { once } from 'node:events'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import t from 'tap'
import { buildApp } from '../../../src/app.ts'
import { connect as connectDatabase } from '../../../src/database/connect.ts'
import { refuseUnreadable } from '../../../src/http/response/unreadable.ts'

t.test('what cannot be read as a request is refused with a problem', async t => {
  const { db, close } = connectDatabase({ host: '/nonexistent', user: 'none', database: 'none' }, { max: 1, onLost: () => {} })
  const app = await buildApp({ db })
  t.teardown(async () => { await app.close(); await close() })
  await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.server.address() as AddressInfo
  const answerTo = async (request: string) => {
    const socket = connect(port, '127.0.0.1')
    socket.end(request)
    const answer = await text(socket)
    const [head, body] = answer.split('\r\n\r\n') as [string, string]
    t.match(head, /content-type: application\/problem\+json/i)
    t.match(head, /connection: close/i)
    t.match(head, /x-request-id: [0-9a-f-]{36}/i)
    return JSON.parse(body) as object
  }

  t.match(await answerTo(`GET / HTTP/1.1\r\nhost: a\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`), { status: 431, code: 'headers_too_large' })
  t.match(await answerTo('this is not HTTP\r\n\r\n'), { status: 400, code: 'malformed_request' })
  t.match(await answerTo('GET /v1/units/%E0%A4%A HTTP/1.1\r\nhost: a\r\n\r\n'), { status: 400, code: 'malformed_request' })
  t.match(await answerTo('GET /v1/units/%ff HTTP/1.1\r\nhost: a\r\n\r\n'), { status: 400, code: 'malformed_request' })
})

t.test('a client that is gone is not answered', async t => {
  const server = (await import('node:net')).createServer()
  t.teardown(() => { server.close() })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1')
  t.teardown(() => { client.destroy() })
  const [socket] = await once(server, 'connection') as [Socket]
  refuseUnreadable(Object.assign(new Error('reset'), { code: 'ECONNRESET' }), socket)
  t.ok(socket.destroyed)
  refuseUnreadable(new Error('again'), socket)
  t.equal(await text(client).catch(() => ''), '')
})
