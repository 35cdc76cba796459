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
      description: 'All rows in the order of the form, including those without a posted value. csv, ndjson and xlsx ' +
        'contain only the rows.',
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
