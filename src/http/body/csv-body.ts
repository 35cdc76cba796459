import type { FastifyRequest } from 'fastify'
import type { TObject } from 'typebox'
import { invalid } from '../../contract/errors.ts'
import { MEDIA_TYPES } from '../../contract/formats.ts'
import { decodeUtf8 } from '../../text/utf8.ts'
import { itemsOfCsv, type CsvLayout } from '../tables/csv-items.ts'
import type { App } from '../context.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Where the items of a csv stand in it; undefined: the body is not a csv. */
    csv: CsvLayout | undefined
  }
}

/** A csv as the body of a batch, in place of JSON. */
export function acceptCsv (app: App, item: TObject): void {
  app.decorateRequest('csv', undefined)
  app.addContentTypeParser(MEDIA_TYPES.csv, { parseAs: 'buffer' }, async (request: FastifyRequest, body: Buffer) => {
    if (request.headers['idempotency-key'] !== undefined) request.bodyBytes = body
    const { items, ...layout } = itemsOfCsv(textOf(body), item)
    request.csv = layout
    return { items }
  })
}

function textOf (body: Buffer): string {
  // A text in UTF-16 that begins with a Latin letter has a NUL within its first two bytes.
  const isUtf16 = (body[0] === 0xff && body[1] === 0xfe) || (body[0] === 0xfe && body[1] === 0xff) ||
    body.subarray(0, 2).includes(0)
  if (isUtf16) throw notUtf8('in UTF-16')
  try {
    return decodeUtf8(body)
  } catch {
    throw notUtf8('not in UTF-8; perhaps in Windows-1258')
  }
}

function notUtf8 (what: string) {
  return invalid('', 'not_utf8', `the file is ${what}: save it as UTF-8, in Excel as "CSV UTF-8"`)
}
