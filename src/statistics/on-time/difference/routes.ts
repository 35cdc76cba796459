import type { App, Context } from '../../../http/context.ts'
import { listResponse, sendList } from '../../../http/response/respond.ts'
import { problems } from '../../../http/response/error-handler.ts'
import { differenceDossiers, onTimeDifference } from './queries.ts'
import { DifferenceDossier, DifferenceDossiersQuery, DifferenceQuery, DifferenceRow } from './schema.ts'

export async function differenceRoutes (app: App, { db, cache, now }: Context) {
  for (const schema of [DifferenceRow, DifferenceDossier]) app.addSchema(schema)

  app.get('/on-time/difference', {
    config: { cache: 'until-commit' },
    schema: {
      operationId: 'getDifference',
      tags: ['statistics'],
      summary: 'Say why two figures of dossiers on time differ',
      description: 'Records by one set of counting rules beside records by another, beside what units reported, or beside a figure ' +
        'that somebody else has published. One choice of the rules is switched after the other, in the order of the rows, and what ' +
        'each changes is its row; so the rows add up to the whole difference, which comes last and is counted for itself. ' +
        'What of a published figure the rules do not explain is `unexplained`: dossiers that the one has and the other lacks, or ' +
        'rules of the portal that are not known. A span that has not begun has no rows.',
      querystring: DifferenceQuery,
      response: { 200: listResponse(DifferenceRow, 'One row for each reason, then `total`.'), ...problems(400, 406) }
    }
  }, (request, reply) => sendList(cache, request, reply, DifferenceRow, async () => ({
    items: await onTimeDifference(db, request.query, request.caller.unit, now(), reason => (
      dossiersUrl(request.url, reason))),
    next_cursor: null
  })))

  app.get('/on-time/difference/dossiers', {
    schema: {
      operationId: 'listDifferenceDossiers',
      tags: ['statistics'],
      summary: 'List the dossiers that count otherwise because of one choice of counting rules',
      description: 'Their changes add up to those of the row of the reason in `/v1/on-time/difference`. A dossier can be in the lists ' +
        'of several reasons.',
      querystring: DifferenceDossiersQuery,
      response: { 200: listResponse(DifferenceDossier, 'Dossiers, by unit and code.'), ...problems(400, 406, 413) }
    }
  }, (request, reply) => sendList(cache, request, reply, DifferenceDossier, page => (
    differenceDossiers(db, request.query, page, request.caller.unit, now()))))
}

function dossiersUrl (asked: string, reason: string): string {
  const url = new URL(asked, 'http://host')
  for (const name of ['against', 'published_numerator', 'published_denominator', 'format']) url.searchParams.delete(name)
  url.searchParams.set('reason', reason)
  return `${url.pathname}/dossiers${url.search}`
}
