import type { onRequestHookHandler } from 'fastify'

/**
 * An onRequest hook: answers are data, and a browser must neither take them for a page nor show them inside one. The
 * documentation, which is a page, has helmet's full set; here each header would cost more than counting does. Under
 * `X-Request-Id` the log has what became of the request.
 */
export const protectAnswer: onRequestHookHandler = (request, reply, done) => {
  reply.headers(HEADERS).header('x-request-id', request.id)
  done()
}

const HEADERS = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': 'default-src \'none\'; frame-ancestors \'none\''
}
