import type { App, Context } from '../../http/context.ts'
import { formatOf, sendFile, sendShared, tableResponse } from '../../http/response/respond.ts'
import { problems } from '../../http/response/error-handler.ts'
import { Ref } from '../../contract/fields.ts'
import { filledReport, reportExplained } from './queries.ts'
import { ExplainPath, ExplainQuery, Report, ReportExplained, ReportPath, ReportQuery, ReportRow } from './schema.ts'

export async function reportRoutes (app: App, { db, cache, now }: Context) {
  for (const schema of [ReportRow, Report, ReportExplained]) app.addSchema(schema)

  app.get('/reports/:unit/:period', {
    schema: {
      operationId: 'getReport',
      tags: ['reports'],
      summary: 'Get the filled form of a unit for a period',
      description: 'All rows in the order of the form, including those without a posted value. What the service computes itself from ' +
        'dossiers and procedures, or adds up from units below, as the form says, stands beside what is reported: `source` says which of ' +
        'them counts, and `difference` how far they are apart. What cannot be computed is null, with the reason. csv, ndjson and xlsx ' +
        'contain only the rows.',
      params: ReportPath,
      querystring: ReportQuery,
      response: { 200: tableResponse(Ref(Report), 'The filled form.'), ...problems(400, 404, 406) }
    }
  }, async (request, reply) => {
    const format = formatOf(request)
    const report = () => filledReport(db, request.params, request.query, request.caller.unit, now())
    return format === 'json'
      ? sendShared(cache, request, reply, async () => ({ value: await report(), link: null }))
      : sendFile(request, reply, format, ReportRow, (await report()).rows)
  })

  app.get('/reports/:unit/:period/explain/:indicator', {
    schema: {
      operationId: 'explainReport',
      tags: ['reports'],
      summary: 'Explain a value of a report by what it is derived from',
      description: 'The derivation as the form states it, each of its parts with what it comes to, how many units are in it of those ' +
        'that would have to be, and where the service shows the part: dossiers by `/v1/on-time/explain`, procedures by ' +
        '`/v1/procedures/counts`, values of units by `/v1/indicator-values`.',
      params: ExplainPath,
      querystring: ExplainQuery,
      response: { 200: { description: 'The row, its derivation and its parts.', ...Ref(ReportExplained) }, ...problems(400, 404) }
    }
  }, (request, reply) => sendShared(cache, request, reply, async () => ({
    value: await reportExplained(db, request.params, request.query, request.caller.unit, now()), link: null
  })))
}
