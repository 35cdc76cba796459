import { withNames } from '../../catalogue/names.ts'
import type { App, Context } from '../../http/context.ts'
import { problems } from '../../http/response/error-handler.ts'
import { listResponse, sendList } from '../../http/response/respond.ts'
import { submissions } from './queries.ts'
import { MatrixQuery, SubmissionRow } from './schema.ts'

export async function submissionMatrixRoutes (app: App, { db, cache, now }: Context) {
  app.addSchema(SubmissionRow)

  app.get('/submissions', {
    schema: {
      operationId: 'listSubmissions',
      tags: ['reports'],
      summary: 'List who has sent the report of a period, who is late and who is missing',
      description: 'Every unit that exists in the period, with how far its report is and how many values are given. `group_by=level` adds ' +
        'them up.',
      querystring: MatrixQuery,
      response: { 200: listResponse(SubmissionRow, 'Rows, ordered by level and unit.'), ...problems(400, 406) }
    }
  }, (request, reply) => sendList(cache, request, reply, SubmissionRow, async page => {
    const { items, next_cursor } = await submissions(db, request.query, page, request.caller.unit, now())
    const named = await withNames(db, items, ['unit', 'level'])
    return { items: named, next_cursor }
  }))
}
