import type { App, Context } from '../../http/context.ts'
import { listResponse, sendList } from '../../http/response/respond.ts'
import { problems } from '../../http/response/error-handler.ts'
import { qualityCounts, qualityDossiers, qualityRules } from './queries.ts'
import {
  QualityCount, QualityDossier, QualityDossiersQuery, QualityQuery, QualityRule, RulesQuery
} from './schema.ts'

const tags = ['dossiers']

const BY_CALENDAR_LAST = 'Rows of `due_date_not_by_calendar` come after all others. Of these a page in JSON ends when it is full or ' +
  'has gone through about 50 000 dossiers, those of other periods as well, so it may have fewer rows than `limit`, and none; go ' +
  'on until `next_cursor` is null.'

export async function qualityRoutes (app: App, { db, cache, now }: Context) {
  for (const schema of [QualityRule, QualityCount, QualityDossier]) app.addSchema(schema)

  app.get('/dossier-quality', {
    config: { cache: 'until-commit' },
    schema: {
      operationId: 'listDossierQuality',
      tags,
      summary: 'Count the dossiers that break the statistics, by unit and rule',
      description: 'Dossiers that were accepted, though something about them is wrong or odd. What ingest refuses can not be ' +
        'found here: no reception date, a result without an end, an end before reception. A unit or a rule without a row has no ' +
        `such dossiers. Days are those of Vietnam, and dossiers are looked at as they are now. ${BY_CALENDAR_LAST}`,
      querystring: QualityQuery,
      response: { 200: listResponse(QualityCount, 'By unit and rule, with `due_date_not_by_calendar` last.'), ...problems(400, 406, 413) }
    }
  }, (request, reply) => sendList(cache, request, reply, QualityCount, page => (
    qualityCounts(db, request.query, page, request.caller.unit, now(), '/v1/dossier-quality/dossiers'))))

  app.get('/dossier-quality/dossiers', {
    schema: {
      operationId: 'listQualityDossiers',
      tags,
      summary: 'List the dossiers that break the statistics',
      description: 'One row for each dossier and rule that it breaks. Each count of `/v1/dossier-quality` has the address of ' +
        `its dossiers in \`dossiers_url\`. ${BY_CALENDAR_LAST}`,
      querystring: QualityDossiersQuery,
      response: { 200: listResponse(QualityDossier, 'By rule, unit and code; those of `due_date_not_by_calendar` last, in the order of reception.'), ...problems(400, 406, 413) }
    }
  }, (request, reply) => sendList(cache, request, reply, QualityDossier, page => (
    qualityDossiers(db, request.query, page, request.caller.unit, now()))))

  app.get('/dossier-quality/rules', {
    schema: {
      operationId: 'listQualityRules',
      tags,
      summary: 'List the rules that dossiers are checked by',
      querystring: RulesQuery,
      response: { 200: listResponse(QualityRule, 'All of them.'), ...problems(400, 406, 413) }
    }
  }, (request, reply) => sendList(cache, request, reply, QualityRule, async () => (
    { items: qualityRules(), next_cursor: null })))
}
