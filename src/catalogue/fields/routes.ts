import type { App, Context } from '../../http/context.ts'
import { listResponse, PlainListQuery, sendList } from '../../http/response/respond.ts'
import { problems } from '../../http/response/error-handler.ts'
import { fields } from './queries.ts'
import { Field } from './schema.ts'

export async function fieldRoutes (app: App, { db, cache }: Context) {
  app.addSchema(Field)

  app.get('/fields', {
    schema: {
      operationId: 'listFields',
      tags: ['catalogue'],
      summary: 'List the fields of procedures',
      querystring: PlainListQuery,
      response: { 200: listResponse(Field, 'All fields, ordered by position.'), ...problems(400, 406) }
    }
  }, (request, reply) => sendList(cache, request, reply, Field, page => fields(db, page)))
}
