import type { FastifyCorsOptions } from '@fastify/cors'

/** Whose pages may read answers in a browser: anyone's, or those of these origins. */
export type Origins = '*' | string[]

/** Without credentials: a page sends its key or token itself, and there are no cookies. */
export function corsOptions (origin: Origins): FastifyCorsOptions {
  return {
    origin,
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    allowedHeaders: [
      'Authorization', 'X-API-Key', 'Idempotency-Key', 'If-Match', 'If-None-Match', 'X-Reason', 'Content-Type', 'traceparent'
    ],
    exposedHeaders: [
      'ETag', 'Link', 'Retry-After', 'RateLimit-Limit', 'RateLimit-Remaining', 'RateLimit-Reset', 'RateLimit-Policy',
      'Idempotency-Replayed', 'X-Request-Id'
    ],
    // Otherwise an OPTIONS that is not a preflight would be answered in plain text.
    strictPreflight: false
  }
}
