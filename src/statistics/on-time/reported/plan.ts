import type { ResolvedQuery } from '../resolve-query.ts'
import type { GroupKey, OnTimeQuery } from '../schema.ts'

/** A question about what is reported, with its codes looked up. */
export interface ReportedPlan {
  keys: readonly GroupKey[]
  /** Codes, in the order of their days. */
  periods: string[]
  unit: string | null
  level: string[] | undefined
  field: string[] | undefined
  source: string | undefined
  method: NonNullable<OnTimeQuery['method']>
  /** Whether a row says how much is unknown. */
  unknown: boolean
  /** The consolidated rows that may stand for a group: none, that of the unit asked for, or of each unit for itself. */
  totals: 'none' | 'root' | 'each'
  /** Several periods are added up. */
  span: boolean
  /** The smallest table that knows the answer exactly. */
  table: 'levels' | 'sets' | 'rows'
}

/** @param resolved with the periods that have begun */
export function reportedPlanOf (question: OnTimeQuery, resolved: ResolvedQuery): ReportedPlan {
  const { level, field, source, method = 'resolved', unknown = false, group_by: keys = [] } = question
  const { unit } = resolved
  const periods = resolved.periods.map(({ code }) => code)
  const span = periods.length > 1 && !keys.includes('period')
  const totals = totalsFor(keys, level)
  return { keys, periods, unit, level, field, source, method, unknown, span, totals, table: tableFor(question, span) }
}

/** A total belongs to no level. */
function totalsFor (keys: readonly GroupKey[], level: string[] | undefined): ReportedPlan['totals'] {
  if (level !== undefined || keys.includes('level')) return 'none'
  return keys.includes('unit') ? 'each' : 'root'
}

/** Only the rows know stocks period by period, and only they have fields and procedures. */
function tableFor ({ group_by: keys = [], field, unit, source }: OnTimeQuery, span: boolean): ReportedPlan['table'] {
  if (span || field !== undefined || keys.includes('field') || keys.includes('procedure')) return 'rows'
  return keys.includes('unit') || unit !== undefined || source !== undefined ? 'sets' : 'levels'
}
