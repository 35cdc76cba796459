import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { App } from '../context.ts'
import { sendError } from '../response/error-handler.ts'

interface SlowBodyOptions {
  /** Milliseconds from one look at the requests in progress to the next. */
  every?: number
  /** How many looks make a window. */
  looks?: number
  /** What has to arrive in a window. */
  bytes?: number
}

interface Watched {
  raw: IncomingMessage
  /** That of a request is null once the request is destroyed. */
  socket: Socket
  request: FastifyRequest
  reply: FastifyReply
  /** Looks since the window began, and what the socket had read by then. */
  looks: number
  read: number
}

/** Milliseconds that a client has to read the answer before its connection ends. */
const TO_READ_WHY = 1_000

/**
 * Ends requests whose body hardly arrives: 408, or where there is an answer already only the end of the connection. A
 * bound on the whole request would refuse long bodies, too. By default at least 1 KiB/s has to come, over ten seconds.
 */
export function refuseSlowBodies (app: App, { every = 1_000, looks = 10, bytes = 10 * 1_024 }: SlowBodyOptions = {}) {
  const watched = new Set<Watched>()

  app.addHook('onRequest', (request, reply, done) => {
    const { raw } = request
    if (hasBody(raw)) {
      const { socket } = raw
      const entry = { raw, socket, request, reply, looks: 0, read: socket.bytesRead }
      watched.add(entry)
      // Not at the next look: until then the body would stay in memory.
      raw.once('end', () => watched.delete(entry))
    }
    done()
  })

  // Looks are counted, not seconds: while the process was too busy to look it was too busy to read.
  const timer = setInterval(() => {
    for (const entry of watched) {
      const { raw, socket: { bytesRead, destroyed } } = entry
      // All of it may have arrived and not been read yet.
      if (raw.complete || destroyed) {
        watched.delete(entry)
      } else if (raw.readableLength >= raw.readableHighWaterMark) {
        // The buffer is full: the sender waits for the service.
        Object.assign(entry, { looks: 0, read: bytesRead })
      } else if (++entry.looks >= looks) {
        if (bytesRead - entry.read < bytes) {
          watched.delete(entry)
          refuse(entry)
        }
        Object.assign(entry, { looks: 0, read: bytesRead })
      }
    }
  }, every).unref()
  // After the last request has ended: a service that closes waits for bodies, too.
  app.addHook('onClose', async () => { clearInterval(timer) })
}

export function hasBody ({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}

function refuse ({ socket, request, reply }: Watched) {
  if (reply.raw.headersSent) {
    socket.destroy()
    return
  }
  // What goes on slowly is not waited for, as is the rest of other refused bodies.
  reply.raw.once('finish', () => { setTimeout(() => { socket.destroy() }, TO_READ_WHY).unref() })
  const error = Object.assign(new Error('the body arrives too slowly'), { statusCode: 408 })
  void sendError(error, request, reply.header('connection', 'close'))
}
