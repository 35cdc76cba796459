import type {} from '@fastify/accepts'
import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type, type TObject, type TProperties, type TSchema } from 'typebox'
import type { ResponseCache } from './response-cache.ts'
import { etagOf } from './etag.ts'
import { withoutDeadline } from '../../concurrency/request-deadline.ts'
import type { Semaphore } from '../../concurrency/semaphore.ts'
import { Busy } from '../../contract/errors.ts'
import { DEFAULT_LIMIT, MAX_LIMIT, PageQuery, type Page, type PageRequest } from '../../contract/paging.ts'
import { Ref } from '../../contract/fields.ts'
import { FormatQuery, MEDIA_TYPES, NDJSON_TYPES, type Format } from '../../contract/formats.ts'
import { csvOf } from '../tables/csv.ts'
import { fileNameOf } from '../tables/file-name.ts'
import { spreadsheetOf } from '../tables/xlsx.ts'

export type Row = object

declare module 'fastify' {
  interface FastifyInstance {
    /** Limits how many spreadsheets are written at a time. */
    spreadsheets: Semaphore
  }
}

/** The query of a list without filters. */
export const PlainListQuery = Type.Object({ ...PageQuery, ...FormatQuery }, { additionalProperties: false })

/**
 * The 200 answer of a list, in every format.
 * @param beside what a page in JSON says beside its rows
 */
export function listResponse (row: TObject, description: string, beside: TProperties = {}) {
  const list = Type.Object({
    items: Type.Array(Ref(row)),
    next_cursor: Type.Unsafe<string | null>({
      type: ['string', 'null'], description: 'Cursor of the next page. null on the last page.'
    }),
    ...beside
  }, { additionalProperties: false })
  return tableResponse(list, description)
}

/** @param types the formats that there are, with their media types */
export function tableResponse (
  json: TSchema, description: string, types: Readonly<Record<string, string>> = MEDIA_TYPES
) {
  const file = Type.String({ format: 'binary' })
  const schemas: Record<string, TSchema> = { json, ndjson: Type.String(), csv: Type.String(), xlsx: file, docx: file }
  return {
    description,
    headers: {
      link: Type.String({ description: 'Address of the next page with `rel="next"`, if there is one.' }),
      'content-disposition': Type.String({ description: 'Name of the file, for all formats but JSON.' })
    },
    content: Object.fromEntries(Object.entries(types).map(([format, type]) => [type, { schema: schemas[format] }]))
  }
}

const ANY_TYPE = '*/*'

/** @throws an error with status 406 if `Accept` names no available format */
export function formatOf (request: FastifyRequest): Format {
  return formatAmong(request, MEDIA_TYPES)
}

/**
 * @param types the formats that there are, with their media types
 * @throws an error with status 406 if `Accept` names none of them
 */
export function formatAmong<F extends string> (
  request: FastifyRequest, types: Readonly<Record<F | 'json' | 'ndjson', string>>
): F | 'json' | 'ndjson' {
  const { format } = request.query as { format?: F }
  if (format !== undefined) return format
  // Most say nothing, or that anything will do.
  if ((request.headers.accept ?? ANY_TYPE) === ANY_TYPE) return 'json'
  const known = Object.entries<string>(types)
  const type = request.accepts().type([...Object.values<string>(types), ...NDJSON_TYPES]) as string
  const [accepted] = NDJSON_TYPES.includes(type) ? ['ndjson'] : known.find(([, known]) => known === type) ?? []
  if (accepted !== undefined) return accepted as F
  throw Object.assign(new Error(`available formats are ${Object.values(types).join(', ')}`), { statusCode: 406 })
}

/**
 * Answers with a list. JSON is one page. csv, ndjson and xlsx hold the whole list unless `limit` is given, because a
 * table that is silently cut off is worse than a long one.
 */
export function sendList<R extends Row> (
  cache: ResponseCache, request: FastifyRequest, reply: FastifyReply, schema: TObject,
  page: (request: PageRequest) => Promise<Page<R> & Scope>
): Promise<FastifyReply> {
  const format = formatOf(request)
  if (format !== 'json') return sendTable(request, reply, format, schema, page)
  const { limit = DEFAULT_LIMIT, cursor } = request.query as PageAsked
  return sendShared(cache, request, reply, async () => {
    const { province, ...value } = await page({ limit, cursor })
    const link = value.next_cursor === null ? null : nextLink(request, value.next_cursor)
    return { value, link, province }
  })
}

interface PageAsked {
  limit?: number
  cursor?: string
}

async function sendTable<R extends Row> (
  request: FastifyRequest, reply: FastifyReply, format: Exclude<Format, 'json'>, schema: TObject,
  page: (request: PageRequest) => Promise<Page<R>>
) {
  const { limit, cursor } = request.query as PageAsked
  // Its rows are read when it is its turn.
  if (format === 'xlsx' && limit === undefined) return sendFile(request, reply, format, schema, allRows(page, cursor))
  const first = await page({ limit: limit ?? MAX_LIMIT, cursor })
  if (first.next_cursor === null) return sendFile(request, reply, format, schema, first.items)
  if (limit === undefined) return sendFile(request, reply, format, schema, allRows(page, cursor, first))
  reply.header('link', nextLink(request, first.next_cursor))
  return sendFile(request, reply, format, schema, first.items)
}

/** What an answer is made of. */
interface Scope {
  /** The only province whose rows it is made of, beside those of no province; left out or null: of any. */
  province?: string | null
}

/**
 * Answers with JSON that is rendered once for concurrent requests of the same caller and address. The answer of a route
 * with `cache: 'until-commit'` in its config is cached until the next commit that concerns it, at most until the end of
 * the business day.
 */
export async function sendShared (
  cache: ResponseCache, request: FastifyRequest, reply: FastifyReply,
  produce: () => Promise<{ value: object, link: string | null } & Scope>
) {
  const render = async () => {
    const { value, link, province = null } = await produce()
    const body = Buffer.from(JSON.stringify(value))
    return { body, etag: etagOf(body), link, province }
  }
  const isCached = request.routeOptions.config.cache === 'until-commit'
  const { body, etag, link } = await (isCached ? cache.cached(request, render) : cache.shared(request, render))
  if (link !== null) reply.header('link', link)
  return reply.header('etag', etag).type('application/json; charset=utf-8').send(body)
}

/**
 * Answers with rows as a file that is named after what it holds. Lists inside a row become text. A list of rows is
 * known as a whole, so that its file has an ETag and a length.
 */
export async function sendFile (
  request: FastifyRequest, reply: FastifyReply, format: Exclude<Format, 'json'>, schema: TObject,
  rows: readonly Row[] | AsyncIterable<Row>
) {
  const name = fileNameOf(request)
  reply.type(format === 'xlsx' ? MEDIA_TYPES.xlsx : `${MEDIA_TYPES[format]}; charset=utf-8`)
  reply.header('content-disposition', `attachment; filename="${name}.${format}"`)
  if (format === 'xlsx') {
    const sheet = { name, columns: columnsOf(schema) }
    const file = await withoutDeadline(() => (
      request.server.spreadsheets.run(() => spreadsheetOf(sheet, whileOpen(reply.raw, rows)))))
    return reply.send(file)
  }
  const lines = format === 'ndjson' ? Readable.from(jsonLines(rows)) : csvOf(Object.keys(schema.properties), rows)
  return reply.send(Array.isArray(rows) ? await buffer(lines) : lines)
}

/** The rows while the client is there: who left does not keep others waiting for a spreadsheet. @throws Busy */
async function * whileOpen (response: ServerResponse, rows: Iterable<Row> | AsyncIterable<Row>) {
  for await (const row of rows) {
    if (response.destroyed) throw new Busy('the client has gone')
    yield row
  }
}

function columnsOf ({ properties }: TObject) {
  return Object.entries(properties).map(([name, { format }]: [string, { format?: string }]) => ({ name, format }))
}

async function * allRows<R> (
  page: (request: PageRequest) => Promise<Page<R>>, cursor: string | undefined, first?: Page<R>
): AsyncGenerator<R> {
  let { items, next_cursor: next } = first ?? await page({ limit: MAX_LIMIT, cursor })
  for (;;) {
    yield * items
    if (next === null) return
    const cursor = next
    // A long list takes longer than other answers may, and then cannot be refused any more.
    ;({ items, next_cursor: next } = await withoutDeadline(() => page({ limit: MAX_LIMIT, cursor })))
  }
}

async function * jsonLines (rows: Iterable<Row> | AsyncIterable<Row>) {
  for await (const row of rows) yield `${JSON.stringify(row)}\n`
}

function nextLink (request: FastifyRequest, cursor: string): string {
  const url = new URL(request.url, 'http://host')
  url.searchParams.set('cursor', cursor)
  return `<${url.pathname}${url.search}>; rel="next"`
}
