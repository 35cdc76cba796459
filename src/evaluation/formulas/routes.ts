import type { App, Context } from '../../http/context.ts'
import { batchBody, batchOptions, batchResponses, itemsIn, PlainBatchQuery } from '../../http/request/batch-request.ts'
import { envelopeCompiler } from '../../http/request/validator-compiler.ts'
import { PostHeaders, writeBatch } from '../../http/request/write-request.ts'
import { problems } from '../../http/response/error-handler.ts'
import { listResponse, sendList } from '../../http/response/respond.ts'
import { postEvaluationFormulas } from './commands.ts'
import { evaluationFormulas } from './queries.ts'
import { EvaluationFormula, EvaluationFormulaItem, EvaluationFormulaQuery } from './schema.ts'

const tags = ['evaluation']

export async function evaluationFormulaRoutes (app: App, context: Context) {
  const { db, cache } = context
  app.addSchema(EvaluationFormula)
  app.addSchema(EvaluationFormulaItem)

  app.get('/evaluation-formulas', {
    schema: {
      operationId: 'listEvaluationFormulas',
      tags,
      summary: 'List the versions of the formula that units are judged by',
      description: 'Every server has two of the evaluation of Decision 766/QĐ-TTg: the one that was found from published figures ' +
        '(`qd-766-found-2026`), which applies where none is named, and the one of the portal\'s own formula document ' +
        '(`qd-766-document-2026`). Each says what of it is a published rule, what was found from figures, and what is not known.',
      querystring: EvaluationFormulaQuery,
      response: { 200: listResponse(EvaluationFormula, 'Versions, ordered by code.'), ...problems(400, 406) }
    }
  }, (request, reply) => sendList(cache, request, reply, EvaluationFormula, page => (
    evaluationFormulas(db, request.query, page))))

  app.post('/evaluation-formulas', {
    config: { scope: 'write:catalogue' },
    schema: {
      operationId: 'postEvaluationFormulas',
      tags,
      summary: 'Create or update versions of the formula, by code',
      description: 'A version is posted as a whole. Each formula is checked before it is stored: an error points into it. Points follow ' +
        'at once, also of periods before. Once points of a day are kept by a version (`/v1/evaluation/history`), its groups and criteria ' +
        'stay as they are, but for their texts, and others need a code of their own. Formulas are common to all provinces, so this needs a key for all units.',
      headers: PostHeaders,
      querystring: PlainBatchQuery,
      body: batchBody(EvaluationFormulaItem, EXAMPLE),
      response: batchResponses
    },
    validatorCompiler: envelopeCompiler
  }, (request, reply) => {
    const options = batchOptions(request.query)
    return writeBatch(context, request, reply, options, write => (
      postEvaluationFormulas(write, itemsIn(request), options)))
  })
}

const EXAMPLE = {
  code: 'own-2027',
  scheme: 'own',
  name: 'Bộ tiêu chí của tỉnh, năm 2027',
  status: 'published',
  source: 'Quyết định của Chủ tịch UBND tỉnh',
  precedence: 100,
  valid_from: '2027-01-01',
  volume: 'ON_TIME',
  groups: [{
    code: 'PROGRESS',
    name: 'Tiến độ giải quyết hồ sơ',
    maximum: 20,
    criteria: [{
      code: 'ON_TIME',
      name: 'Hồ sơ giải quyết đúng hạn',
      maximum: 20,
      levels: null,
      inputs: [
        { name: 'numerator', type: 'number', measure: 'dossiers', choices: null, meaning: 'Hồ sơ giải quyết đúng hạn' },
        { name: 'denominator', type: 'number', measure: 'dossiers', choices: null, meaning: 'Hồ sơ đã giải quyết' }
      ],
      rate: {
        op: 'ratio', numerator: { op: 'input', name: 'numerator' }, denominator: { op: 'input', name: 'denominator' }
      },
      rate_status: 'rule',
      points: { op: 'proportional', value: { op: 'input', name: 'rate' }, from: 0.6, full_from: 0.95, points: 20 },
      points_status: 'rule',
      note: null
    }]
  }]
}
