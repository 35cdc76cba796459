import type { App, Context } from '../../http/context.ts'
import { documentFormatOf, documentLanguageOf, documentResponse, sendDocument } from '../../http/documents/document.ts'
import { sendFile, sendShared } from '../../http/response/respond.ts'
import { problems } from '../../http/response/error-handler.ts'
import { Ref } from '../../contract/fields.ts'
import { appendixOf, type Purpose } from './appendix.ts'
import { newestKnownFrom } from './known-from.ts'
import { report as reportOf } from './published.ts'
import { reportExplained } from './queries.ts'
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
        'them counts, and `difference` how far they are apart. What cannot be computed is null, with the reason. All that is as it is ' +
        'now, or with `revision` as it was published; with `as_known_at` there is only what was reported, as it was known at an instant. ' +
        'csv and ndjson contain only the rows. xlsx and docx are the appendix as it is printed: STT, Chỉ tiêu thống kê, Đơn vị tính, ' +
        'Kết quả, Ghi chú, digits as reported. Where nothing is reported, docx and the xlsx of a `revision` print the value that counts, ' +
        'computed or aggregated. Any other xlsx has only what is reported, and can be filled in and sent back: ' +
        '`POST /v1/reports/{unit}/{period}/import`. Documents are in Vietnamese, or in English by `Accept-Language`: headings, columns ' +
        'and notation; names stay as they are stored.',
      params: ReportPath,
      querystring: ReportQuery,
      response: { 200: documentResponse(Ref(Report), 'The filled form.'), ...problems(400, 404, 406) }
    }
  }, async (request, reply) => {
    const format = documentFormatOf(request)
    const report = () => reportOf(db, request.params, request.query, request.caller.unit, now())
    if (format === 'json') return sendShared(cache, request, reply, async () => ({ value: await report(), link: null }))
    const { params, query, caller } = request
    // What is published is not filled in any more.
    const purpose: Purpose = format === 'xlsx' && query.revision === undefined
      ? { kind: 'fill_in', known_from: await newestKnownFrom(db, params, query, caller.unit) }
      : { kind: 'print' }
    const filled = await report()
    return format === 'csv' || format === 'ndjson'
      ? sendFile(request, reply, format, ReportRow, filled.rows)
      : sendDocument(request, reply, format, await appendixOf(db, filled, purpose, documentLanguageOf(request)))
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
