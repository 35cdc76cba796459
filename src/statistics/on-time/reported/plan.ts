import type { Db } from '../../../database/connect.ts'
import { hasFilters, resolveQuery } from '../resolve-query.ts'
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
  /** Whose consolidated row may stand for a group: nobody's, that of the unit asked for, or each unit's for its own. */
  totals: 'none' | 'root' | 'each'
  /** Several periods are added up. */
  span: boolean
  /** The smallest table that knows the answer exactly. */
  basis: 'levels' | 'sets' | 'rows'
}

/** @throws DomainError `invalid_request` for unknown codes, and for periods that overlap or leave a gap */
export async function reportedPlanOf (db: Db, question: OnTimeQuery, reach: string | null): Promise<ReportedPlan> {
  const { level, field, source, method = 'resolved', group_by: keys = [] } = question
  const { periods, unit } = isPlain(question)
    ? { periods: question.period!, unit: null }
    : await codesOf(db, question, reach)
  const span = periods.length > 1 && !keys.includes('period')
  const totals = totalsFor(keys, level)
  return { keys, periods, unit, level, field, source, method, span, totals, basis: basisFor(question, span) }
}

/** Has no code to look up but one of a period, and that is known when anything is found for it. */
export function isPlain (question: OnTimeQuery): boolean {
  return question.period!.length === 1 && !hasFilters(question)
}

async function codesOf (db: Db, question: OnTimeQuery, reach: string | null) {
  const { periods, unit } = await resolveQuery(db, question, reach)
  return { periods: periods.map(({ code }) => code), unit }
}

/** A total belongs to no level. */
function totalsFor (keys: readonly GroupKey[], level: string[] | undefined): ReportedPlan['totals'] {
  if (level !== undefined || keys.includes('level')) return 'none'
  return keys.includes('unit') ? 'each' : 'root'
}

/** Stocks of several periods are not added, and fields are not told apart, but in the rows themselves. */
function basisFor ({ group_by: keys = [], field, unit, source }: OnTimeQuery, span: boolean): ReportedPlan['basis'] {
  if (span || field !== undefined || keys.includes('field') || keys.includes('procedure')) return 'rows'
  return keys.includes('unit') || unit !== undefined || source !== undefined ? 'sets' : 'levels'
}
