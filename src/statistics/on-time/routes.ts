import { Type, type TObject } from 'typebox'
import type { App, Context } from '../../http/context.ts'
import { listResponse, sendList, sendShared } from '../../http/response/respond.ts'
import { problems } from '../../http/response/error-handler.ts'
import { Ref } from '../../contract/fields.ts'
import { withNames } from '../../catalogue/names.ts'
import { columnsWithDetailsAsked } from '../../form-ii06a/unknown.ts'
import { columnsAsked } from '../../measures/unknown.ts'
import { COUNTING_RULE } from '../reported/schema.ts'
import type { OnTimeCaches } from './caches.ts'
import { FeedbackOnTimeQuery, FeedbackOnTimeRow } from '../feedback/schema.ts'
import { FEEDBACK } from '../kinds/index.ts'
import { isComparedColumn } from './comparison/columns/schema.ts'
import { dossiersExplaining, onTimeExplained } from './explain/queries.ts'
import { onTime } from './queries.ts'
import {
  ExplainDossiersQuery, ExplainedDossier, ExplainedRow, ExplainQuery, FeedbackExplained, FeedbackExplainQuery,
  OnTimeExplained
} from './explain/schema.ts'
import { OnTimeQuery, OnTimeRow } from './schema.ts'

interface OnTimeContext extends Context {
  onTimeCaches: OnTimeCaches
}

/** Of dossiers, and of citizens' feedback. */
export async function onTimeRoutes (app: App, context: OnTimeContext) {
  await dossierRoutes(app, context)
  await feedbackRoutes(app, context)
}

async function dossierRoutes (app: App, { db, cache, now, onTimeCaches }: OnTimeContext) {
  for (const schema of [OnTimeRow, OnTimeExplained, ExplainedRow, ExplainedDossier]) app.addSchema(schema)
  const others = Object.entries(OnTimeRow.properties).filter(([name]) => !isComparedColumn(name))
  const columns = columnsWithDetailsAsked(Type.Object(Object.fromEntries(others)))
  const columnsWithCompared = columnsWithDetailsAsked(OnTimeRow)

  const columnsOf = (query: OnTimeQuery) => (query.compare === undefined ? columns : columnsWithCompared)(query)

  app.get('/on-time', {
    config: { cache: 'until-commit' },
    schema: {
      operationId: 'getOnTime',
      tags: ['statistics'],
      summary: 'Count dossiers and the percentage on time',
      description: 'Counts are summed, then divided once; percentages are never averaged. Nothing is counted twice. ' +
        `${COUNTING_RULE} \`sources_used\` and \`sources_left_out\` name them. ` +
        'A total stands only for the unit that ' +
        'it consolidates, and only if there are no own rows at or below that unit. With `basis=records` dossiers are ' +
        'counted one by one, for any range of days. What has not happened yet is not late: a span that is not over is cut at ' +
        'now and `provisional`. A span that has not begun has no rows.',
      querystring: OnTimeQuery,
      response: { 200: listResponse(OnTimeRow, 'One row for each group that has reported.'), ...problems(400, 406, 413) }
    }
  }, (request, reply) => sendList(cache, request, reply, columnsOf(request.query), async page => {
    const found = await onTime(db, request.query, page, request.caller.unit, now(), onTimeCaches)
    return { ...found, items: await withNames(db, found.items) }
  }))

  app.get('/on-time/explain', {
    schema: {
      operationId: 'explainOnTime',
      tags: ['statistics'],
      summary: 'Explain a figure by the stored rows that it is the sum of',
      description: 'The parameters of `/v1/on-time`, without groups. The figure and its rows are read in one snapshot.',
      querystring: ExplainQuery,
      response: { 200: { description: 'The figure and its rows.', ...Ref(OnTimeExplained) }, ...problems(400, 413) }
    }
  }, (request, reply) => sendShared(cache, request, reply, async () => ({
    value: await onTimeExplained(db, request.query, request.caller.unit, now(), dossiersUrl(request.url)), link: null
  })))

  app.get('/on-time/explain/dossiers', {
    schema: {
      operationId: 'listOnTimeDossiers',
      tags: ['statistics'],
      summary: 'List the dossiers behind a figure, late ones first',
      description: 'The basis is always `records`. The number of dossiers is the denominator, and the number of those with ' +
        '`in_numerator` is the numerator.',
      querystring: ExplainDossiersQuery,
      response: {
        200: listResponse(ExplainedDossier, 'Dossiers; those in the numerator come last.'), ...problems(400, 406, 413)
      }
    }
  }, (request, reply) => sendList(cache, request, reply, ExplainedDossier, page => (
    dossiersExplaining(db, request.query, page, request.caller.unit, now()))))
}

async function feedbackRoutes (app: App, { db, cache, now, onTimeCaches }: OnTimeContext) {
  for (const schema of [FeedbackOnTimeRow, FeedbackExplained]) app.addSchema(schema)
  const columnsOf = columnsAsked(FeedbackOnTimeRow)

  app.get('/feedback-statistics/on-time', {
    config: { cache: 'until-commit' },
    schema: {
      operationId: 'getFeedbackOnTime',
      tags: ['statistics'],
      summary: 'Count citizens\' feedback and the percentage on time',
      description: 'Counts are summed, then divided once; percentages are never averaged. Where several sources report a unit ' +
        'and a period, the one of higher precedence counts, then the later one; `sources_used` and `sources_left_out` name ' +
        'them. A total stands only for the unit that it consolidates, and only if there are no own rows at or below that unit. ' +
        'A span that has not begun has no rows.',
      querystring: FeedbackOnTimeQuery,
      response: {
        200: listResponse(FeedbackOnTimeRow, 'One row for each group that has reported.'), ...problems(400, 406, 413)
      }
    }
  }, (request, reply) => sendList(cache, request, reply, columnsOf(request.query), async page => {
    const found = await onTime(db, request.query, page, request.caller.unit, now(), onTimeCaches, FEEDBACK)
    return { ...found, items: await withNames(db, found.items, ['level', 'unit']) }
  }))

  app.get('/feedback-statistics/on-time/explain', {
    schema: {
      operationId: 'explainFeedbackOnTime',
      tags: ['statistics'],
      summary: 'Explain a figure of feedback by the stored rows that it is the sum of',
      description: 'The parameters of `/v1/feedback-statistics/on-time`, without groups. The figure and its rows are read in one ' +
        'snapshot.',
      querystring: FeedbackExplainQuery,
      response: { 200: { description: 'The figure and its rows.', ...Ref(FeedbackExplained) }, ...problems(400, 413) }
    }
  }, (request, reply) => sendShared(cache, request, reply, async () => {
    const explained = await onTimeExplained(db, request.query, request.caller.unit, now(), null, FEEDBACK)
    return { value: columnsIn(FeedbackExplained, explained), link: null }
  }))
}

/** What of an answer its schema has: only dossiers have records, and what comes with those. */
function columnsIn ({ properties }: TObject, answer: object): object {
  return Object.fromEntries(Object.entries(answer).filter(([name]) => name in properties))
}

function dossiersUrl (asked: string): string {
  const url = new URL(asked, 'http://host')
  // Those that a list of dossiers has no use for, and so refuses.
  for (const name of ['basis', 'unknown', 'details']) url.searchParams.delete(name)
  return `${url.pathname}/dossiers${url.search}`
}
