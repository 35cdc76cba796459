import type { App, Context } from '../../http/context.ts'
import { postCatalogue } from '../../http/request/batch-route.ts'
import { listResponse, PlainListQuery, sendList } from '../../http/response/respond.ts'
import { problems } from '../../http/response/error-handler.ts'
import { postFields } from './commands.ts'
import { fields } from './queries.ts'
import { Field, FieldItem } from './schema.ts'

export async function fieldRoutes (app: App, context: Context) {
  const { db, cache } = context
  app.addSchema(Field)
  app.addSchema(FieldItem)

  app.get('/fields', {
    schema: {
      operationId: 'listFields',
      tags: ['catalogue'],
      summary: 'List the fields of procedures',
      querystring: PlainListQuery,
      response: { 200: listResponse(Field, 'All fields, ordered by position.'), ...problems(400, 406) }
    }
  }, (request, reply) => sendList(cache, request, reply, Field, page => fields(db, page)))

  postCatalogue(app, context, {
    path: '/fields',
    operationId: 'postFields',
    summary: 'Create or update fields, by code',
    description: 'Fields are common to all provinces, so this needs a key for all units.',
    item: FieldItem,
    example: { code: 'tourism', name: 'Du lịch', position: 90 },
    command: postFields
  })
}
