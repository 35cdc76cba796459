import type { App, Context } from '../../http/context.ts'
import { problems } from '../../http/response/error-handler.ts'
import { listResponse, sendList } from '../../http/response/respond.ts'
import { evaluationDossiers } from './queries.ts'
import { EvaluationDossier, EvaluationDossiersQuery } from './schema.ts'

export async function evaluationDossierRoutes (app: App, { db, cache, now }: Context) {
  app.addSchema(EvaluationDossier)

  app.get('/evaluation/dossiers', {
    schema: {
      operationId: 'listEvaluationDossiers',
      tags: ['evaluation'],
      summary: 'List the dossiers behind the counts of a criterion',
      description: 'Of criteria that are counted from dossier records, as `counted` in the formula says. The number of dossiers of ' +
        'each `part` is the count of the same name in `/v1/evaluation`, where that counts records alone.',
      querystring: EvaluationDossiersQuery,
      response: {
        200: listResponse(EvaluationDossier, 'Dossiers: those that are not in the numerator first.'), ...problems(400, 406, 413)
      }
    }
  }, (request, reply) => sendList(cache, request, reply, EvaluationDossier, page => (
    evaluationDossiers(db, request.query, page, request.caller.unit, now()))))
}
