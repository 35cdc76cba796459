import { readFile } from 'node:fs/promises'
import type { Test } from 'tap'
import { givenClient } from '../../client.ts'
import { forEachDatabase, type Service } from '../../database.ts'
import { item, send } from '../../dossiers/given.ts'
import { MEDIA_TYPES } from '../../../src/contract/formats.ts'
import type { Db } from '../../../src/database/connect.ts'
import { exampleWorkbook } from '../../reports/workbook-import/example.ts'

export const HOME = 'H56-380'
export const FOREIGN = 'H56-381'
const PERIOD = '2021-Q4'

/** What the contract asks for, set down by hand: not what the routes say of themselves. */
const NEEDS: Record<string, string> = {
  postDossierStatistics: 'write:statistics',
  deleteDossierStatistics: 'write:statistics',
  postFeedbackStatistics: 'write:statistics',
  deleteFeedbackStatistics: 'write:statistics',
  postEvaluationInputs: 'write:statistics',
  postEvaluationFormulas: 'write:catalogue',
  postRules: 'write:catalogue',
  postForms: 'write:catalogue',
  postParIndexForms: 'write:catalogue',
  postParIndexSelfScores: 'write:indicators',
  postParIndexSurveyResults: 'write:statistics',
  postParIndexAppraisals: 'approve',
  postIndicatorValues: 'write:indicators',
  importReport: 'write:indicators',
  submitReport: 'write:indicators',
  approveReport: 'approve',
  publishReport: 'approve',
  reopenReport: 'approve',
  putDeadlines: 'approve',
  postProcedures: 'write:catalogue',
  postProcedureDecision: 'write:catalogue',
  withdrawProcedureDecision: 'write:catalogue',
  listProcedureCorrections: 'write:catalogue',
  getProcedureCorrection: 'write:catalogue',
  postProcedureReviews: 'write:catalogue',
  postFields: 'write:catalogue',
  postLevels: 'write:catalogue',
  postPeriods: 'write:catalogue',
  postCalendars: 'write:catalogue',
  postCountingRules: 'write:catalogue',
  postUnits: 'write:catalogue',
  postUnitChanges: 'write:catalogue',
  withdrawUnitChange: 'write:catalogue',
  putUnit: 'write:catalogue',
  putSource: 'write:catalogue',
  putStatusMap: 'write:catalogue',
  postDossiers: 'write:dossiers',
  importDossiers: 'write:dossiers',
  postNationalDossiers: 'write:dossiers',
  deleteDossier: 'write:dossiers',
  deleteWaitingDossiers: 'write:dossiers',
  listImports: 'write:dossiers',
  getImport: 'write:dossiers',
  listImportErrors: 'write:dossiers',
  listAudit: 'admin',
  listClients: 'admin',
  getClient: 'admin',
  putClient: 'admin',
  listClientKeys: 'admin',
  createClientKey: 'admin',
  revokeClientKey: 'admin',
  getLiveness: 'nothing',
  getReadiness: 'nothing',
  getMetrics: 'metrics'
}
const READS = [
  'getDifference', 'listDifferenceDossiers', 'getLateness', 'listLateDossiers',
  'listFeedbackStatistics', 'listFeedbackDiscontinuities', 'getFeedbackOnTime', 'explainFeedbackOnTime',
  'listDossierStatistics', 'listDiscontinuities', 'getOnTime', 'explainOnTime', 'listOnTimeDossiers', 'getOnTimeSeries', 'getReconciliation',
  'getReport', 'explainReport', 'listRevisions', 'getReportDiff', 'getSubmission', 'listSubmissions', 'getDossierForm', 'getForm', 'listForms', 'listIndicators', 'listIndicatorValues', 'listLevels', 'listUnits', 'getUnit', 'listUnitChanges', 'getLineage',
  'listFields', 'listPeriods', 'getPeriod', 'listProcedures', 'getProcedure', 'getProcedureHistory', 'countProcedures', 'listProcedureDecisions',
  'getProcedureDecision', 'listProcedureReviews', 'countProcedureReviews', 'listSources', 'getSource', 'listChanges',
  'listDossiers', 'getDossier', 'getStatusMap', 'listSourceConflicts', 'listUnknownCodes',
  'listCountingRules', 'listCalendars', 'getCalendar', 'listCalendarDays', 'getDueDate', 'calculateDueDates', 'listDueDateDeviations',
  'listDossierQuality', 'listQualityDossiers', 'listQualityRules', 'getBacklog', 'getDurations',
  'getEvaluation', 'explainEvaluation', 'listEvaluationDossiers', 'listEvaluationLevers', 'listEvaluationHistory',
  'listEvaluationInputs',
  'listEvaluationFormulas', 'getReportChecks', 'listChecks', 'listRules',
  'getParIndex', 'listParIndexCriteria', 'explainParIndex', 'listParIndexScores', 'listParIndexForms'
]
for (const operation of READS) NEEDS[operation] = 'read'

export const ALL = ['read', 'write:statistics', 'write:dossiers', 'write:indicators', 'write:catalogue', 'approve', 'admin', 'metrics']
const KEYS: Record<string, string[]> = { ...Object.fromEntries(ALL.map(scope => [scope, [scope]])), all: ALL, none: [] }
const UNITS = { any: null, province: 'H56', district: HOME, foreign: FOREIGN }

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE'

interface Operation {
  id: string
  method: Method
  path: string
}

interface Described { operationId: string }

const contract = JSON.parse(await readFile(new URL('../../../openapi/openapi.json', import.meta.url), 'utf8')) as
  { paths: Record<string, Record<string, Described>> }
const operations: Operation[] = Object.entries(contract.paths).flatMap(([path, methods]) => (
  Object.entries(methods).filter(([, { operationId }]) => operationId !== undefined)
    .map(([method, { operationId: id }]) => ({ id, method: method.toUpperCase() as Method, path }))))

/** With a job: it changes the field of a procedure. */
const DECISION = {
  effective_on: '2021-03-01', document: { number: '1', date: '2021-02-01', issuer: 'x' },
  amended: [{ code: '1.001193', field: 'justice' }]
}

/** One that scores every unit, with a criterion for each who posts. */
const PAR_FORM = {
  code: 'par', name: 'x', source: 'x', valid_from: '2021-01-01', maximum: 3, survey_maximum: 1,
  criteria: [
    { code: 'self', name: 'x', maximum: 1, scored_by: 'hand' },
    { code: 'appraised', name: 'x', maximum: 1, scored_by: 'hand' },
    {
      code: 'survey', name: 'x', maximum: 1, scored_by: 'survey', points: { op: 'input', name: 'mark' },
      inputs: [{ name: 'mark', type: 'number', measure: 'points', choices: null, meaning: 'x' }]
    }
  ]
}

const SOURCE = { name: 'x', precedence: 100, synthetic: false }

/** Reports to send, by their units. */
const WORKBOOKS: Record<string, Buffer> = Object.fromEntries(await Promise.all(
  ['H56', HOME, FOREIGN].map(async unit => [unit, await exampleWorkbook(unit)] as const)))

/** A request that succeeds for who may make it and reaches the unit. */
function requestFor (
  { id, path }: Operation, unit: string, { [unit]: key, import: ownImport }: Record<string, string>
): { url: string, payload?: object | string } {
  const about: Record<string, string> = {
    getUnit: `/v1/units/${unit}`,
    putUnit: `/v1/units/${unit}`,
    getLineage: `/v1/units/${unit}/lineage`,
    postUnitChanges: '/v1/unit-changes?dry_run=true',
    withdrawUnitChange: '/v1/unit-changes/999',
    getReport: `/v1/reports/${unit}/2021-H1`,
    importReport: `/v1/reports/${unit}/2021-H1/import`,
    listRevisions: `/v1/reports/${unit}/2021-H1/revisions`,
    getReportDiff: `/v1/reports/${unit}/2021-H1/diff?from=current`,
    getSubmission: `/v1/reports/${unit}/2021-H1/submission`,
    submitReport: `/v1/reports/${unit}/2021-Q4/submit`,
    approveReport: `/v1/reports/${unit}/2021-Q3/approve`,
    publishReport: `/v1/reports/${unit}/2021-Q3/publish`,
    reopenReport: `/v1/reports/${unit}/2021-Q3/reopen`,
    putDeadlines: `/v1/reports/${unit}/2021-Q3/deadlines`,
    listSubmissions: `/v1/submissions?period=2021-Q3&unit=${unit}`,
    getReportChecks: `/v1/reports/${unit}/2021-H1/checks`,
    listChecks: `/v1/checks?period=2021-H1&unit=${unit}`,
    explainReport: `/v1/reports/${unit}/2021-H1/explain/3.1.3`,
    getForm: `/v1/forms/07a-btp/${unit}/2021-H1`,
    getDossierForm: `/v1/forms/ii-06a/${unit}/2021-H1`,
    getReconciliation: `/v1/reconciliation?period=${PERIOD}&unit=${unit}`,
    getOnTimeSeries: `/v1/units/${unit}/on-time-series?from=2021-01&to=2021-02`,
    explainOnTime: `/v1/on-time/explain?period=${PERIOD}&unit=${unit}`,
    listOnTimeDossiers: `/v1/on-time/explain/dossiers?period=${PERIOD}&unit=${unit}`,
    getOnTime: `/v1/on-time?period=${PERIOD}&unit=${unit}`,
    listDossierStatistics: `/v1/dossier-statistics?unit=${unit}`,
    listDiscontinuities: `/v1/dossier-statistics/continuity?unit=${unit}&period=${PERIOD}`,
    deleteDossierStatistics: `/v1/dossier-statistics?unit=${unit}&period=${PERIOD}`,
    getFeedbackOnTime: `/v1/feedback-statistics/on-time?period=${PERIOD}&unit=${unit}`,
    explainFeedbackOnTime: `/v1/feedback-statistics/on-time/explain?period=${PERIOD}&unit=${unit}`,
    listFeedbackStatistics: `/v1/feedback-statistics?unit=${unit}`,
    listFeedbackDiscontinuities: `/v1/feedback-statistics/continuity?unit=${unit}&period=${PERIOD}`,
    deleteFeedbackStatistics: `/v1/feedback-statistics?unit=${unit}&period=${PERIOD}`,
    listIndicatorValues: `/v1/indicator-values?unit=${unit}`,
    getEvaluation: `/v1/evaluation?period=${PERIOD}&unit=${unit}`,
    explainEvaluation: `/v1/evaluation/explain?period=${PERIOD}&unit=${unit}&criterion=PROGRESS_ON_TIME` +
      '&formula=qd-766-found-2026',
    listEvaluationDossiers: `/v1/evaluation/dossiers?period=${PERIOD}&unit=${unit}&criterion=PROGRESS_ON_TIME` +
      '&formula=qd-766-found-2026',
    listEvaluationLevers: `/v1/evaluation/levers?period=${PERIOD}&unit=${unit}&formula=qd-766-found-2026`,
    listEvaluationHistory: `/v1/evaluation/history?unit=${unit}`,
    listEvaluationInputs: `/v1/evaluation-inputs?unit=${unit}`,
    getParIndex: `/v1/par-index?period=${PERIOD}&unit=${unit}`,
    listParIndexCriteria: `/v1/par-index/criteria?period=${PERIOD}&unit=${unit}`,
    explainParIndex: `/v1/par-index/explain?period=${PERIOD}&unit=${unit}&criterion=self`,
    listParIndexScores: `/v1/par-index-scores?unit=${unit}`,
    listAudit: `/v1/audit?unit=${unit}`,
    listDossiers: `/v1/dossiers?unit=${unit}`,
    listSourceConflicts: `/v1/source-conflicts?unit=${unit}`,
    getDifference: `/v1/on-time/difference?period=${PERIOD}&unit=${unit}&rules=default,portal-766`,
    listDifferenceDossiers: `/v1/on-time/difference/dossiers?period=${PERIOD}&unit=${unit}&rules=default,portal-766&reason=stopped`,
    getLateness: `/v1/on-time/lateness?period=${PERIOD}&unit=${unit}`,
    listLateDossiers: `/v1/on-time/lateness/dossiers?period=${PERIOD}&unit=${unit}`,
    getDurations: `/v1/on-time/durations?period=${PERIOD}&unit=${unit}`,
    getBacklog: `/v1/backlog?as_of=2021-07-02&unit=${unit}`,
    listDossierQuality: `/v1/dossier-quality?unit=${unit}`,
    listQualityDossiers: `/v1/dossier-quality/dossiers?unit=${unit}`,
    getDossier: `/v1/dossiers/d-${unit}`,
    deleteDossier: `/v1/dossiers/d-${unit}`,
    getImport: `/v1/imports/${ownImport}`,
    listImportErrors: `/v1/imports/${ownImport}/errors`,
    deleteWaitingDossiers: '/v1/unknown-codes?kind=procedure&code=none',
    getStatusMap: '/v1/sources/bao-cao-2021/status-map',
    putStatusMap: '/v1/sources/one-stop/status-map',
    getPeriod: '/v1/periods/2021-H1',
    getCalendar: '/v1/calendars/vn',
    getDueDate: '/v1/due-date?working_days=5&received_at=2026-02-09T10:00:00Z',
    listDueDateDeviations: `/v1/dossiers/due-date-check?period=${PERIOD}&unit=${unit}`,
    listCalendarDays: '/v1/calendars/vn/days',
    getProcedure: '/v1/procedures/1.001193',
    getProcedureHistory: '/v1/procedures/1.001193/history',
    getProcedureDecision: '/v1/procedure-decisions/1',
    withdrawProcedureDecision: '/v1/procedure-decisions/999',
    getProcedureCorrection: '/v1/procedure-corrections/1',
    listProcedureReviews: `/v1/procedure-reviews?unit=${unit}`,
    countProcedureReviews: `/v1/procedure-reviews/counts?unit=${unit}`,
    getSource: '/v1/sources/bao-cao-2021',
    putSource: '/v1/sources/one-stop',
    getClient: `/v1/clients/of-${unit}`,
    putClient: `/v1/clients/of-${unit}`,
    listClientKeys: `/v1/clients/of-${unit}/keys`,
    createClientKey: `/v1/clients/of-${unit}/keys`,
    revokeClientKey: `/v1/clients/of-${unit}/keys/${key}`
  }
  const deleted = { code: 'none', unit, updated_at: '2021-06-01T08:00:00Z', deleted: true }
  const bodies: Record<string, object | string> = {
    postDossierStatistics: { items: [{ unit, period: PERIOD, scope: 'total', received: 1 }] },
    postFeedbackStatistics: { items: [{ unit, period: PERIOD, scope: 'total', received: 1 }] },
    postIndicatorValues: { items: [{ unit, period: '2021-H1', indicator: '3.1.3', printed: '9' }] },
    submitReport: { nothing_to_report: true },
    reopenReport: { reason: 'x', until: new Date(Date.now() + 3_600_000).toISOString() },
    putDeadlines: {},
    importReport: WORKBOOKS[unit]!,
    postProcedures: { items: [] },
    postProcedureDecision: DECISION,
    postProcedureReviews: { items: [{ unit, procedure: '1.001193', period: PERIOD, proposal: 'keep', outcome: 'pending' }] },
    postFields: { items: [] },
    postLevels: { items: [] },
    postPeriods: { items: [] },
    postCalendars: { items: [] },
    postCountingRules: { items: [] },
    postEvaluationInputs: {
      items: [{ unit, period: PERIOD, criterion: 'PROGRESS_ON_TIME', source: 'one-stop', numerator: 1, denominator: 2 }]
    },
    postEvaluationFormulas: { items: [] },
    postRules: { items: [] },
    postForms: { items: [] },
    postParIndexForms: { items: [] },
    postParIndexSelfScores: { items: [{ unit, period: PERIOD, form: 'par', criterion: 'self', points: 1 }] },
    postParIndexSurveyResults: {
      items: [{ unit, period: PERIOD, form: 'par', criterion: 'survey', source: 'one-stop', inputs: { mark: 1 } }]
    },
    postParIndexAppraisals: { items: [{ unit, period: PERIOD, form: 'par', criterion: 'appraised', points: 1, reason: 'x' }] },
    calculateDueDates: { items: [] },
    postUnits: { items: [] },
    putUnit: { reports_dossiers: unit !== 'H56' },
    postUnitChanges: {
      effective_on: '2022-01-01', document: { number: '1', date: '2021-12-01', issuer: 'x' },
      events: [{ type: 'rename', unit, name: 'x' }]
    },
    postDossiers: { items: [deleted] },
    importDossiers: `${JSON.stringify(deleted)}\n`,
    postNationalDossiers: { madonvi: unit, service: 'CapNhatTienDoHoSoMC', data: [] },
    putStatusMap: { items: [] },
    putSource: SOURCE,
    putClient: { name: 'x', scopes: [], unit }
  }
  const payload = bodies[id]
  return { url: about[id] ?? path, ...(payload === undefined ? {} : { payload }) }
}

/** What becomes of a request for a unit out of reach. What names no unit has no such case. */
const OUT_OF_REACH: Record<string, number> = {
  getUnit: 404, putUnit: 404, getLineage: 404, getReport: 404, listRevisions: 404, getReportDiff: 404,
  getSubmission: 404,
  submitReport: 404, approveReport: 404, publishReport: 404, reopenReport: 404, putDeadlines: 404,
  listSubmissions: 400, importReport: 404, getReportChecks: 404, explainReport: 404,
  getDossierForm: 404, getForm: 404, getOnTimeSeries: 404,
  getDossier: 404, deleteDossier: 404, postUnitChanges: 403,
  getClient: 404, putClient: 404, listClientKeys: 404, createClientKey: 404, revokeClientKey: 404,
  getOnTime: 400, explainOnTime: 400, listOnTimeDossiers: 400, getReconciliation: 400, deleteDossierStatistics: 400,
  listDiscontinuities: 400, listDossiers: 400, listDueDateDeviations: 400,
  getDurations: 400, getBacklog: 400, listDossierQuality: 400, listQualityDossiers: 400,
  listSourceConflicts: 400, listDossierStatistics: 400, listIndicatorValues: 400, listAudit: 400,
  getFeedbackOnTime: 400, explainFeedbackOnTime: 400, deleteFeedbackStatistics: 400, listFeedbackDiscontinuities: 400,
  listFeedbackStatistics: 400, postFeedbackStatistics: 403,
  listChecks: 400,
  getDifference: 400, listDifferenceDossiers: 400, getLateness: 400, listLateDossiers: 400,
  getEvaluation: 400, explainEvaluation: 400, listEvaluationDossiers: 400, listEvaluationLevers: 400,
  listEvaluationHistory: 400, listEvaluationInputs: 400,
  postEvaluationInputs: 403,
  getParIndex: 400, listParIndexCriteria: 400, explainParIndex: 400, listParIndexScores: 400,
  postParIndexSelfScores: 403, postParIndexSurveyResults: 403, postParIndexAppraisals: 403,
  postDossierStatistics: 403, postDossiers: 403, postNationalDossiers: 403, postIndicatorValues: 403,
  listProcedureReviews: 400, countProcedureReviews: 400, postProcedureReviews: 403,
  // Of a stream each row is refused alone.
  importDossiers: 422
}

/** What all provinces of a database share is written by those whose keys are for all units. */
const COMMON = [
  'postFields', 'postLevels', 'postPeriods', 'postCalendars', 'postCountingRules', 'postProcedureDecision',
  'postEvaluationFormulas', 'postParIndexForms', 'postRules', 'postForms'
]

/** What needs a report that is at another stage. */
const NOT_SUBMITTED = ['approveReport', 'publishReport', 'reopenReport']

function expected ({ id }: Operation, scopes: string[] | null, own: string | null, asked: string): number {
  const needed = NEEDS[id]!
  if (needed === 'nothing') return 200
  if (scopes === null) return 401
  if (!scopes.includes(needed)) return 403
  if (COMMON.includes(id)) return own === null ? 200 : 403
  if (id === 'withdrawProcedureDecision') return own === null ? 404 : 403
  // There is none that could be withdrawn again and again.
  if (id === 'withdrawUnitChange') return 404
  // Nobody approves, reopens or sets the deadlines of their own unit but the province.
  if ([...NOT_SUBMITTED, 'putDeadlines'].includes(id) && own === asked && own !== 'H56') return 403
  // Nothing of it is submitted.
  if (NOT_SUBMITTED.includes(id)) return reaches(own, asked) ? 409 : 404
  // Who appraises a unit stands above it.
  if (id === 'postParIndexAppraisals' && own === asked) return 403
  return reaches(own, asked) ? 200 : OUT_OF_REACH[id] ?? 200
}

function reaches (unit: string | null, asked: string): boolean {
  return unit === null || unit === 'H56' || unit === asked
}

/** A key by what it may do and for which unit; undefined: none. */
export type Key = { may: keyof typeof KEYS, where: keyof typeof UNITS } | undefined

/** Every key that differs in what it may do, for one kind of unit. */
export function everyKeyFor (where: keyof typeof UNITS): Key[] {
  return Object.keys(KEYS).map(may => ({ may, where }))
}

/** Asks for every operation with each of the keys: for the province, for a district, and for another one. */
export function everyOperationAnswers (keys: Key[]) {
  forEachDatabase('every operation answers', async (t, service) => {
    t.same(Object.keys(NEEDS).toSorted(), operations.map(({ id }) => id).toSorted(), 'the table knows all operations')
    // Which others use as well: keys for a unit may put it as it is, and no otherwise.
    await service.put('/v1/sources/one-stop', SOURCE)
    await service.post('/v1/procedure-decisions', DECISION)
    await service.post('/v1/par-index-forms', { items: [PAR_FORM] })
    const keyIds: Record<string, string> = {}
    for (const unit of ['H56', HOME, FOREIGN]) {
      keyIds[unit] = (await givenClient(service, `of-${unit}`, { scopes: [], unit })).id
      await givenDossier(service.db, unit)
    }
    for (const key of keys) {
      if (key === undefined) {
        await t.test('no key at all only what needs none', t => askAll(t, service, {}, keyIds, null, null))
        continue
      }
      const { may, where } = key
      const [scopes, unit] = [KEYS[may]!, UNITS[where]]
      const { headers } = await givenClient(service, `${may.replace(':', '-')}-${where}`, { scopes, unit, source: 'one-stop' })
      // Whoever may not send has none, and is told so before anybody looks for it.
      const sent = await service.post('/v1/dossiers', { items: [] }, headers)
      const ids = { ...keyIds, import: String(sent.body.import ?? 0) }
      await t.test(`a key for ${may} and ${where} unit as its scopes and its unit say`, t => (
        askAll(t, service, headers, ids, scopes, unit)))
    }
  }, { publicScopes: [], requestsPerMinute: 0, issuer: null })
}

async function askAll (
  t: Test, { app, db }: Service, headers: object, ids: Record<string, string>, scopes: string[] | null,
  own: string | null
) {
  const answers: Record<string, number> = {}
  const asExpected: Record<string, number> = {}
  for (const operation of operations) {
    for (const unit of ['H56', HOME, FOREIGN]) {
      const what = `${operation.id} for ${unit}`
      const status = expected(operation, scopes, own, unit)
      if (operation.id === 'deleteDossier' && status === 200) await givenDossier(db, unit)
      const request = requestFor(operation, unit, ids)
      const type = typeOf(request.payload)
      const { method } = operation
      answers[what] = (await app.inject({ method, headers: { 'x-reason': 'test', ...headers, ...type }, ...request })).statusCode
      asExpected[what] = status
      if (operation.id === 'deleteDossier' && status === 200) await givenDossier(db, unit)
    }
  }
  // One comparison for all, as reporting thousands of them takes longer than asking.
  t.same(answers, asExpected)
}

function typeOf (payload: unknown): { 'content-type'?: string } {
  if (Buffer.isBuffer(payload)) return { 'content-type': MEDIA_TYPES.xlsx }
  return typeof payload === 'string' ? { 'content-type': 'application/x-ndjson' } : {}
}

let second = 0

/** There again, if it was deleted. The province has no desk of its own, so one of its departments stands for it. */
export async function givenDossier (db: Db, unit: string) {
  const updated = new Date(Date.now() + 1_000 * second++).toISOString()
  await send(db, [item({ code: `d-${unit}`, unit: unit === 'H56' ? 'H56-SNV' : unit, updated_at: updated })])
}
