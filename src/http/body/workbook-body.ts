import type { FastifyRequest } from 'fastify'
import { MEDIA_TYPES } from '../../contract/formats.ts'
import type { App } from '../context.ts'

/** Bytes. A report has some 15 KB, and pictures that people add. */
const MAX_WORKBOOK = 4 * 1_024 ** 2

/** A workbook as the body, and nothing else, as the bytes that it came in. */
export function acceptWorkbook (app: App): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(MEDIA_TYPES.xlsx, { parseAs: 'buffer', bodyLimit: MAX_WORKBOOK }, async (
    request: FastifyRequest, body: Buffer
  ) => {
    if (request.headers['idempotency-key'] !== undefined) request.bodyBytes = body
    return body
  })
}
