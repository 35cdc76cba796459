import type { Issue } from '../../../contract/errors.ts'
import { MAX_DECIMALS } from '../../../formulas/check.ts'
import { issueAt } from '../../../writes/row-issues.ts'
import { decimalsIssues } from '../../formulas/check.ts'
import { partsOf } from '../forms/parts.ts'
import type { FormCriterion, ParIndexForm } from '../forms/schema.ts'
import type { ParIndexScore, Stage } from './schema.ts'

type Content = Pick<ParIndexScore, 'points' | 'inputs'>

/** A criterion without parts; undefined: there is none. */
export function leafOf ({ criteria }: ParIndexForm, code: string): FormCriterion | undefined {
  return partsOf(criteria).find(({ criterion, isLeaf }) => isLeaf && criterion.code === code)?.criterion
}

/** What is wrong with what is posted of a criterion. */
export function contentIssues (leaf: FormCriterion, { points, inputs }: Content, stage: Stage): Issue[] {
  const { code, scored_by: by, maximum } = leaf
  if (stage === 'self' && by === 'survey') {
    return [issueAt('criterion', 'not_allowed', `${code} is scored by a survey, and not by units themselves`)]
  }
  if (stage === 'survey' && by !== 'survey') return [issueAt('criterion', 'not_allowed', `${code} is not scored by a survey`)]
  const names = Object.keys(inputs)
  if (points === null) {
    if (names.length === 0) return [issueAt(null, 'nothing_reported', 'there are neither points nor inputs')]
    return names.flatMap(name => inputIssues(name, inputs[name]!, leaf))
  }
  if (names.length > 0) return [issueAt('points', 'not_allowed', 'points follow from the inputs; post either of them')]
  if (by !== 'hand' && stage === 'self') {
    return [issueAt('points', 'not_allowed', `the points of ${code} follow from its inputs: ${namesOf(leaf)}`)]
  }
  return [
    ...points <= maximum ? [] : [issueAt('points', 'out_of_range', `${code} has at most ${maximum} points`)],
    ...decimalsIssues(points, 'points')
  ]
}

function inputIssues (name: string, value: number | string, leaf: FormCriterion): Issue[] {
  const at = `inputs/${name}`
  const declared = leaf.inputs.find(input => input.name === name)
  if (declared === undefined) return [issueAt(at, 'unknown_input', `${leaf.code} has no input ${name}; declared are: ${namesOf(leaf)}`)]
  if (declared.choices !== null) {
    if (declared.choices.includes(value as string)) return []
    return [issueAt(at, 'not_a_choice', `${name} must be one of ${declared.choices.join(', ')}`)]
  }
  if (typeof value !== 'number') return [issueAt(at, 'invalid_type', `${name} is a number`)]
  if (Number(value.toFixed(MAX_DECIMALS)) === value) return []
  return [issueAt(at, 'out_of_range', `a number has at most ${MAX_DECIMALS} decimals`)]
}

function namesOf ({ inputs }: FormCriterion): string {
  return inputs.map(({ name }) => name).join(', ') || 'none'
}
