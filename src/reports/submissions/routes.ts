import { Ref } from '../../contract/fields.ts'
import type { App, Context } from '../../http/context.ts'
import { inWrite, PostHeaders } from '../../http/request/write-request.ts'
import { problems } from '../../http/response/error-handler.ts'
import { approveReport, publishReport, reopenReport, submitReport } from './commands.ts'
import { findingsOfRules } from './findings.ts'
import { submission } from './queries.ts'
import { ReopenBody, ReportFormQuery, Submission, submissionPath, SubmitBody, type SubmissionPath } from './schema.ts'

const tags = ['reports']
const answer = { 200: { description: 'How far the report is then.', ...Ref(Submission) } }
const approves = { scope: 'approve' } as const
const described = { tags, headers: PostHeaders, querystring: ReportFormQuery }

export async function submissionRoutes (app: App, context: Context) {
  const { db, now } = context
  app.addSchema(Submission)

  app.get('/reports/:unit/:period/submission', {
    schema: {
      operationId: 'getSubmission',
      tags,
      summary: 'Get how far the report of a unit for a period is',
      querystring: ReportFormQuery,
      params: submissionPath('H56-385'),
      response: { 200: { description: 'How far it is.', ...Ref(Submission) }, ...problems(400, 404) }
    }
  }, request => submission(db, request.params, request.query, request.caller.unit, now()))

  app.post('/reports/:unit/:period/submit', {
    config: { scope: 'write:indicators' },
    schema: {
      operationId: 'submitReport',
      summary: 'Submit the report of a unit for approval',
      description: 'Errors that the checks find keep it from being submitted (`check_failed`); for warnings the unit says something in ' +
        '`note`. A report without any value, given or derived, needs `nothing_to_report`. What is submitted may be submitted again, until it ' +
        'is approved. A value that is written meanwhile makes it a draft.',
      ...described,
      params: submissionPath('H56-381'),
      body: SubmitBody,
      response: { ...answer, ...problems(400, 404, 409, 413, 415, 422) }
    }
  }, (request, reply) => inWrite(context, request, reply, write => (
    submitReport(write, ofRequest(request), request.body, findingsOfRules))))

  app.post('/reports/:unit/:period/approve', {
    config: approves,
    schema: {
      operationId: 'approveReport',
      summary: 'Approve a report that was submitted',
      description: 'Nobody approves what the same client submitted (`own_submission`), and no key that is bound to the unit ' +
        'itself does, unless it is a province. From then on no value of it can be written.',
      ...described,
      params: submissionPath('H56-382'),
      response: { ...answer, ...problems(400, 404, 409, 422) }
    }
  }, (request, reply) => inWrite(context, request, reply, write => approveReport(write, ofRequest(request))))

  app.post('/reports/:unit/:period/publish', {
    config: approves,
    schema: {
      operationId: 'publishReport',
      summary: 'Publish an approved report as a revision that never changes',
      description: 'What the report answers now is stored with its hash, as the next revision. Records and values that arrive later ' +
        'count in what is asked without `revision`. A period that is not over is not published. Those who may approve it publish it.',
      ...described,
      params: submissionPath('H56-384'),
      response: { ...answer, ...problems(400, 404, 409, 422) }
    }
  }, (request, reply) => inWrite(context, request, reply, write => publishReport(write, ofRequest(request))))

  app.post('/reports/:unit/:period/reopen', {
    config: approves,
    schema: {
      operationId: 'reopenReport',
      summary: 'Reopen a report for a time, to correct or to complete it',
      description: 'Also returns what was submitted, and gives more time for what a day has locked. It ends by itself at `until`: if no ' +
        'value was written by then, the report is again what it was; otherwise it is a draft that is locked. What was ' +
        'published stays published; the correction is a revision of its own, once it is submitted, approved and published. ' +
        'Those who may approve it reopen it.',
      ...described,
      params: submissionPath('H56-386'),
      body: ReopenBody,
      response: { ...answer, ...problems(400, 404, 409, 413, 415, 422) }
    }
  }, (request, reply) => inWrite(context, request, reply, write => (
    reopenReport(write, ofRequest(request), request.body))))

  function ofRequest ({ params: path, query }: { params: SubmissionPath, query: ReportFormQuery }) {
    return { path, query, now: now() }
  }
}
