import { Readable } from 'node:stream'
import type { FastifySchemaCompiler } from 'fastify'
import { Type, type TSchema } from 'typebox'
import { plainText } from '../text/plain-text.ts'
import { invalid } from '../contract/errors.ts'
import type { App, Context } from '../http/context.ts'
import { batchBody } from '../http/request/batch-request.ts'
import { listResponse, sendList } from '../http/response/respond.ts'
import { problem, problems } from '../http/response/error-handler.ts'
import { MEDIA_TYPES, NDJSON_TYPES } from '../contract/formats.ts'
import { Ref } from '../contract/fields.ts'
import { envelopeCompiler } from '../http/request/validator-compiler.ts'
import {
  countRows, inWrite, originOf, PostHeaders, ReasonHeaders, requestHash
} from '../http/request/write-request.ts'
import { deleteDossier, listConflicts, postDossiers, sourceOf } from './commands.ts'
import { ingestStream } from './ingest/stream.ts'
import { dossierByCode, dossiers } from './queries.ts'
import type { SourcesInConflict } from './source-conflicts/record.ts'
import {
  Dossier, DossierAnswer, DossierItem, DossierPath, DossierQuery, DossierVersion, DossierWithHistory, ListQuery,
  PostQuery
} from './schema.ts'

const JSON_TYPE = 'application/json'
const NDJSON = MEDIA_TYPES.ndjson
const Lines = Type.String({ description: 'One `DossierItem` a line.' })
const tags = ['dossiers']

export async function dossierRoutes (app: App, context: Context) {
  const { db, cache, metrics } = context
  for (const schema of [DossierItem, Dossier, DossierVersion, DossierWithHistory, DossierAnswer]) app.addSchema(schema)

  await app.register(async (streams: App) => {
    streams.addContentTypeParser(NDJSON_TYPES, async (_: unknown, body: Readable) => body)

    streams.post('/dossiers', {
      config: { scope: 'write:dossiers' },
      schema: {
        operationId: 'postDossiers',
        tags,
        summary: 'Send the current versions of dossiers',
        description: 'Creates or updates dossiers by code. A code names one dossier within the reach of the key; what is outside ' +
          'of it has no influence. A version with an older `updated_at` than the stored one changes nothing. A dossier ' +
          'belongs to the source that sent it: a record of another source is refused (`other_source`), unless that source ' +
          `has a higher precedence and takes the dossier over (\`taken_over\`). Dossiers count at once. \`${JSON_TYPE}\`: up to 10 000 dossiers, all or nothing. ` +
          `\`${NDJSON}\`: any number, one dossier a line. A stream is committed in chunks without its invalid rows; if it ` +
          'breaks off, send all of it again. It ends early with 422 if its first 50 000 rows are all invalid, and when the ' +
          'client closes the connection. A compressed body may inflate to at most 100 times its size, and to 4 GiB. ' +
          'A stream of which no row is valid, such as an empty one, is 422.',
        headers: PostHeaders,
        querystring: PostQuery,
        body: {
          content: {
            [JSON_TYPE]: { schema: batchBody(DossierItem, EXAMPLE) },
            ...Object.fromEntries(NDJSON_TYPES.map(type => [type, { schema: Lines }]))
          }
        },
        response: {
          200: { description: 'The number of rows by outcome, and the errors.', ...Ref(DossierAnswer) },
          ...problems(400, 408, 409, 413, 415),
          422: {
            description: 'Rows break a rule, or the idempotency key belongs to another request. Nothing was written. Of a ' +
              'stream: it has no row, or none that is valid; the answer is that of 200.',
            content: { ...problem('').content, [JSON_TYPE]: { schema: Ref(DossierAnswer) } }
          }
        }
      },
      validatorCompiler: streamCompiler
    }, async (request, reply) => {
      const { caller, query: { source: asked, dry_run = false }, headers } = request
      const options = { source: sourceOf(asked, caller), dry_run }
      const { body } = request as { body: unknown }
      // The schema of a body is chosen by its content type, so a request without one is not validated.
      if (body === undefined) throw invalid('', 'invalid_type', 'the body must be object')
      const answer = body instanceof Readable ? await stream(body) : await batch()
      if (!dry_run) countRows(metrics, request, reply, answer)
      return answer

      async function batch (): Promise<DossierAnswer> {
        const { items } = body as { items: unknown[] }
        const conflicts: SourcesInConflict[] = []
        try {
          return await inWrite(
            context, request, reply, write => postDossiers(write, items, options, conflicts), { dryRun: dry_run })
        } catch (error) {
          if (!dry_run) await listConflicts(db, conflicts)
          throw error
        }
      }

      async function stream (body: Readable): Promise<DossierAnswer> {
        const key = headers['idempotency-key'] ?? null
        const origin = { ...originOf(request), idempotency: null }
        // A client that has gone would not see the answer. Its body can be there already, or be inflating.
        reply.raw.once('close', () => { body.destroy() })
        try {
          const { answer, replayed } = await ingestStream(
            db, context.writers, origin, { body, idempotency_key: key, hash: requestHash(request) }, options)
          if (replayed) reply.header('idempotency-replayed', 'true')
          // Such as a file in UTF-16, one JSON text over several lines, or an empty file.
          if (answer.received === answer.rejected) reply.code(422)
          return answer
        } catch (error) {
          // The rest of the body is not read, so nothing else can come through this connection.
          if (!body.readableEnded) reply.header('connection', 'close')
          throw error
        }
      }
    })
  })

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
    dossiers(db, request.query, page, request.caller.unit))))

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
  }, request => dossierByCode(db, plainText(request.params.code), request.query.unit, request.caller.unit))

  app.delete('/dossiers/:code', {
    config: { scope: 'write:dossiers' },
    schema: {
      operationId: 'deleteDossier',
      tags,
      summary: 'Delete a dossier, so that it counts nowhere',
      description: 'Only the source that the dossier belongs to can delete it, or a key with the scope `admin` and no source ' +
        'of its own. A version with a later `updated_at` than the deleted one restores it, or one with `"deleted": false`.',
      headers: ReasonHeaders,
      querystring: DossierQuery,
      params: DossierPath,
      response: { 200: { description: 'The dossier before it was deleted.', ...Ref(Dossier) }, ...problems(400, 404) }
    }
  }, (request, reply) => inWrite(context, request, reply, write => (
    deleteDossier(write, plainText(request.params.code), request.query.unit))))
}

/** A stream is validated line by line while it is ingested. */
const streamCompiler: FastifySchemaCompiler<TSchema> = route => {
  const { contentType } = route as { contentType?: string }
  return NDJSON_TYPES.includes(contentType!) ? (value: unknown) => ({ value }) : envelopeCompiler(route)
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
