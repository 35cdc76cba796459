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
      summary: 'Get the status map of a source',
      querystring: NoQuery,
      params: StatusMapPath,
      response: { 200: { description: 'The status map.', ...Ref(StatusMap) }, ...problems(400, 404) }
    }
  }, request => statusMap(context.db, request.params.code))

  app.put('/sources/:code/status-map', {
    config: { scope: 'write:catalogue' },
    schema: {
      operationId: 'putStatusMap',
      tags: ['dossiers'],
      summary: 'Replace the status map of a source',
      description: 'Maps the statuses of a source to the national ones, as a whole. Dossiers sent afterwards are read with the new ' +
        'map; stored dossiers do not change. A key that is bound to a unit replaces only maps of sources that have no figures, ' +
        'dossiers, clients or aliases out of its reach (403, `forbidden_source`).',
      headers: ReasonHeaders,
      querystring: NoQuery,
      params: StatusMapPath,
      body: StatusMapBody,
      response: { 200: { description: 'The status map.', ...Ref(StatusMap) }, ...problems(400, 413, 415) }
    }
  }, (request, reply) => inWrite(context, request, reply, write => (
    putStatusMap(write, request.params.code, request.body))))
}
