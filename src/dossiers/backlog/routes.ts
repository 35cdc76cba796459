import { withNames } from '../../catalogue/names.ts'
import type { App, Context } from '../../http/context.ts'
import { listResponse, sendList } from '../../http/response/respond.ts'
import { problems } from '../../http/response/error-handler.ts'
import { backlog } from './queries.ts'
import { BacklogQuery, BacklogRow } from './schema.ts'

export async function backlogRoutes (app: App, { db, cache, now }: Context) {
  app.addSchema(BacklogRow)

  app.get('/backlog', {
    config: { cache: 'until-commit' },
    schema: {
      operationId: 'getBacklog',
      tags: ['dossiers'],
      summary: 'Count open dossiers by days left and by age',
      description: 'Days left and days late are working days of the calendar, days off not counted. A dossier that awaits a ' +
        'supplement is not overdue. The due date is `new_due_at` of the supplement completed last, otherwise `due_at`; it is ' +
        'missed when its day is over. All units together, a past day has the `pending` and `pending_overdue` of ' +
        '`/v1/on-time?basis=records` for a span that ends on it; of a unit that gave dossiers away these hold `transferred_out` as well. `GET /v1/dossiers?overdue=true` and `due_within` list them.',
      querystring: BacklogQuery,
      response: { 200: listResponse(BacklogRow, 'By the keys of `group_by`.'), ...problems(400, 406, 413) }
    }
  }, (request, reply) => sendList(cache, request, reply, BacklogRow, async page => {
    const found = await backlog(db, request.query, page, request.caller.unit, now())
    return { ...found, items: await withNames(db, found.items) }
  }))
}
