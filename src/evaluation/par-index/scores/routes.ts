import type { Scope } from '../../../contract/caller.ts'
import type { App, Context } from '../../../http/context.ts'
import { batchBody, batchOptions, batchResponses, itemsIn, PlainBatchQuery } from '../../../http/request/batch-request.ts'
import { envelopeCompiler } from '../../../http/request/validator-compiler.ts'
import { PostHeaders, writeBatch } from '../../../http/request/write-request.ts'
import { problems } from '../../../http/response/error-handler.ts'
import { listResponse, sendList } from '../../../http/response/respond.ts'
import { postParIndexAppraisals, postParIndexSelfScores, postParIndexSurveyResults } from './commands.ts'
import { parIndexScores } from './queries.ts'
import {
  ParIndexAppraisalItem, ParIndexScore, ParIndexScoreQuery, ParIndexSelfScoreItem, ParIndexSurveyResultItem
} from './schema.ts'

const tags = ['evaluation']

export async function parIndexScoreRoutes (app: App, context: Context) {
  const { db, cache } = context
  for (const schema of [ParIndexScore, ...POSTS.map(({ item }) => item)]) app.addSchema(schema)

  app.get('/par-index-scores', {
    schema: {
      operationId: 'listParIndexScores',
      tags,
      summary: 'List scores of the PAR index as posted: own ones, survey results and appraisals',
      querystring: ParIndexScoreQuery,
      response: {
        200: listResponse(ParIndexScore, 'Rows, ordered by period, unit, form, criterion and stage.'), ...problems(400, 406)
      }
    }
  }, (request, reply) => sendList(cache, request, reply, ParIndexScore, page => (
    parIndexScores(db, request.query, page, request.caller.unit))))

  for (const { url, scope, command, item, example, ...schema } of POSTS) {
    app.post(url, {
      config: { scope },
      schema: {
        ...schema,
        tags,
        headers: PostHeaders,
        querystring: PlainBatchQuery,
        body: batchBody(item, example),
        response: batchResponses
      },
      validatorCompiler: envelopeCompiler
    }, (request, reply) => {
      const options = batchOptions(request.query)
      return writeBatch(context, request, reply, options, write => command(write, itemsIn(request), options))
    })
  }
}

const KEY = { unit: 'H56-STC', period: 'cal-2025', form: 'par-so-2025' }

const POSTS = [
  {
    url: '/par-index-scores/self',
    scope: 'write:indicators' as Scope,
    operationId: 'postParIndexSelfScores',
    summary: 'Post what units give themselves, with what proves it',
    description: 'Creates or updates rows by unit, period, form and criterion, each as a whole. Once a criterion is appraised, what the unit ' +
      'gave itself stays as it is (`already_appraised`). A period that has not begun is refused.',
    command: postParIndexSelfScores,
    item: ParIndexSelfScoreItem,
    example: { ...KEY, criterion: '1.2', inputs: { answer: 'on_time' }, evidence: 'Kế hoạch số 12/KH-STC ngày 20/12/2024' }
  },
  {
    url: '/par-index-scores/survey',
    scope: 'write:statistics' as Scope,
    operationId: 'postParIndexSurveyResults',
    summary: 'Post what surveys found of units',
    description: 'Creates or updates rows by unit, period, form and criterion, for criteria that are scored by a survey. They count at once, ' +
      'unless the criterion is appraised. What another source has posted is refused (`other_source`).',
    command: postParIndexSurveyResults,
    item: ParIndexSurveyResultItem,
    example: { ...KEY, criterion: '3', source: 'one-stop', inputs: { satisfied: 171, asked: 200 } }
  },
  {
    url: '/par-index-scores/appraised',
    scope: 'approve' as Scope,
    operationId: 'postParIndexAppraisals',
    summary: 'Appraise what units give themselves, with the reason where it differs',
    description: 'Creates or updates rows by unit, period, form and criterion; what a batch does not name stays as it is. The reason may be ' +
      'left out only where the points are those that the unit gives itself. The client that posted what the unit gives itself does not ' +
      'appraise it (`own_self_score`), and a key that is bound to a unit appraises those below it alone.',
    command: postParIndexAppraisals,
    item: ParIndexAppraisalItem,
    example: { ...KEY, criterion: '1.1', points: 1.5, reason: 'Chỉ một sáng kiến có tài liệu kiểm chứng' }
  }
]
