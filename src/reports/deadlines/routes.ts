import { Ref } from '../../contract/fields.ts'
import type { App, Context } from '../../http/context.ts'
import { inWrite, ReasonHeaders } from '../../http/request/write-request.ts'
import { problems } from '../../http/response/error-handler.ts'
import { ReportFormQuery, submissionPath } from '../submissions/schema.ts'
import { putDeadlines } from './commands.ts'
import { Deadlines, DeadlinesBody } from './schema.ts'

export async function deadlineRoutes (app: App, context: Context) {
  app.addSchema(Deadlines)

  app.put('/reports/:unit/:period/deadlines', {
    config: { scope: 'approve' },
    schema: {
      operationId: 'putDeadlines',
      tags: ['reports'],
      summary: 'Set by when a unit and all below it report for a period',
      description: 'For the unit and all below it, unless a unit nearer to a report has days of its own. Without any, reports are due when ' +
        'the period says (`report_due_on`), and no day locks them. After `lock_on` no value is written and nothing is ' +
        'submitted until it is reopened. Those above a unit set its days; for a province its own keys do. ' +
        '`GET /v1/reports/{unit}/{period}/submission` answers what holds.',
      headers: ReasonHeaders,
      querystring: ReportFormQuery,
      params: submissionPath('H56-387'),
      body: DeadlinesBody,
      response: { 200: { description: 'The deadlines as stored.', ...Ref(Deadlines) }, ...problems(400, 404, 413, 415) }
    }
  }, (request, reply) => inWrite(context, request, reply, write => (
    putDeadlines(write, request.params, request.query, request.body))))
}
