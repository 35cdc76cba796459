import type { Step } from '../../../formulas/evaluate.ts'
import { scoreOf, type CriterionScore } from '../../scores/points/criterion.ts'
import type { FormCriterion } from '../forms/schema.ts'
import type { ParIndexScore } from './schema.ts'

/**
 * What is posted of a criterion comes to: its points, or those that follow from its inputs.
 * @param steps gets every node of the formulas
 */
export function givenPoints (
  { rate, points, maximum }: Pick<FormCriterion, 'rate' | 'points' | 'maximum'>, given: Pick<ParIndexScore, 'points' | 'inputs'>,
  steps?: Step[]
): CriterionScore {
  if (given.points !== null) return { rate: null, points: Math.round(given.points * 100), unknown: null }
  return scoreOf({ rate, points, maximum }, given.inputs, steps)
}
