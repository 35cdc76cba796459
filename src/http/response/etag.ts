import { createHash } from 'node:crypto'
import type { onSendHookHandler } from 'fastify'

/** Weak, because compression changes the bytes and not the answer. */
export function etagOf (body: string | Buffer): string {
  return `W/"${createHash('sha1').update(body).digest('base64url')}"`
}

/** An onSend hook: gives whole answers to GET an ETag, and 304 to those who have that answer already. */
export const answerConditionally: onSendHookHandler = (request, reply, payload, done) => {
  if (request.method !== 'GET' || reply.statusCode !== 200 || !isWhole(payload)) return done(null, payload)
  const etag = reply.getHeader('etag') as string | undefined ?? etagOf(payload)
  reply.headers({ etag, 'cache-control': 'private, no-cache' })
  if (!matches(request.headers['if-none-match'], etag)) return done(null, payload)
  reply.code(304).removeHeader('content-type')
  done(null, '')
}

/** A stream has no tag: it is not known before it is sent. */
function isWhole (payload: unknown): payload is string | Buffer {
  return typeof payload === 'string' || Buffer.isBuffer(payload)
}

function matches (header: string | undefined, etag: string): boolean {
  const opaque = etag.replace(/^W\//, '')
  return header !== undefined && header.split(',').some(tag => ['*', opaque].includes(tag.trim().replace(/^W\//, '')))
}
