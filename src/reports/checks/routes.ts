import { Ref } from '../../contract/fields.ts'
import type { App, Context } from '../../http/context.ts'
import { LANGUAGE_HEADERS, languageOf } from '../../http/response/language.ts'
import { problems } from '../../http/response/error-handler.ts'
import { formatOf, listResponse, sendFile, sendList, sendShared, tableResponse } from '../../http/response/respond.ts'
import { allFindings, findingsPage, placeOf, reportChecks } from './queries.ts'
import {
  BesideFindings, ChecksQuery, Finding, NotTried, ReportChecks, ReportChecksPath, ReportChecksQuery
} from './schema.ts'

const tags = ['reports']

const WHAT = 'Tries the rules of `/v1/rules` that hold for the period. A figure that is not known is no finding: the rule ' +
  'that needs it is in `not_tried`, with the reason. Messages are in Vietnamese or English, by `Accept-Language`.'

export async function checkRoutes (app: App, { db, cache, now }: Context) {
  app.addSchema(Finding)
  app.addSchema(NotTried)
  app.addSchema(ReportChecks)

  app.get('/reports/:unit/:period/checks', {
    config: { cache: 'until-commit' },
    schema: {
      operationId: 'getReportChecks',
      tags,
      summary: 'Check the report of a unit for a period: which figures do not agree',
      description: `${WHAT} Dossiers are those of the unit and all units below it. csv, ndjson and xlsx contain only the findings.`,
      params: ReportChecksPath,
      querystring: ReportChecksQuery,
      response: { 200: inLanguages(tableResponse(Ref(ReportChecks), 'What the rules find.')), ...problems(400, 404, 406) }
    }
  }, async (request, reply) => {
    const format = formatOf(request)
    const language = languageOf(request)
    const checks = () => reportChecks(db, request.params, request.query, request.caller.unit, now(), language)
    if (format !== 'json') return sendFile(request, reply, format, Finding, (await checks()).value.findings)
    return sendShared(cache, request, reply, async () => ({ ...await checks(), link: null }))
  })

  app.get('/checks', {
    schema: {
      operationId: 'listChecks',
      tags,
      summary: 'Check the reports of all units for a period: one row for each finding',
      description: `${WHAT} Checked are the units that have reported a value for the period.`,
      querystring: ChecksQuery,
      response: {
        200: inLanguages(listResponse(Finding, 'Findings, ordered by unit, rule and indicator.', BesideFindings)), ...problems(400, 406)
      }
    }
  }, (request, reply) => {
    const language = languageOf(request)
    const { caller, query } = request
    const { period, form, unit } = query
    // All pages and filters share one count. No address is like it.
    const counted = { caller, url: `checks ${JSON.stringify([period, form, unit])}`, answerLanguage: language }
    return sendList(cache, request, reply, Finding, async page => {
      const after = placeOf(page)
      const all = await cache.cachedValue(counted, () => allFindings(db, query, caller.unit, now(), language))
      return findingsPage(all, query, after, page.limit)
    })
  })
}

function inLanguages<R extends { headers: object }> (response: R): R {
  return { ...response, headers: { ...response.headers, ...LANGUAGE_HEADERS } }
}
