import type { App, Context } from '../http/app.ts'
import { etagOf } from '../http/etag.ts'
import { formatOf, sendFile, sendJson, tableResponse } from '../http/formats.ts'
import { problems } from '../http/problem.ts'
import { Ref } from '../http/schema.ts'
import { reportOf } from './queries.ts'
import { Report, ReportPath, ReportQuery, ReportRow } from './schema.ts'

export async function reportRoutes (app: App, { db, answers }: Context) {
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
    if (format !== 'json') {
      const { rows } = await reportOf(db, request.params, request.query)
      return sendFile(request, reply, format, ReportRow, rows)
    }
    const { body, etag } = await answers.ask(request.url, async () => {
      const json = JSON.stringify(await reportOf(db, request.params, request.query))
      return { body: json, etag: etagOf(json), link: null }
    })
    return sendJson(reply.header('etag', etag), body)
  })
}
