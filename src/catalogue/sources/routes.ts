import { Type } from 'typebox'
import type { App, Context } from '../../http/context.ts'
import { listResponse, PlainListQuery, sendList } from '../../http/response/respond.ts'
import { problems } from '../../http/response/error-handler.ts'
import { Example, NoQuery, Ref, SourceCode } from '../../contract/fields.ts'
import { sendVersion, VERSION_HEADER } from '../../http/request/if-match.ts'
import { inWrite, PutHeaders } from '../../http/request/write-request.ts'
import { putSource, type SourceEffects } from './commands.ts'
import { sourceByCode, sources } from './queries.ts'
import { Source, SourceBody } from './schema.ts'

interface SourceContext extends Context {
  effects: SourceEffects
}

export async function sourceRoutes (app: App, context: SourceContext) {
  const { db, cache, effects } = context
  app.addSchema(Source)

  app.get('/sources', {
    schema: {
      operationId: 'listSources',
      tags: ['catalogue'],
      summary: 'List the sources of figures',
      querystring: PlainListQuery,
      response: { 200: listResponse(Source, 'All sources, by code.'), ...problems(400, 406) }
    }
  }, (request, reply) => sendList(cache, request, reply, Source, page => sources(db, page)))

  app.get('/sources/:code', {
    schema: {
      operationId: 'getSource',
      tags: ['catalogue'],
      summary: 'Get a source by its code',
      querystring: NoQuery,
      params: Type.Object({ code: Example(SourceCode('Code of the source.'), 'bao-cao-2021') }),
      response: { 200: { description: 'The source.', headers: VERSION_HEADER, ...Ref(Source) }, ...problems(400, 404) }
    }
  }, async (request, reply) => sendVersion(reply, await sourceByCode(db, request.params.code)))

  app.put('/sources/:code', {
    config: { scope: 'write:catalogue' },
    schema: {
      operationId: 'putSource',
      tags: ['catalogue'],
      summary: 'Create or update a source and its precedence',
      description: 'Figures and dossiers of unknown sources are refused. With `succeeds`, the dossiers of another source are ' +
        'handed over to this one, which needs a key for all units. A key that is bound to a unit makes and changes only sources ' +
        'that have no figures, dossiers, clients or aliases out of its reach (403, `forbidden_source`).',
      headers: PutHeaders,
      querystring: NoQuery,
      params: Type.Object({ code: Example(SourceCode('Code of the source.'), 'one-stop') }),
      body: SourceBody,
      response: {
        200: { description: 'The stored source.', headers: VERSION_HEADER, ...Ref(Source) },
        ...problems(400, 412, 413, 415, 422)
      }
    }
  }, async (request, reply) => sendVersion(reply, await inWrite(
    context, request, reply, write => putSource(write, request.params.code, request.body, effects))))
}
