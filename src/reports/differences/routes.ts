import { Ref } from '../../contract/fields.ts'
import type { App, Context } from '../../http/context.ts'
import { problems } from '../../http/response/error-handler.ts'
import { formatOf, sendFile, sendShared, tableResponse } from '../../http/response/respond.ts'
import { RevisionPath } from '../revisions/schema.ts'
import { reportDiff } from './queries.ts'
import { DiffQuery, ReportDiff, ReportDifference } from './schema.ts'

export async function reportDiffRoutes (app: App, { db, cache, now }: Context) {
  app.addSchema(ReportDifference)
  app.addSchema(ReportDiff)

  app.get('/reports/:unit/:period/diff', {
    schema: {
      operationId: 'getReportDiff',
      tags: ['reports'],
      summary: 'Compare what was published of a report with what it is now',
      description: 'One row for each indicator that differs, between two revisions or a revision and the report as it is now. csv, ndjson ' +
        'and xlsx contain only the rows.',
      params: RevisionPath,
      querystring: DiffQuery,
      response: { 200: tableResponse(Ref(ReportDiff), 'The differences.'), ...problems(400, 404, 406) }
    }
  }, async (request, reply) => {
    const format = formatOf(request)
    const diff = () => reportDiff(db, request.params, request.query, request.caller.unit, now())
    return format === 'json'
      ? sendShared(cache, request, reply, async () => ({ value: await diff(), link: null }))
      : sendFile(request, reply, format, ReportDifference, (await diff()).items)
  })
}
