import {
  countPlanOf, detailFilters, type CountPlan, type ReceptionRule, type Span
} from '../../../dossiers/counts/index.ts'
import type { ResolvedQuery } from '../resolve-query.ts'
import type { OnTimeQuery } from '../schema.ts'

/** A question about dossier records, with its codes looked up. */
export interface RecordsPlan extends CountPlan {
  method: NonNullable<OnTimeQuery['method']>
  /** Whether a row says how much is unknown. */
  unknown: boolean
  /** Whether a row has the measures of details. */
  details: boolean
}

/**
 * @param spans those of the question that have begun; at least one
 * @param reception by what it is measured, as from `receptionRulesFor`
 * @param moves days since which other units stand below the one of the question than before
 */
export function recordsPlanOf (
  question: OnTimeQuery, spans: readonly Span[],
  { unit, province, hierarchy, rules }: Pick<ResolvedQuery, 'unit' | 'province' | 'hierarchy' | 'rules'>,
  reception?: readonly ReceptionRule[], moves: readonly string[] = []
): RecordsPlan {
  const {
    level, field, procedure, channel, source, method = 'resolved', unknown = false, details = false, group_by: keys = []
  } = question
  const filters = { level, field, procedure, channel, source, said: detailFilters(question) }
  const { unitsOf } = hierarchy
  const counted = { keys, spans, unit, province, unitsOf, moves, ...filters, rules: rules?.choices ?? null, reception }
  return countPlanOf({ ...counted, method, unknown, details })
}
