import type { App, Context } from '../../http/context.ts'
import { batchBody, batchOptions, batchResponses, itemsIn, PlainBatchQuery } from '../../http/request/batch-request.ts'
import { envelopeCompiler } from '../../http/request/validator-compiler.ts'
import { PostHeaders, writeBatch } from '../../http/request/write-request.ts'
import { problems } from '../../http/response/error-handler.ts'
import { listResponse, sendList } from '../../http/response/respond.ts'
import { postEvaluationInputs } from './commands.ts'
import { evaluationInputs } from './queries.ts'
import { EvaluationInput, EvaluationInputItem, EvaluationInputQuery } from './schema.ts'

const tags = ['evaluation']

export async function evaluationInputRoutes (app: App, context: Context) {
  const { db, cache } = context
  app.addSchema(EvaluationInput)
  app.addSchema(EvaluationInputItem)

  app.get('/evaluation-inputs', {
    schema: {
      operationId: 'listEvaluationInputs',
      tags,
      summary: 'List counts and points for the evaluation as stored, of every source',
      querystring: EvaluationInputQuery,
      response: {
        200: listResponse(EvaluationInput, 'Rows, ordered by period, unit, criterion and source.'), ...problems(400, 406)
      }
    }
  }, (request, reply) => sendList(cache, request, reply, EvaluationInput, page => (
    evaluationInputs(db, request.query, page, request.caller.unit))))

  app.post('/evaluation-inputs', {
    config: { scope: 'write:statistics' },
    schema: {
      operationId: 'postEvaluationInputs',
      tags,
      summary: 'Report counts or points for the evaluation',
      description: 'Creates or updates rows by unit, period, criterion and source: what records cannot say, and what the national ' +
        'portal itself says. A row is replaced as a whole. Unknown is null or left out, and not 0. A period that has not begun is refused.',
      headers: PostHeaders,
      querystring: PlainBatchQuery,
      body: batchBody(EvaluationInputItem, EXAMPLE),
      response: batchResponses
    },
    validatorCompiler: envelopeCompiler
  }, (request, reply) => {
    const options = batchOptions(request.query)
    return writeBatch(context, request, reply, options, write => postEvaluationInputs(write, itemsIn(request), options))
  })
}

const EXAMPLE = {
  unit: 'H56-STC', period: 'cal-2026-Q3', criterion: 'PROGRESS_ON_TIME', source: 'one-stop', numerator: 5_830, denominator: 6_684,
  points: 17.44
}
