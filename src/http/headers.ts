import type { onRequestHookHandler } from 'fastify'

/**
 * An onRequest hook: answers are data, and a browser must neither take them for a page nor show them inside one. The
 * documentation, which is a page, has helmet's full set; here each header would cost more than counting does.
 */
export const protectAnswer: onRequestHookHandler = (_request, reply, done) => {
  reply.headers(HEADERS)
  done()
}

const HEADERS = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': 'default-src \'none\'; frame-ancestors \'none\''
}
