import type { App, Context } from '../../http/context.ts'
import { listResponse, sendList } from '../../http/response/respond.ts'
import { problems } from '../../http/response/error-handler.ts'
import { sourceConflicts } from './queries.ts'
import { SourceConflict, SourceConflictQuery } from './schema.ts'

export async function sourceConflictRoutes (app: App, { db, cache }: Context) {
  app.addSchema(SourceConflict)

  app.get('/source-conflicts', {
    schema: {
      operationId: 'listSourceConflicts',
      tags: ['dossiers'],
      summary: 'List the codes of dossiers that two sources send',
      description: 'A dossier belongs to the source that sent it. A record of another source is refused (`other_source`), ' +
        'unless the other source has a higher `precedence`: then it takes the dossier over.',
      querystring: SourceConflictQuery,
      response: { 200: listResponse(SourceConflict, 'Conflicts, ordered by code.'), ...problems(400, 406) }
    }
  }, (request, reply) => sendList(cache, request, reply, SourceConflict, page => (
    sourceConflicts(db, request.query, page, request.caller.unit))))
}
