import type { App, Context } from '../../../http/context.ts'
import { listResponse, sendList } from '../../../http/response/respond.ts'
import { problems } from '../../../http/response/error-handler.ts'
import { lateDossiers, lateness } from './queries.ts'
import { LateDossier, LatenessDossiersQuery, LatenessQuery, LatenessRow } from './schema.ts'

export async function latenessRoutes (app: App, { db, cache, now }: Context) {
  for (const schema of [LatenessRow, LateDossier]) app.addSchema(schema)

  app.get('/on-time/lateness', {
    config: { cache: 'until-commit' },
    schema: {
      operationId: 'getLateness',
      tags: ['statistics'],
      summary: 'Count late dossiers by cause',
      description: 'The late dossiers of a figure of `/v1/on-time` with `records`, each under the first cause that holds: four rows ' +
        'that add up to all of them. A span that has not begun has no rows.',
      querystring: LatenessQuery,
      response: { 200: listResponse(LatenessRow, 'One row for each cause.'), ...problems(400, 406) }
    }
  }, (request, reply) => sendList(cache, request, reply, LatenessRow, async () => ({
    items: await lateness(db, request.query, request.caller.unit, now(), cause => dossiersUrl(request.url, cause)),
    next_cursor: null
  })))

  app.get('/on-time/lateness/dossiers', {
    schema: {
      operationId: 'listLateDossiers',
      tags: ['statistics'],
      summary: 'List late dossiers with their causes',
      description: 'The shares of those of a cause add up to its `dossiers` in `/v1/on-time/lateness`.',
      querystring: LatenessDossiersQuery,
      response: { 200: listResponse(LateDossier, 'Dossiers, by unit and code.'), ...problems(400, 406, 413) }
    }
  }, (request, reply) => sendList(cache, request, reply, LateDossier, page => (
    lateDossiers(db, request.query, page, request.caller.unit, now()))))
}

function dossiersUrl (asked: string, cause: string): string {
  const url = new URL(asked, 'http://host')
  url.searchParams.delete('format')
  url.searchParams.set('cause', cause)
  return `${url.pathname}/dossiers${url.search}`
}
