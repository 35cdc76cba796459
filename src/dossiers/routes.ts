import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest, FastifySchemaCompiler } from 'fastify'
import { Type, type Static, type TSchema } from 'typebox'
import { plainText } from '../text/plain-text.ts'
import type { Caller } from '../contract/caller.ts'
import { invalid } from '../contract/errors.ts'
import type { App, Context } from '../http/context.ts'
import { batchBody } from '../http/request/batch-request.ts'
import { listResponse, sendList } from '../http/response/respond.ts'
import { problem, problems } from '../http/response/error-handler.ts'
import { MEDIA_TYPES, NDJSON_TYPES, STREAM_TYPES } from '../contract/formats.ts'
import { Ref } from '../contract/fields.ts'
import { envelopeCompiler } from '../http/request/validator-compiler.ts'
import {
  countRows, inWrite, PostHeaders, ReasonHeaders, writeStream
} from '../http/request/write-request.ts'
import { deleteDossier, importDossiers, listConflicts, postDossiers, sourceOf } from './commands.ts'
import type { ImportOptions } from './ingest/stream.ts'
import { dossierByCode, dossiers } from './queries.ts'
import type { SourcesInConflict } from './source-conflicts/record.ts'
import {
  DeleteQuery, Dossier, DossierAnswer, DossierItem, DossierPath, DossierQuery, DossierVersion, DossierWithHistory,
  ListQuery, PostQuery
} from './schema.ts'

const JSON_TYPE = 'application/json'
const NDJSON = MEDIA_TYPES.ndjson
const tags = ['dossiers']
const config = { scope: 'write:dossiers' } as const
const counts = { description: 'The number of rows by outcome, the errors and the warnings.', ...Ref(DossierAnswer) }
const sending = {
  200: counts,
  ...problems(400, 408, 409, 413, 415),
  422: {
    description: 'Rows break a rule, or the idempotency key belongs to another request. Nothing was written. Of a ' +
      'stream: it has no row, or none that is valid; the answer is that of 200.',
    content: { ...problem('').content, [JSON_TYPE]: { schema: Ref(DossierAnswer) } }
  }
}

export async function dossierRoutes (app: App, context: Context) {
  const { db, cache, metrics, now } = context
  for (const schema of [DossierItem, Dossier, DossierVersion, DossierWithHistory, DossierAnswer]) app.addSchema(schema)

  await app.register(async (streams: App) => {
    streams.addContentTypeParser(NDJSON_TYPES, async (_: unknown, body: Readable) => body)

    streams.post('/dossiers', {
      config,
      schema: {
        operationId: 'postDossiers',
        tags,
        summary: 'Send the current versions of dossiers',
        description: 'Creates or updates dossiers by code. A code names one dossier within the reach of the key; what is outside ' +
          'of it has no influence. A version with an older `updated_at` than the stored one changes nothing. A version with another unit moves the ' +
          'dossier from its day on, and figures of the days before stay, unless it is a `correction`. A dossier ' +
          'belongs to the source that sent it: a record of another source is refused (`other_source`), unless that source ' +
          'has a higher precedence and takes the dossier over (`taken_over`). Dossiers count at once. Up to 10 000 dossiers, ' +
          'all or nothing. As lines of JSON they are taken in like those of `POST /v1/imports`.',
        headers: PostHeaders,
        querystring: PostQuery,
        body: {
          content: {
            [JSON_TYPE]: { schema: batchBody(DossierItem, EXAMPLE) },
            ...linesAs(NDJSON_TYPES)
          }
        },
        response: sending
      },
      validatorCompiler: streamCompiler
    }, async (request, reply) => {
      const { body, query: { dry_run = false } } = request
      const options = optionsOf(request)
      if (body instanceof Readable) return stream(request, reply, options)
      // The schema of a body is chosen by its content type, so a request without one is not validated.
      if (body === undefined) throw invalid('', 'invalid_type', 'the body must be object')
      const { items } = body as { items: unknown[] }
      const conflicts: SourcesInConflict[] = []
      try {
        const answer = await inWrite(
          context, request, reply, write => postDossiers(write, items, options, conflicts), { dryRun: dry_run })
        if (!dry_run) countRows(metrics, request, reply, answer)
        return answer
      } catch (error) {
        if (!dry_run) await listConflicts(db, conflicts)
        throw error
      }
    })
  })

  await app.register(async (streams: App) => {
    streams.removeAllContentTypeParsers()
    streams.addContentTypeParser(STREAM_TYPES, async (_: unknown, body: Readable) => body)

    streams.post('/imports', {
      config,
      schema: {
        operationId: 'importDossiers',
        tags,
        summary: 'Send any number of dossiers as a stream',
        description: `Takes what \`POST /v1/dossiers\` takes, as lines of JSON (\`${NDJSON}\`), one dossier a line. A stream is ` +
          'committed in chunks without its invalid rows; if it breaks off, send all of it again. It ends early with 422 if its ' +
          'first 50 000 rows are all invalid, and when the client closes the connection. A compressed body may inflate to at ' +
          'most 100 times its size, and to 4 GiB. A stream of which no row is valid, such as an empty one, is 422. ' +
          '`GET /v1/imports/{id}` has its progress.',
        headers: PostHeaders,
        querystring: PostQuery,
        body: { content: linesAs(STREAM_TYPES) },
        response: sending
      },
      validatorCompiler: streamCompiler
    }, async (request, reply) => {
      const { body } = request
      if (body === undefined) throw invalid('', 'missing', `a stream has a content type, such as ${NDJSON}`)
      return stream(request, reply, optionsOf(request))
    })
  })

  async function stream (request: FastifyRequest, reply: FastifyReply, options: ImportOptions): Promise<DossierAnswer> {
    const answer = await writeStream(request, reply, (origin, stream) => (
      importDossiers(db, context.writers, origin, stream, options)))
    // Such as a file in UTF-16, one JSON text over several lines, or an empty file.
    if (answer.received === answer.rejected) reply.code(422)
    if (!options.dry_run) countRows(metrics, request, reply, answer)
    return answer
  }

  app.get('/dossiers', {
    schema: {
      operationId: 'listDossiers',
      tags,
      summary: 'List dossiers as they are now',
      querystring: ListQuery,
      response: {
        200: listResponse(Dossier, 'By code; of a unit or of some days in the order in which they were received.'),
        ...problems(400, 406, 413)
      }
    }
  }, (request, reply) => sendList(cache, request, reply, Dossier, page => (
    dossiers(db, request.query, page, request.caller.unit, now()))))

  app.get('/dossiers/:code', {
    schema: {
      operationId: 'getDossier',
      tags,
      summary: 'Get a dossier with its history',
      description: 'Versions of the time when the dossier was outside of the reach of the key are not shown.',
      querystring: DossierQuery,
      params: DossierPath,
      response: { 200: { description: 'The dossier.', ...Ref(DossierWithHistory) }, ...problems(400, 404) }
    }
  }, request => dossierByCode(db, plainText(request.params.code), request.query, request.caller.unit))

  app.delete('/dossiers/:code', {
    config,
    schema: {
      operationId: 'deleteDossier',
      tags,
      summary: 'Delete a dossier, so that it counts nowhere',
      description: 'Only the source that the dossier belongs to can delete it, or a key with the scope `admin` and no source ' +
        'of its own. A version with a later `updated_at` than the deleted one restores it, or one with `"deleted": false`.',
      headers: ReasonHeaders,
      querystring: DeleteQuery,
      params: DossierPath,
      response: { 200: { description: 'The dossier before it was deleted.', ...Ref(Dossier) }, ...problems(400, 404) }
    }
  }, (request, reply) => inWrite(context, request, reply, write => (
    deleteDossier(write, plainText(request.params.code), request.query.unit))))
}

function optionsOf ({ query, caller }: { query: Static<typeof PostQuery>, caller: Caller }): ImportOptions {
  const { source, dry_run = false, unknown_codes = 'refuse' } = query
  return { source: sourceOf(source, caller), dry_run, unknown_codes }
}

function linesAs (types: readonly string[]) {
  return Object.fromEntries(types.map(type => [type, { schema: Lines }]))
}

/** A stream is validated line by line while it is ingested. */
const streamCompiler: FastifySchemaCompiler<TSchema> = route => {
  const { contentType } = route as { contentType?: string }
  return STREAM_TYPES.includes(contentType!) ? (value: unknown) => ({ value }) : envelopeCompiler(route)
}

const EXAMPLE = {
  code: '000.17.22.H56-210531-0001',
  unit: 'H56-380',
  procedure: '1.001612',
  channel: 'direct',
  status: 10,
  received_at: '2021-05-31T08:00:00+07:00',
  due_at: '2021-06-10T17:00:00+07:00',
  finished_at: '2021-06-08T10:30:00+07:00',
  returned_at: '2021-06-09T09:00:00+07:00',
  updated_at: '2021-06-09T09:00:00+07:00'
}

const Lines = Type.String({
  description: 'One `DossierItem` a line.', format: 'binary', examples: [`${JSON.stringify(EXAMPLE)}\n`]
})
