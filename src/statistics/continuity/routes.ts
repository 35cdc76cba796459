import type { App, Context } from '../../http/context.ts'
import { listResponse, sendList } from '../../http/response/respond.ts'
import { problems } from '../../http/response/error-handler.ts'
import { DOSSIERS, FEEDBACK } from '../kinds/index.ts'
import { discontinuities } from './queries.ts'
import { ContinuityQuery, Discontinuity, FeedbackDiscontinuity } from './schema.ts'

const OPERATIONS = [
  {
    kind: DOSSIERS,
    row: Discontinuity,
    words: {
      operationId: 'listDiscontinuities',
      summary: 'List where the dossiers carried over are not those pending before',
      description: 'Compares `carried_over` with `pending` of each period of the same calendar that ended on the day before, ' +
        'of the same unit, scope and source: row by row where both periods have the same detail, otherwise as a whole. A row ' +
        'that is not there counts as 0, and what is unknown is not compared. An empty list: nothing differs.'
    },
    order: 'By period, unit, scope, source, period before, field and procedure.'
  },
  {
    kind: FEEDBACK,
    row: FeedbackDiscontinuity,
    words: {
      operationId: 'listFeedbackDiscontinuities',
      summary: 'List where the feedback carried over is not that pending before',
      description: 'Compares `carried_over` with `pending` of each period of the same calendar that ended on the day before, ' +
        'of the same unit, scope and source. What is unknown is not compared. An empty list: nothing differs.'
    },
    order: 'By period, unit, scope, source and period before.'
  }
]

export async function continuityRoutes (app: App, { db, cache }: Context) {
  for (const { kind, row, words, order } of OPERATIONS) {
    app.addSchema(row)
    app.get(`/${kind.resource}/continuity`, {
      schema: {
        ...words,
        tags: ['statistics'],
        querystring: ContinuityQuery,
        response: { 200: listResponse(row, order), ...problems(400, 406) }
      }
    }, (request, reply) => sendList(cache, request, reply, row, page => (
      discontinuities(db, kind, request.query, page, request.caller.unit))))
  }
}
