import type { App, Context } from '../../http/context.ts'
import { documentFormatOf, documentResponse, sendDocument } from '../../http/response/document.ts'
import { sendFile, sendShared } from '../../http/response/respond.ts'
import { problems } from '../../http/response/error-handler.ts'
import { Ref } from '../../contract/fields.ts'
import { appendixOf } from './appendix.ts'
import { report as reportOf } from './published.ts'
import { Report, ReportPath, ReportQuery, ReportRow } from './schema.ts'

export async function reportRoutes (app: App, { db, cache, now }: Context) {
  app.addSchema(ReportRow)
  app.addSchema(Report)

  app.get('/reports/:unit/:period', {
    schema: {
      operationId: 'getReport',
      tags: ['reports'],
      summary: 'Get the filled form of a unit for a period',
      description: 'All rows in the order of the form, including those without a posted value. As it is now, or with ' +
        '`revision` as it was published, or with `as_known_at` as it was known at an instant. csv and ndjson contain only the ' +
        'rows. xlsx and docx are the appendix as it is printed: STT, Chỉ tiêu thống kê, Đơn vị tính, Kết quả, Ghi chú, digits ' +
        'as reported. The xlsx can be filled in and sent back: `POST /v1/reports/{unit}/{period}/import`.',
      params: ReportPath,
      querystring: ReportQuery,
      response: { 200: documentResponse(Ref(Report), 'The filled form.'), ...problems(400, 404, 406) }
    }
  }, async (request, reply) => {
    const format = documentFormatOf(request)
    const report = () => reportOf(db, request.params, request.query, request.caller.unit, now())
    if (format === 'json') return sendShared(cache, request, reply, async () => ({ value: await report(), link: null }))
    const filled = await report()
    return format === 'csv' || format === 'ndjson'
      ? sendFile(request, reply, format, ReportRow, filled.rows)
      : sendDocument(request, reply, format, await appendixOf(db, filled))
  })
}
