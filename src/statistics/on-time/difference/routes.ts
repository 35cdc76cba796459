import type { App, Context } from '../../../http/context.ts'
import { listResponse, sendList } from '../../../http/response/respond.ts'
import { problems } from '../../../http/response/error-handler.ts'
import { differenceDossiers, onTimeDifference } from './queries.ts'
import {
  DifferenceDossier, DifferenceDossiersQuery, DifferenceQuery, DifferenceRow, isChoice, type Reason
} from './schema.ts'

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
        'Of what others reported or published only sums are known, and not which dossiers it counts. So `inherited`, `waiting` ' +
        'and `sync` say how much of what is left late dossiers of these causes can explain at most, in this order, and list them all. ' +
        'What is left then is `unexplained`: dossiers that the one has and the other lacks, rules of the portal that are not known, ' +
        'or another instant of counting. A span that has not begun has no rows.',
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
      summary: 'List the dossiers behind one reason for which two figures differ',
      description: 'Their changes add up to those of the row of the reason in `/v1/on-time/difference`; of `inherited`, `waiting` and ' +
        '`sync` to at least that, as the list has all that the reason can be about. A dossier can be in the lists of several ' +
        'reasons. `units_without_records` and `unexplained` have no list: what they are about is not here.',
      querystring: DifferenceDossiersQuery,
      response: { 200: listResponse(DifferenceDossier, 'Dossiers, by unit and code.'), ...problems(400, 406, 413) }
    }
  }, (request, reply) => sendList(cache, request, reply, DifferenceDossier, page => (
    differenceDossiers(db, request.query, page, request.caller.unit, now()))))
}

function dossiersUrl (asked: string, reason: Reason): string {
  const url = new URL(asked, 'http://host')
  for (const name of ['published_numerator', 'published_denominator', 'format']) url.searchParams.delete(name)
  if (isChoice(reason)) url.searchParams.delete('against')
  url.searchParams.set('reason', reason)
  return `${url.pathname}/dossiers${url.search}`
}
