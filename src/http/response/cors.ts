import type { FastifyCorsOptions } from '@fastify/cors'

/** Whose pages may read answers in a browser: anyone's, or those of these origins. */
export type Origins = '*' | string[]

/**
 * @param text origins as browsers send them, parted by commas, or `*`
 * @throws Error that names the one at fault
 */
export function originsOf (text: string): Origins {
  if (text.trim() === '*') return '*'
  const origins = text.split(',').map(origin => origin.trim())
  for (const origin of origins) {
    const url = URL.parse(origin)
    if (url?.origin !== origin || !/^https?:$/.test(url.protocol)) {
      throw new Error(`CORS_ORIGINS: ${JSON.stringify(origin)} is not an origin such as https://example.vn, nor is the whole *`)
    }
  }
  return origins
}

/** Without credentials: keys and tokens are sent by who holds them, and there are no cookies. */
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
    // Else what is no preflight after all would be answered in plain text.
    strictPreflight: false
  }
}
