import type { App, Context } from '../../http/context.ts'
import { listResponse, sendList } from '../../http/response/respond.ts'
import { problems } from '../../http/response/error-handler.ts'
import { discontinuities } from './queries.ts'
import { ContinuityQuery, Discontinuity } from './schema.ts'

export async function continuityRoutes (app: App, { db, cache }: Context) {
  app.addSchema(Discontinuity)

  app.get('/dossier-statistics/continuity', {
    schema: {
      operationId: 'listDiscontinuities',
      tags: ['statistics'],
      summary: 'List where the dossiers carried over are not those pending before',
      description: 'Compares `carried_over` with `pending` of each period of the same calendar that ended on the day before, ' +
        'of the same unit, scope and source: row by row where both periods have the same detail, otherwise as a whole. A row ' +
        'that is not there counts as 0, and what is unknown is not compared. An empty list: nothing differs.',
      querystring: ContinuityQuery,
      response: {
        200: listResponse(Discontinuity, 'By period, unit, scope, source, period before, field and procedure.'),
        ...problems(400, 406)
      }
    }
  }, (request, reply) => sendList(cache, request, reply, Discontinuity, page => (
    discontinuities(db, request.query, page, request.caller.unit))))
}
