import { createHash } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'

/** Weak, because compression changes the bytes and not the answer. */
export function etagOf (body: string | Buffer): string {
  return `W/"${createHash('sha1').update(body).digest('base64url')}"`
}

/** An onSend hook: gives whole answers to GET an ETag, and 304 to those who have that answer already. */
export async function answerConditionally (request: FastifyRequest, reply: FastifyReply, payload: unknown) {
  if (request.method !== 'GET' || reply.statusCode !== 200 || !(typeof payload === 'string' || Buffer.isBuffer(payload))) return payload
  const etag = reply.getHeader('etag') as string | undefined ?? etagOf(payload)
  reply.headers({ etag, 'cache-control': 'no-cache' })
  if (!matches(request.headers['if-none-match'], etag)) return payload
  reply.code(304).removeHeader('content-type')
  return ''
}

function matches (header: string | undefined, etag: string): boolean {
  const opaque = etag.slice(2)
  return header !== undefined && header.split(',').some(tag => ['*', opaque].includes(tag.trim().replace(/^W\//, '')))
}
