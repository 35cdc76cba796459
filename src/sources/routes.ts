import { Type } from 'typebox'
import type { App, Context } from '../http/app.ts'
import { listResponse, PlainListQuery, sendList } from '../http/formats.ts'
import { problems } from '../http/problem.ts'
import { Example, NoQuery, Ref, SourceCode } from '../http/schema.ts'
import { describedSource, sources } from './queries.ts'
import { Source, SourceBody } from './schema.ts'

export async function sourceRoutes (app: App, { db, answers }: Context) {
  app.addSchema(Source)

  app.get('/sources', {
    schema: {
      operationId: 'listSources',
      tags: ['catalogue'],
      summary: 'List the sources of figures',
      querystring: PlainListQuery,
      response: { 200: listResponse(Source, 'All sources, by code.'), ...problems(400, 406) }
    }
  }, (request, reply) => sendList(answers, request, reply, Source, page => sources(db, page)))

  app.put('/sources/:code', {
    schema: {
      operationId: 'putSource',
      tags: ['catalogue'],
      summary: 'Describe a source, and say how it ranks among the others',
      querystring: NoQuery,
      params: Type.Object({ code: Example(SourceCode('Code of the source.'), 'one-stop') }),
      body: SourceBody,
      response: { 200: { description: 'The source as it is now.', ...Ref(Source) }, ...problems(400, 413, 415) }
    }
  }, request => describedSource(db, request.params.code, request.body))
}
