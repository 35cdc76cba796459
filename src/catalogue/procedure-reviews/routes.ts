import type { App, Context } from '../../http/context.ts'
import { postCatalogue } from '../../http/request/batch-route.ts'
import { listResponse, sendList } from '../../http/response/respond.ts'
import { problems } from '../../http/response/error-handler.ts'
import { postProcedureReviews } from './commands.ts'
import { procedureReviewCounts, procedureReviews } from './queries.ts'
import {
  ProcedureReview, ProcedureReviewCount, ProcedureReviewCountQuery, ProcedureReviewItem, ProcedureReviewQuery
} from './schema.ts'

const tags = ['catalogue']

export async function procedureReviewRoutes (app: App, context: Context) {
  const { db, cache } = context
  app.addSchema(ProcedureReview)
  app.addSchema(ProcedureReviewItem)
  app.addSchema(ProcedureReviewCount)

  app.get('/procedure-reviews', {
    schema: {
      operationId: 'listProcedureReviews',
      tags,
      summary: 'List reviews of procedures as stored',
      querystring: ProcedureReviewQuery,
      response: { 200: listResponse(ProcedureReview, 'Reviews, ordered by period, unit and procedure.'), ...problems(400, 406) }
    }
  }, (request, reply) => sendList(cache, request, reply, ProcedureReview, page => (
    procedureReviews(db, request.query, page, request.caller.unit))))

  app.get('/procedure-reviews/counts', {
    schema: {
      operationId: 'countProcedureReviews',
      tags,
      summary: 'Count reviewed procedures by period and unit',
      querystring: ProcedureReviewCountQuery,
      response: { 200: listResponse(ProcedureReviewCount, 'A row for each period, or each unit in it.'), ...problems(400, 406) }
    }
  }, (request, reply) => sendList(cache, request, reply, ProcedureReviewCount, async () => (
    { items: await procedureReviewCounts(db, request.query, request.caller.unit), next_cursor: null })))

  postCatalogue(app, context, {
    path: '/procedure-reviews',
    operationId: 'postProcedureReviews',
    summary: 'Create or update reviews of procedures, by unit, procedure and period',
    item: ProcedureReviewItem,
    example: EXAMPLE,
    command: postProcedureReviews
  })
}

const EXAMPLE = { unit: 'H56-STP', procedure: '1.004873', period: '2021-H1', proposal: 'amend', outcome: 'accepted' }
