import type { App, Context } from '../../http/context.ts'
import { formatOf, sendFile, sendShared, tableResponse } from '../../http/response/respond.ts'
import { problems } from '../../http/response/error-handler.ts'
import { Ref } from '../../contract/fields.ts'
import { filledReport } from './queries.ts'
import { Report, ReportPath, ReportQuery, ReportRow } from './schema.ts'

export async function reportRoutes (app: App, { db, cache }: Context) {
  app.addSchema(ReportRow)
  app.addSchema(Report)

  app.get('/reports/:unit/:period', {
    schema: {
      operationId: 'getReport',
      tags: ['reports'],
      summary: 'Get the filled form of a unit for a period',
      description: 'All rows of the form in its order, posted or not. As csv, ndjson and xlsx the rows alone.',
      params: ReportPath,
      querystring: ReportQuery,
      response: { 200: tableResponse(Ref(Report), 'The filled form.'), ...problems(400, 404, 406) }
    }
  }, async (request, reply) => {
    const format = formatOf(request)
    const report = () => filledReport(db, request.params, request.query, request.caller.unit)
    return format === 'json'
      ? sendShared(cache, request, reply, async () => ({ value: await report(), link: null }))
      : sendFile(request, reply, format, ReportRow, (await report()).rows)
  })
}
