// Counts dossiers by their records, for any days, groups and filters. Other features use only what is exported here.
// plan.ts chooses the smallest table that knows the answer exactly: one of the rollups, or the dossiers themselves.
// tables.ts reads what happened on which day from it, count.ts adds that up to the measures of form II.06a, and
// drill-down.ts lists the dossiers of a count. They return SQL, so that a question stays one statement on one snapshot.
// reporting-units.ts says which units are asked to report, and which of them send records.
export { askedSpans, countedDossiers, type CountedGroup } from './count.ts'
export { dossiersOf } from './drill-down.ts'
export { countPlanOf, type CountPlan, type Span } from './plan.ts'
export { isExpected, isRecorded, recordingUnits, reportingUnits, type ReportingUnit } from './reporting-units.ts'
export { grainOf, rollupRowsOf, type RollupRow } from './tables.ts'
export type { Counting } from '../rules/single-pass-sql.ts'
