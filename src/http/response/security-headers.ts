import type { onRequestHookHandler } from 'fastify'

/**
 * An onRequest hook: answers are data, which a browser must neither treat as a page nor show in a frame. The
 * documentation, which is a page, has helmet's full set; on answers setting it would take longer than counting does.
 * `X-Request-Id` finds the request in the log.
 */
export const protectAnswer: onRequestHookHandler = (request, reply, done) => {
  reply.headers(HEADERS).header('x-request-id', request.id)
  done()
}

const HEADERS = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': 'default-src \'none\'; frame-ancestors \'none\''
}
