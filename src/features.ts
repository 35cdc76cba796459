import { auditRoutes } from './access/audit/routes.ts'
import { clientRoutes } from './access/clients/routes.ts'
import { deadlineRoutes } from './reports/deadlines/routes.ts'
import { reportDiffRoutes } from './reports/differences/routes.ts'
import { dossierFormRoutes } from './reports/form-ii06a/routes.ts'
import { formRoutes } from './reports/forms/routes.ts'
import { revisionRoutes } from './reports/revisions/routes.ts'
import { submissionMatrixRoutes } from './reports/submission-matrix/routes.ts'
import { submissionRoutes } from './reports/submissions/routes.ts'
import { countingRulesRoutes } from './dossiers/counting-rules/routes.ts'
import { dossierRoutes } from './dossiers/routes.ts'
import { backlogRoutes } from './dossiers/backlog/routes.ts'
import { dueDateCheckRoutes } from './dossiers/due-date-check/routes.ts'
import { nationalSyncRoutes } from './dossiers/national-sync/routes.ts'
import { qualityRoutes } from './dossiers/quality/routes.ts'
import { evaluationDossierRoutes } from './evaluation/dossiers/routes.ts'
import { evaluationFormulaRoutes } from './evaluation/formulas/routes.ts'
import { evaluationInputRoutes } from './evaluation/inputs/routes.ts'
import { evaluationLeverRoutes } from './evaluation/levers/routes.ts'
import { evaluationRoutes } from './evaluation/scores/routes.ts'
import { evaluationHistoryRoutes } from './evaluation/snapshots/routes.ts'
import { parIndexFormRoutes } from './evaluation/par-index/forms/routes.ts'
import { parIndexRoutes } from './evaluation/par-index/results/routes.ts'
import { parIndexScoreRoutes } from './evaluation/par-index/scores/routes.ts'
import { fieldRoutes } from './catalogue/fields/routes.ts'
import { levelRoutes } from './catalogue/levels/routes.ts'
import { importRoutes } from './dossiers/imports/routes.ts'
import { indicatorRoutes } from './reports/indicators/routes.ts'
import { indicatorFormRoutes } from './reports/indicator-forms/routes.ts'
import { indicatorValueRoutes } from './reports/indicator-values/routes.ts'
import { differenceRoutes } from './statistics/on-time/difference/routes.ts'
import { durationsRoutes } from './statistics/on-time/durations/routes.ts'
import { latenessRoutes } from './statistics/on-time/lateness/routes.ts'
import { onTimeRoutes } from './statistics/on-time/routes.ts'
import { onTimeSeriesRoutes } from './statistics/on-time-series/routes.ts'
import { periodRoutes } from './catalogue/periods/routes.ts'
import { procedureDecisionRoutes } from './catalogue/procedure-decisions/routes.ts'
import { procedureReviewRoutes } from './catalogue/procedure-reviews/routes.ts'
import { procedureRoutes } from './catalogue/procedures/routes.ts'
import { reconciliationRoutes } from './statistics/reconciliation/routes.ts'
import { checkRoutes } from './reports/checks/routes.ts'
import { reportRoutes } from './reports/filled-report/routes.ts'
import { workbookImportRoutes } from './reports/workbook-import/routes.ts'
import { ruleRoutes } from './reports/rules/routes.ts'
import { procedureCorrectionRoutes } from './dossiers/corrections/routes.ts'
import { passDossiers, returnDossiers } from './dossiers/passing/commands.ts'
import { handOverDossiers } from './dossiers/source-conflicts/hand-over.ts'
import { sourceConflictRoutes } from './dossiers/source-conflicts/routes.ts'
import { sourceRoutes } from './catalogue/sources/routes.ts'
import { rollUpSource } from './statistics/reported/rollup.ts'
import { continuityRoutes } from './statistics/continuity/routes.ts'
import { statisticsRoutes } from './statistics/reported/routes.ts'
import { unknownCodeRoutes } from './dossiers/waiting/routes.ts'
import { statusMapRoutes } from './dossiers/status-maps/routes.ts'
import { calendarRoutes } from './working-time/calendars/routes.ts'
import { dueDateRoutes } from './working-time/due-date/routes.ts'
import { unitChangeRoutes } from './catalogue/unit-changes/routes.ts'
import { unitRoutes } from './catalogue/units/routes.ts'
import type { App, Context } from './http/context.ts'
import type { OnTimeCaches } from './statistics/on-time/caches.ts'

interface FeatureContext extends Context {
  onTimeCaches: OnTimeCaches
  /** Begins to move dossiers to the fields of their procedures, where that is to be done. */
  beginCorrection: () => void
  /** Takes dossiers in that wait for what may have been posted. */
  takeInWaiting: () => void
  /** Requests a minute of a client that has no limit of its own. */
  defaultLimit: number
}

/** All that is under `/v1`, in the order of the contract. */
export async function registerFeatures (
  v1: App, { beginCorrection, takeInWaiting, defaultLimit, ...context }: FeatureContext
): Promise<void> {
  await register(v1, statisticsRoutes, context)
  await register(v1, continuityRoutes, context)
  await register(v1, onTimeRoutes, context)
  await register(v1, durationsRoutes, context)
  await register(v1, differenceRoutes, context)
  await register(v1, latenessRoutes, context)
  await register(v1, dossierRoutes, context)
  await register(v1, nationalSyncRoutes, context)
  await register(v1, importRoutes, context)
  await register(v1, unknownCodeRoutes, context)
  await register(v1, sourceConflictRoutes, context)
  await register(v1, backlogRoutes, context)
  await register(v1, calendarRoutes, context)
  await register(v1, dueDateRoutes, context)
  await register(v1, dueDateCheckRoutes, context)
  await register(v1, qualityRoutes, context)
  await register(v1, countingRulesRoutes, context)
  await register(v1, onTimeSeriesRoutes, context)
  await register(v1, reconciliationRoutes, context)
  await register(v1, evaluationRoutes, context)
  await register(v1, evaluationDossierRoutes, context)
  await register(v1, evaluationLeverRoutes, context)
  await register(v1, evaluationHistoryRoutes, context)
  await register(v1, evaluationInputRoutes, context)
  await register(v1, evaluationFormulaRoutes, context)
  await register(v1, parIndexFormRoutes, context)
  await register(v1, parIndexScoreRoutes, context)
  await register(v1, parIndexRoutes, context)
  await register(v1, reportRoutes, context)
  await register(v1, workbookImportRoutes, context)
  await register(v1, revisionRoutes, context)
  await register(v1, reportDiffRoutes, context)
  await register(v1, submissionRoutes, context)
  await register(v1, deadlineRoutes, context)
  await register(v1, submissionMatrixRoutes, context)
  await register(v1, checkRoutes, context)
  await register(v1, ruleRoutes, context)
  await register(v1, dossierFormRoutes, context)
  await register(v1, formRoutes, context)
  await register(v1, indicatorFormRoutes, context)
  await register(v1, indicatorRoutes, context)
  await register(v1, indicatorValueRoutes, context)
  await register(v1, levelRoutes, context)
  await register(v1, unitRoutes, { ...context, effects: { takeInWaiting } })
  await register(v1, unitChangeRoutes, { ...context, effects: { passDossiers, returnDossiers, takeInWaiting } })
  await register(v1, fieldRoutes, context)
  await register(v1, periodRoutes, context)
  await register(v1, procedureRoutes, { ...context, effects: { beginCorrection, takeInWaiting } })
  await register(v1, procedureDecisionRoutes, { ...context, effects: { beginCorrection, takeInWaiting } })
  await register(v1, procedureCorrectionRoutes, context)
  await register(v1, procedureReviewRoutes, context)
  await register(v1, sourceRoutes, { ...context, effects: { rerank: rollUpSource, handOver: handOverDossiers } })
  await register(v1, statusMapRoutes, context)
  await register(v1, auditRoutes, context)
  await register(v1, clientRoutes, { ...context, defaultLimit })
}

/** A part of the contract has hooks and a cache of its own. */
async function register<Options extends object> (
  v1: App, routes: (v1: App, options: Options) => Promise<void>, options: Options
): Promise<void> {
  // Without a name fastify looks for the function among all modules that are loaded.
  await v1.register(Object.assign(routes, { [Symbol.for('fastify.display-name')]: routes.name }), options)
}
