import { withNames } from '../../catalogue/names.ts'
import type { App, Context } from '../../http/context.ts'
import { problems } from '../../http/response/error-handler.ts'
import { listResponse, sendList } from '../../http/response/respond.ts'
import { evaluationLevers } from './queries.ts'
import { EvaluationLever, EvaluationLeversQuery } from './schema.ts'

export async function evaluationLeverRoutes (app: App, { db, cache, now }: Context) {
  app.addSchema(EvaluationLever)

  app.get('/evaluation/levers', {
    config: { cache: 'until-commit' },
    schema: {
      operationId: 'listEvaluationLevers',
      tags: ['evaluation'],
      summary: 'List what would give a unit most points',
      description: 'One row for each criterion of the formula, by the points to gain, then those whose points are unknown. Each says how ' +
        'many dossiers cost the points, and where they are listed; for progress also those that can still be saved, which are on time until ' +
        'their due day is over. All rows are one page.',
      querystring: EvaluationLeversQuery,
      response: {
        200: listResponse(EvaluationLever, 'Rows by `points_to_gain`, the most first, null last.'), ...problems(400, 406, 413)
      }
    }
  }, (request, reply) => sendList(cache, request, reply, EvaluationLever, async () => {
    const found = await evaluationLevers(db, request.query, request.caller.unit, now())
    return { ...found, items: await withNames(db, found.items, ['unit']) }
  }))
}
