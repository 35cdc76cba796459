import { createHash } from 'node:crypto'
import type { onSendHookHandler } from 'fastify'

/** A weak ETag, because compression changes the bytes but not the content. */
export function etagOf (body: string | Buffer): string {
  return `W/"${createHash('sha1').update(body).digest('base64url')}"`
}

/** An onSend hook: adds an ETag to 200 answers of GET, and answers 304 if `If-None-Match` has the same ETag. */
export const answerConditionally: onSendHookHandler = (request, reply, payload, done) => {
  if (request.method !== 'GET' || reply.statusCode !== 200 || !isBuffered(payload)) return done(null, payload)
  const etag = reply.getHeader('etag') as string | undefined ?? etagOf(payload)
  reply.headers({ etag, 'cache-control': 'private, no-cache' })
  if (!matches(request.headers['if-none-match'], etag)) return done(null, payload)
  reply.code(304).removeHeader('content-type')
  done(null, '')
}

/** A stream has no ETag, because its content is not known before it is sent. */
function isBuffered (payload: unknown): payload is string | Buffer {
  return typeof payload === 'string' || Buffer.isBuffer(payload)
}

function matches (header: string | undefined, etag: string): boolean {
  const opaque = etag.replace(/^W\//, '')
  return header !== undefined && header.split(',').some(tag => ['*', opaque].includes(tag.trim().replace(/^W\//, '')))
}
