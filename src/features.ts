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
  await v1.register(statisticsRoutes, context)
  await v1.register(continuityRoutes, context)
  await v1.register(onTimeRoutes, context)
  await v1.register(durationsRoutes, context)
  await v1.register(differenceRoutes, context)
  await v1.register(latenessRoutes, context)
  await v1.register(dossierRoutes, context)
  await v1.register(nationalSyncRoutes, context)
  await v1.register(importRoutes, context)
  await v1.register(unknownCodeRoutes, context)
  await v1.register(sourceConflictRoutes, context)
  await v1.register(backlogRoutes, context)
  await v1.register(calendarRoutes, context)
  await v1.register(dueDateRoutes, context)
  await v1.register(dueDateCheckRoutes, context)
  await v1.register(qualityRoutes, context)
  await v1.register(countingRulesRoutes, context)
  await v1.register(onTimeSeriesRoutes, context)
  await v1.register(reconciliationRoutes, context)
  await v1.register(evaluationRoutes, context)
  await v1.register(evaluationDossierRoutes, context)
  await v1.register(evaluationLeverRoutes, context)
  await v1.register(evaluationHistoryRoutes, context)
  await v1.register(evaluationInputRoutes, context)
  await v1.register(evaluationFormulaRoutes, context)
  await v1.register(parIndexFormRoutes, context)
  await v1.register(parIndexScoreRoutes, context)
  await v1.register(parIndexRoutes, context)
  await v1.register(reportRoutes, context)
  await v1.register(workbookImportRoutes, context)
  await v1.register(revisionRoutes, context)
  await v1.register(reportDiffRoutes, context)
  await v1.register(submissionRoutes, context)
  await v1.register(deadlineRoutes, context)
  await v1.register(submissionMatrixRoutes, context)
  await v1.register(checkRoutes, context)
  await v1.register(ruleRoutes, context)
  await v1.register(dossierFormRoutes, context)
  await v1.register(formRoutes, context)
  await v1.register(indicatorFormRoutes, context)
  await v1.register(indicatorRoutes, context)
  await v1.register(indicatorValueRoutes, context)
  await v1.register(levelRoutes, context)
  await v1.register(unitRoutes, { ...context, effects: { takeInWaiting } })
  await v1.register(unitChangeRoutes, { ...context, effects: { passDossiers, returnDossiers, takeInWaiting } })
  await v1.register(fieldRoutes, context)
  await v1.register(periodRoutes, context)
  await v1.register(procedureRoutes, { ...context, effects: { beginCorrection, takeInWaiting } })
  await v1.register(procedureDecisionRoutes, { ...context, effects: { beginCorrection, takeInWaiting } })
  await v1.register(procedureCorrectionRoutes, context)
  await v1.register(procedureReviewRoutes, context)
  await v1.register(sourceRoutes, { ...context, effects: { rerank: rollUpSource, handOver: handOverDossiers } })
  await v1.register(statusMapRoutes, context)
  await v1.register(auditRoutes, context)
  await v1.register(clientRoutes, { ...context, defaultLimit })
}
