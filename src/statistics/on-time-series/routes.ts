import type { App, Context } from '../../http/context.ts'
import { listResponse, sendList } from '../../http/response/respond.ts'
import { problems } from '../../http/response/error-handler.ts'
import { columnsAsked } from '../../measures/unknown.ts'
import { onTimeSeries } from './queries.ts'
import { OnTimeSeriesPath, OnTimeSeriesQuery, OnTimeSeriesRow } from './schema.ts'

export async function onTimeSeriesRoutes (app: App, { db, cache, now }: Context) {
  app.addSchema(OnTimeSeriesRow)
  const columnsOf = columnsAsked(OnTimeSeriesRow)

  app.get('/units/:code/on-time-series', {
    schema: {
      operationId: 'getOnTimeSeries',
      tags: ['statistics'],
      summary: 'Get the percentage on time, month by month',
      description: 'For charts: every month of the range, in order, for the unit and all units below it. Unknown figures ' +
        'are null. There are no months outside of the lifetime of the unit, nor such as have not begun. The month that is not ' +
        'over is cut at now.',
      params: OnTimeSeriesPath,
      querystring: OnTimeSeriesQuery,
      response: { 200: listResponse(OnTimeSeriesRow, 'One row for each month.'), ...problems(400, 404, 406) }
    }
  }, (request, reply) => sendList(cache, request, reply, columnsOf(request.query), async () => (
    {
      items: await onTimeSeries(db, request.params.code, request.query, request.caller.unit, now()),
      next_cursor: null
    })))
}
