import type { UnitsOfDay } from '../../../catalogue/hierarchy/hierarchy.ts'
import type { StatisticsKind } from '../../kinds/kind.ts'
import type { ResolvedQuery, ResolvedSpans } from '../resolve-query.ts'
import type { GroupKey, OnTimeQuery } from '../schema.ts'

/** A question about what is reported, with its codes looked up. */
export interface ReportedPlan {
  kind: StatisticsKind
  keys: readonly GroupKey[]
  /** Codes, in the order of their days. */
  periods: string[]
  unit: string | null
  /** The last day of the periods. */
  end: string
  /** The units to which figures are carried; null: as reported, or lineage changes no sum of the question. */
  carriedTo: UnitsOfDay | null
  level: string[] | undefined
  field: string[] | undefined
  source: string | undefined
  method: NonNullable<OnTimeQuery['method']>
  /** Whether a row says how much is unknown. */
  unknown: boolean
  /** Whether a row has the measures of details. */
  details: boolean
  /** The consolidated rows that may stand for a group: none, that of the unit asked for, or of each unit for itself. */
  totals: 'none' | 'root' | 'each'
  /** Several periods are added up. */
  span: boolean
  /** The smallest table that knows the answer exactly. */
  table: 'levels' | 'sets' | 'rows'
}

/** The plan of a question, about its periods that have begun. */
export function plannedReport (
  kind: StatisticsKind, question: OnTimeQuery, { periods, spans, ...resolved }: ResolvedSpans
): ReportedPlan {
  const begun = periods.filter(({ code }) => spans.some(span => span.code === null || span.code === code))
  return reportedPlanOf(kind, question, { ...resolved, periods: begun })
}

/** @param resolved with the periods that have begun */
export function reportedPlanOf (kind: StatisticsKind, question: OnTimeQuery, resolved: ResolvedQuery): ReportedPlan {
  const { level, field, source, group_by: keys = [] } = question
  const { method = 'resolved', unknown = false, details = false } = question
  const { unit, hierarchy: { unitsOf } } = resolved
  const periods = resolved.periods.map(({ code }) => code)
  const span = periods.length > 1 && !keys.includes('period')
  const totals = totalsFor(keys, level)
  const isByUnits = (unitsOf !== null && unitsOf.reach !== null) || unit !== null || level !== undefined || keys.includes('unit') || keys.includes('level')
  const carriedTo = isByUnits ? unitsOf : null
  const end = resolved.periods.map(({ ends_on }) => ends_on).sort().at(-1)!
  const table = tableFor(question, span, carriedTo !== null)
  const asked = { kind, keys, level, field, source, method, unknown, details }
  return { ...asked, periods, unit, end, carriedTo, span, totals, table }
}

/** A total belongs to no level. */
function totalsFor (keys: readonly GroupKey[], level: string[] | undefined): ReportedPlan['totals'] {
  if (level !== undefined || keys.includes('level')) return 'none'
  return keys.includes('unit') ? 'each' : 'root'
}

/** Only the rows know stocks period by period, and only they have fields, procedures and details. */
function tableFor (
  { group_by: keys = [], field, unit, source, details }: OnTimeQuery, span: boolean, isCarried: boolean
): ReportedPlan['table'] {
  if (span || details === true || field !== undefined || keys.includes('field') || keys.includes('procedure')) return 'rows'
  return isCarried || keys.includes('unit') || unit !== undefined || source !== undefined ? 'sets' : 'levels'
}
