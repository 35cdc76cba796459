import { withNames } from '../../../catalogue/names.ts'
import type { App, Context } from '../../../http/context.ts'
import { listResponse, sendList } from '../../../http/response/respond.ts'
import { problems } from '../../../http/response/error-handler.ts'
import { durations } from './queries.ts'
import { DurationsQuery, DurationsRow } from './schema.ts'

export async function durationsRoutes (app: App, { db, cache, now }: Context) {
  app.addSchema(DurationsRow)

  app.get('/on-time/durations', {
    config: { cache: 'until-commit' },
    schema: {
      operationId: 'getDurations',
      tags: ['statistics'],
      summary: 'Measure how many working days dossiers took',
      description: 'Counted from dossier records that ended with a result in the days asked for, as reported, for at most 366 ' +
        'days. Working days are those of the calendar; time in which a supplement was awaited is not taken out of a duration. ' +
        'The target is the `case_limit` of the dossier, if it is in working days, or in hours, as working days of 8 hours ' +
        'rounded up, otherwise `statutory_working_days` that ' +
        'the procedure had when the dossier was received; whether due dates were met is in `/v1/on-time`.',
      querystring: DurationsQuery,
      response: { 200: listResponse(DurationsRow, 'By the keys of `group_by`.'), ...problems(400, 406, 413) }
    }
  }, (request, reply) => sendList(cache, request, reply, DurationsRow, async page => {
    const found = await durations(db, request.query, page, request.caller.unit, now())
    return { ...found, items: await withNames(db, found.items) }
  }))
}
