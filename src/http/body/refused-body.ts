import type { IncomingMessage } from 'node:http'
import { PassThrough } from 'node:stream'
import type { App } from '../context.ts'
import { hasBody } from './slow-body.ts'

interface DropBounds {
  /** How long the rest of a body is read. */
  milliseconds?: number
  /** The same once the service closes. */
  millisecondsClosing?: number
  /** How much of it. */
  bytes?: number
}

const MIB = 1_024 ** 2

/**
 * Lets a client read why it is refused while it still sends its body. A connection that closes with bytes unread is
 * reset, and the reset overtakes the answer. So the rest of the body is read and dropped before the connection closes
 * or takes the next request, within bounds.
 */
export function dropRefusedBodies (
  app: App, { milliseconds = 30_000, millisecondsClosing = 2_000, bytes = 256 * MIB }: DropBounds = {}
) {
  const dropping = new Set<() => void>()
  let patience = milliseconds
  let isClosing = false

  // What reads a body may destroy it, such as a decompressor on invalid bytes: that must not reach the connection.
  app.addHook('preParsing', ({ raw }, _reply, payload, done) => {
    if (!hasBody(raw)) return done(null, payload)
    const body = new PassThrough()
    raw.once('error', error => { body.destroy(error) })
    // A request refused before its body is read has nobody to hear that the client went away.
    body.on('error', () => {})
    done(null, raw.pipe(body))
  })

  app.server.on('request', (raw, response) => {
    // Before the server closes the connection, which it does when an answer is finished.
    if (hasBody(raw)) response.prependOnceListener('finish', () => { if (!raw.complete) drop(raw) })
  })

  app.addHook('preClose', async () => {
    isClosing = true
    patience = millisecondsClosing
    for (const end of dropping) setTimeout(end, patience).unref()
  })

  function drop (raw: IncomingMessage) {
    const { socket } = raw
    let isLast = false
    let left = bytes
    const end = () => {
      clearTimeout(timer)
      dropping.delete(end)
      socket.off('close', end)
      Reflect.deleteProperty(socket, 'destroySoon')
      if (!raw.complete) socket.destroy()
      else if (isLast || isClosing) socket.destroySoon()
    }
    const timer = setTimeout(end, patience)
    dropping.add(end)
    // With this the server closes the connection after its last answer.
    socket.destroySoon = () => { isLast = true }
    socket.once('close', end)
    raw.unpipe().once('end', end).on('data', (chunk: Buffer) => { if ((left -= chunk.length) < 0) end() }).resume()
  }
}
