import { randomUUID } from 'node:crypto'
import type { Socket } from 'node:net'

const PROBLEMS: Record<string, [status: string, code: string, title: string]> = {
  HPE_HEADER_OVERFLOW: ['431 Request Header Fields Too Large', 'headers_too_large', 'The headers are too large'],
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'request_timeout', 'The request took too long to arrive']
}
const MALFORMED = ['400 Bad Request', 'malformed_request', 'The request cannot be read'] as const

/** Answers what the parser of HTTP refuses, before there is a request, with a problem, and ends the connection. */
export function refuseUnreadable (error: Error & { code?: string }, socket: Socket) {
  // The client is gone.
  if (!socket.writable || error.code === 'ECONNRESET') return socket.destroy()
  const [status, code, title] = PROBLEMS[String(error.code)] ?? MALFORMED
  const body = JSON.stringify({
    type: `urn:cchc:problem:${code}`, title, status: Number(status.slice(0, 3)), code, detail: title, errors: []
  })
  socket.end([
    `HTTP/1.1 ${status}`, 'content-type: application/problem+json', `content-length: ${body.length}`,
    `x-request-id: ${randomUUID()}`, 'connection: close', '', body
  ].join('\r\n'))
}
