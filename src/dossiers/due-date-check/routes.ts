import type { App, Context } from '../../http/context.ts'
import { problems } from '../../http/response/error-handler.ts'
import { listResponse, sendList } from '../../http/response/respond.ts'
import { Ref } from '../../contract/fields.ts'
import { dueDateCheck } from './queries.ts'
import { CheckCounts, CheckedDueDate, DueDateCheckQuery } from './schema.ts'

export async function dueDateCheckRoutes (app: App, { db, cache }: Context) {
  app.addSchema(CheckedDueDate)
  app.addSchema(CheckCounts)

  app.get('/dossiers/due-date-check', {
    schema: {
      operationId: 'listDueDateDeviations',
      tags: ['dossiers'],
      summary: 'List dossiers whose due date is not what the calendar gives',
      description: 'Compares days: the due date that the source gives, and the one that follows from `received_at`, the term of the ' +
        'procedure by law, or the `case_limit` of the dossier, and the calendar, with supplements as pauses. Records say nothing of ' +
        'extensions and of pauses for financial obligations: such dossiers differ, too. A page in JSON ends when it is full or has gone ' +
        'through about 50 000 dossiers, so it may have fewer rows than `limit`, and none; go on until `next_cursor` is null. Its ' +
        '`counts`, which a csv has not, say how many dossiers agree, and how many cannot be checked for which reason.',
      querystring: DueDateCheckQuery,
      response: {
        200: listResponse(CheckedDueDate, 'Dossiers by unit, in the order of reception.', { counts: Ref(CheckCounts) }),
        ...problems(400, 406)
      }
    }
  }, (request, reply) => sendList(cache, request, reply, CheckedDueDate, page => (
    dueDateCheck(db, request.query, page, request.caller.unit))))
}
