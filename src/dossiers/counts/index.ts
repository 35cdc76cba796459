// Counts dossiers by their records, for any days, groups and filters. Other features use only what is exported here.
// plan.ts chooses what is smallest and knows the answer exactly: a family of rollups, or the dossiers themselves.
// spans.ts says which part of time is read at which grain, and tables.ts reads what happened when. count.ts adds that
// up to the measures of form II.06a, and drill-down.ts lists the dossiers of a count. reception/ counts and lists
// what was filed by how long it waited. carried.ts carries counts over lineage to other units, and passed-at-start.ts
// counts what left with a unit that ended. They return SQL, so that a question stays one statement on one snapshot.
// units/ counts many units in several spans at once, each unit for itself, for a caller that adds them up: dossiers on
// time, and results by what is said of them. It also says which units are asked to report, and which send records.
export {
  borneBetweenLevels, countedDossiers, explainedDossiers, explainedRollupRows, type CarriedGroup,
  type ExplainedRollupRow
} from './carried.ts'
export { resultsOf } from './drill-down.ts'
export { isAskedOf, isTrueOf } from '../details/results-sql.ts'
export { allOf, knownOf, RESULT_MEASURES, type ResultCount, type ResultMeasure } from '../details/results.ts'
export { DETAIL_FILTERS, detailFilters } from '../details/filters-sql.ts'
export { countPlanOf, isOfProvince, readWithTimeFor, nameOfReading, readingsOf, unitsIn, type CountPlan, type ReceptionRule } from './plan.ts'
export { askedSpans, type Span } from './spans.ts'
export type { PartOfUnit, UnitsAsked } from './units/asked-units.ts'
export { ON_TIME_SUMS, onTimeOf, type OnTimeSums } from './units/on-time.ts'
export {
  countUnits, isExpected, isRecorded, recordingUnits, reportingUnits, standsIn, type ReportingUnit
} from './units/reporting-units.ts'
export { resultsOfUnits, type ResultsOfUnit } from './units/results-sql.ts'
export { sumsOfUnits } from './units/sums-sql.ts'
export { isAffectedBy, stepsBetween, type RulesStep } from '../counting-rules/steps.ts'
export { passedAtStart } from './passed-at-start.ts'
export { grainOf } from './tables.ts'
export type { Counting } from './carried.ts'
