import type { App, Context } from '../../http/context.ts'
import { problems } from '../../http/response/error-handler.ts'
import { listResponse, sendList } from '../../http/response/respond.ts'
import { revisions } from './queries.ts'
import { Revision, RevisionPath, RevisionQuery } from './schema.ts'

export async function revisionRoutes (app: App, { db, cache }: Context) {
  app.addSchema(Revision)

  app.get('/reports/:unit/:period/revisions', {
    schema: {
      operationId: 'listRevisions',
      tags: ['reports'],
      summary: 'List what was published of a report, with its hashes',
      params: RevisionPath,
      querystring: RevisionQuery,
      response: { 200: listResponse(Revision, 'Revisions, oldest first.'), ...problems(400, 404, 406) }
    }
  }, (request, reply) => sendList(cache, request, reply, Revision, page => (
    revisions(db, request.params, request.query, page, request.caller.unit))))
}
