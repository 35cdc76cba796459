import type { App, Context } from '../../http/context.ts'
import { problems } from '../../http/response/error-handler.ts'
import { NoQuery, Ref } from '../../contract/fields.ts'
import { inWrite, ReasonHeaders } from '../../http/request/write-request.ts'
import { putStatusMap } from './commands.ts'
import { statusMap } from './queries.ts'
import { MappedStatus, StatusMap, StatusMapBody, StatusMapPath } from './schema.ts'

export async function statusMapRoutes (app: App, context: Context) {
  app.addSchema(MappedStatus)
  app.addSchema(StatusMap)

  app.get('/sources/:code/status-map', {
    schema: {
      operationId: 'getStatusMap',
      tags: ['dossiers'],
      summary: 'Get what a source calls the national statuses of dossiers',
      querystring: NoQuery,
      params: StatusMapPath,
      response: { 200: { description: 'All its statuses.', ...Ref(StatusMap) }, ...problems(400, 404) }
    }
  }, request => statusMap(context.db, request.params.code))

  app.put('/sources/:code/status-map', {
    config: { scope: 'write:catalogue' },
    schema: {
      operationId: 'putStatusMap',
      tags: ['dossiers'],
      summary: 'Say what a source calls the national statuses of dossiers',
      description: 'Replaces all of it. Dossiers sent from now on are read with it; those that are stored stay as they are.',
      headers: ReasonHeaders,
      querystring: NoQuery,
      params: StatusMapPath,
      body: StatusMapBody,
      response: { 200: { description: 'All its statuses.', ...Ref(StatusMap) }, ...problems(400, 413, 415) }
    }
  }, (request, reply) => inWrite(context, request, reply, write => (
    putStatusMap(write, request.params.code, request.body))))
}
