import { withNames } from '../../catalogue/names.ts'
import type { App, Context } from '../../http/context.ts'
import { problems } from '../../http/response/error-handler.ts'
import { listResponse, sendList } from '../../http/response/respond.ts'
import { evaluationHistory } from './queries.ts'
import { EvaluationHistoryQuery, EvaluationHistoryRow } from './schema.ts'

export async function evaluationHistoryRoutes (app: App, { db, cache, now }: Context) {
  app.addSchema(EvaluationHistoryRow)

  app.get('/evaluation/history', {
    schema: {
      operationId: 'listEvaluationHistory',
      tags: ['evaluation'],
      summary: 'List the points of units as they were on each day',
      description: 'The national portal keeps no history; the service keeps one of its own. Once a day, soon after midnight in Vietnam, ' +
        'it stores the points of each province and of the units directly below it: of the calendar month, quarter and year that run, and, the ' +
        'day after a period has ended, once more of that one. A day on which the service did not run has no rows; none are made up ' +
        'later, and the change on the day after is null. A province of which no points are known has no rows either. `npm run snapshot` takes the snapshot of the day ' +
        'again: it replaces that of each unit as a whole, but never with one of which fewer points are known. Points by two versions of the formula, or of ' +
        'other criteria, are not compared: `comparable` is then false.',
      querystring: EvaluationHistoryQuery,
      response: {
        200: listResponse(EvaluationHistoryRow, 'Rows, ordered by unit, period, group and day.'), ...problems(400, 406)
      }
    }
  }, (request, reply) => sendList(cache, request, reply, EvaluationHistoryRow, async page => {
    const { items, next_cursor } = await evaluationHistory(db, request.query, page, request.caller.unit, now())
    return { items: await withNames(db, items, ['unit', 'level']), next_cursor }
  }))
}
