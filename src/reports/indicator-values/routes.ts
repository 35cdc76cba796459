import type { App, Context } from '../../http/context.ts'
import { listResponse, sendList } from '../../http/response/respond.ts'
import { problems } from '../../http/response/error-handler.ts'
import { indicatorValues } from './queries.ts'
import { columnsOf, IndicatorValueQuery, IndicatorValueRow } from './schema.ts'

export async function indicatorValueRoutes (app: App, { db, cache, now }: Context) {
  app.addSchema(IndicatorValueRow)

  app.get('/indicator-values', {
    schema: {
      operationId: 'listIndicatorValues',
      tags: ['reports'],
      summary: 'List indicator values as stored, or added up by level',
      querystring: IndicatorValueQuery,
      response: {
        200: listResponse(IndicatorValueRow, 'Values, ordered by period, unit, form and indicator; by level, by period, level, form, ' +
          'indicator and choice.'),
        ...problems(400, 406, 413)
      }
    }
  }, (request, reply) => sendList(cache, request, reply, columnsOf(request.query), page => (
    indicatorValues(db, request.query, page, request.caller.unit, now()))))
}
