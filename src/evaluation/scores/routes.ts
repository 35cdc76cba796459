import { fillNames } from '../../catalogue/names.ts'
import type { App, Context } from '../../http/context.ts'
import { problems } from '../../http/response/error-handler.ts'
import { Ref } from '../../contract/fields.ts'
import { listResponse, sendList, sendShared } from '../../http/response/respond.ts'
import { evaluationExplained } from './explain.ts'
import { evaluation } from './queries.ts'
import { EvaluationExplained, EvaluationExplainQuery, EvaluationQuery, EvaluationRow } from './schema.ts'

export async function evaluationRoutes (app: App, { db, cache, now }: Context) {
  app.addSchema(EvaluationRow)
  app.addSchema(EvaluationExplained)

  app.get('/evaluation', {
    config: { cache: 'until-commit' },
    schema: {
      operationId: 'getEvaluation',
      tags: ['evaluation'],
      summary: 'Points of units by the formula of Decision 766',
      description: 'One row for each unit and criterion, with rows for the groups and the total. The groups and their most points (18 ' +
        'transparency, 20 progress, 12 online services, 22 digitisation, 10 online payment, 18 satisfaction), and most rates, are ' +
        'published rules; how points follow from a rate was in part found from published figures, and of some criteria it is not ' +
        'known: `rate_status` and `points_status` say which. Counts are those of dossier ' +
        'records, live, where the formula says what is counted and records know it (`counts_from`), otherwise those of ' +
        '`/v1/evaluation-inputs`, as are the portal\'s own points. ' +
        'What is unknown is null with its reason and counts in no sum; `points_of` says of how many of the ' +
        '100 points a sum is. Counts of records are of the unit and all units below it. Posted ones are of the unit itself: those of a ' +
        'province are not the sum of the units below it. All rows are one page.',
      querystring: EvaluationQuery,
      response: {
        200: listResponse(EvaluationRow, 'Rows of each period and unit: criteria, their group after them, the total last.'),
        ...problems(400, 406, 413)
      }
    }
  }, (request, reply) => sendList(cache, request, reply, EvaluationRow, async () => {
    const found = await evaluation(db, request.query, request.caller.unit, now())
    await fillNames(db, found.items)
    return found
  }))

  app.get('/evaluation/explain', {
    schema: {
      operationId: 'explainEvaluation',
      tags: ['evaluation'],
      summary: 'Explain the points of a criterion by its formula, node by node',
      querystring: EvaluationExplainQuery,
      response: { 200: { description: 'The row, the formula and its nodes.', ...Ref(EvaluationExplained) }, ...problems(400) }
    }
  }, (request, reply) => sendShared(cache, request, reply, async () => {
    const { province, row, ...explained } = await evaluationExplained(db, request.query, request.caller.unit, now())
    await fillNames(db, [row])
    return { value: { row, ...explained }, link: null, province }
  }))
}
