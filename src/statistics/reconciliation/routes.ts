import type { App, Context } from '../../http/context.ts'
import { listResponse, sendList } from '../../http/response/respond.ts'
import { problems } from '../../http/response/error-handler.ts'
import { withNames } from '../../catalogue/names.ts'
import { reconciliation } from './queries.ts'
import { ReconciliationQuery, ReconciliationRow } from './schema.ts'

export async function reconciliationRoutes (app: App, { db, cache, now }: Context) {
  app.addSchema(ReconciliationRow)

  app.get('/reconciliation', {
    schema: {
      operationId: 'getReconciliation',
      tags: ['statistics'],
      summary: 'Compare what a unit reported with its dossier records',
      description: 'If several sources have reported, what counts is compared unless `source` is given. If a unit ' +
        'sends no records or has reported nothing, the difference is unknown, not 0. The records of a period that is not over ' +
        'are counted up to now; a period that has not begun has no rows.',
      querystring: ReconciliationQuery,
      response: { 200: listResponse(ReconciliationRow, 'One row for each measure, in the order of the form.'), ...problems(400, 406) }
    }
  }, (request, reply) => sendList(cache, request, reply, ReconciliationRow, async () => {
    const rows = await reconciliation(db, request.query, request.caller.unit, now())
    return { items: await withNames(db, rows, ['unit']), next_cursor: null }
  }))
}
