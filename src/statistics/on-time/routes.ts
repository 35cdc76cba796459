import type { App, Context } from '../../http/context.ts'
import { listResponse, sendList, sendShared } from '../../http/response/respond.ts'
import { problems } from '../../http/response/error-handler.ts'
import { Ref } from '../../contract/fields.ts'
import type { OnTimeCaches } from './caches.ts'
import { dossiersExplaining, onTimeExplained } from './explain.ts'
import { onTime } from './queries.ts'
import {
  ExplainDossiersQuery, ExplainedDossier, ExplainedRow, ExplainQuery, OnTimeExplained, OnTimeQuery, OnTimeRow
} from './schema.ts'

interface OnTimeContext extends Context {
  onTimeCaches: OnTimeCaches
}

export async function onTimeRoutes (app: App, { db, cache, onTimeCaches }: OnTimeContext) {
  for (const schema of [OnTimeRow, OnTimeExplained, ExplainedRow, ExplainedDossier]) app.addSchema(schema)

  app.get('/on-time', {
    config: { kept: true },
    schema: {
      operationId: 'getOnTime',
      tags: ['statistics'],
      summary: 'Count dossiers and the share that was on time',
      description: 'Counts are added up and divided once; percentages are never averaged. What would count twice is ' +
        'never added: of two sources for a unit the one of higher precedence counts, then the later; totals stand only ' +
        'for the one unit that they consolidate, and only where it has no own rows below it. With `basis=records` dossiers ' +
        'are counted one by one, for any days.',
      querystring: OnTimeQuery,
      response: { 200: listResponse(OnTimeRow, 'One row for each group that has reported.'), ...problems(400, 406, 413) }
    }
  }, (request, reply) => sendList(cache, request, reply, OnTimeRow, page => (
    onTime(db, request.query, page, request.caller.unit, onTimeCaches))))

  app.get('/on-time/explain', {
    schema: {
      operationId: 'explainOnTime',
      tags: ['statistics'],
      summary: 'Explain a figure: the stored rows that it is the sum of',
      description: 'The same question as for `/v1/on-time`, without groups. Figure and rows are of one moment.',
      querystring: ExplainQuery,
      response: { 200: { description: 'The figure and its rows.', ...Ref(OnTimeExplained) }, ...problems(400, 413) }
    }
  }, (request, reply) => sendShared(cache, request, reply, async () => ({
    value: await onTimeExplained(db, request.query, request.caller.unit, dossiersUrl(request.url)), link: null
  })))

  app.get('/on-time/explain/dossiers', {
    schema: {
      operationId: 'listOnTimeDossiers',
      tags: ['statistics'],
      summary: 'List the dossiers that make up a figure, those not on time first',
      description: 'Of `basis=records`, which goes without saying. There are as many as the denominator says, and as many ' +
        'of them `in_numerator` as the numerator says.',
      querystring: ExplainDossiersQuery,
      response: {
        200: listResponse(ExplainedDossier, 'Dossiers; those in the numerator come last.'), ...problems(400, 406, 413)
      }
    }
  }, (request, reply) => sendList(cache, request, reply, ExplainedDossier, page => (
    dossiersExplaining(db, request.query, page, request.caller.unit))))
}

function dossiersUrl (asked: string): string {
  const url = new URL(asked, 'http://host')
  url.searchParams.delete('basis')
  return `${url.pathname}/dossiers${url.search}`
}
