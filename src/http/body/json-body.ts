import type { FastifyInstance, FastifyRequest } from 'fastify'
import { parse } from 'secure-json-parse'
import { invalid } from '../../contract/errors.ts'
import { excessOf } from '../../text/json-bounds.ts'
import { decodeUtf8 } from '../../text/utf8.ts'

/** JSON in UTF-8. A body that is not, that names `__proto__`, or that is too deep or has too many values is refused. */
export function acceptJson (app: FastifyInstance) {
  app.decorateRequest('bodyBytes', null)
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', AS_BUFFER, parserOf(error => `: ${error.message}`))
}

const AS_BUFFER = { parseAs: 'buffer' } as const

/**
 * The same for routes whose bodies hold what nobody may see: what is wrong is said without a piece of the body. Their
 * senders are programs that may not say that they send JSON, or call it a text.
 * @param app of these routes only
 */
export function acceptJsonUnquoted (app: FastifyInstance) {
  app.removeAllContentTypeParsers()
  const parser = parserOf(() => '')
  app.addContentTypeParser(['application/json', 'text/json', 'text/plain'], AS_BUFFER, parser)
  app.addContentTypeParser('*', AS_BUFFER, async (request: FastifyRequest, body: Buffer) => {
    if (request.headers['content-type'] === undefined) return parser(request, body)
    throw Object.assign(new Error('the body is no JSON'), { statusCode: 415 })
  })
}

function parserOf (why: (error: Error) => string) {
  return async (request: FastifyRequest, body: Buffer): Promise<unknown> => {
    if (request.headers['idempotency-key'] !== undefined) request.bodyBytes = body
    const excess = excessOf(body)
    if (excess !== null) throw invalid('', 'too_many', `the body ${excess}`)
    try {
      return parse(decodeUtf8(body)) as unknown
    } catch (error) {
      throw Object.assign(new Error(`the body is not JSON in UTF-8${why(error as Error)}`), { statusCode: 400 })
    }
  }
}
