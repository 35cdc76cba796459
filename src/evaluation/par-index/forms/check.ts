import type { Issue } from '../../../contract/errors.ts'
import { daysInOrder } from '../../../catalogue/post-rows.ts'
import { issueAt } from '../../../writes/row-issues.ts'
import { decimalsIssues, issuesOfCriterion, repeated } from '../../formulas/check.ts'
import { partsOf, type Part } from './parts.ts'
import type { FormCriterion, ParIndexForm } from './schema.ts'

/** What is wrong with a form, at the place where it was posted. */
export function issuesOfForm (form: ParIndexForm, levels: ReadonlySet<string>): Issue[] {
  const { valid_from: from, valid_to: to, criteria } = form
  const named = criteria.map(({ code }, i) => ({ at: `criteria/${i}/code`, code }))
  const misplaced = criteria.flatMap(({ parent }, i) => parentIssues(parent, criteria.slice(0, i), `criteria/${i}/parent`))
  const doubled = repeated(named, 'code')
  const issues = [
    ...daysInOrder(['valid_from', 'valid_to'], from, to),
    ...(form.levels ?? []).flatMap((level, i) => (
      levels.has(level) ? [] : [issueAt(`levels/${i}`, 'unknown_level', `there is no level ${level}`)])),
    ...doubled,
    ...misplaced,
    ...criteria.flatMap((criterion, i) => issuesOfCriterion({ ...criterion, levels: null }, `criteria/${i}`, levels))
  ]
  // What stands where is not known before: of repeated codes one could stand within itself.
  if (misplaced.length + doubled.length > 0) return issues
  const parts = partsOf(criteria)
  const within = (code: string | null) => parts.filter(({ criterion }) => criterion.parent === code)
  return [
    ...issues,
    ...parts.flatMap(({ criterion, isLeaf }, i) => isLeaf
      ? leafIssues(criterion, `criteria/${i}`)
      : [...parentContentIssues(criterion, `criteria/${i}`), ...sumIssues(within(criterion.code), criterion.maximum, `criteria/${i}/maximum`)]),
    ...sumIssues(within(null), form.maximum, 'maximum'),
    ...sumIssues(parts.filter(({ criterion, isLeaf }) => isLeaf && criterion.scored_by === 'survey'), form.survey_maximum, 'survey_maximum'),
    ...decimalsIssues(form.maximum, 'maximum'),
    ...decimalsIssues(form.survey_maximum, 'survey_maximum')
  ]
}

function parentIssues (parent: string | null, before: readonly FormCriterion[], at: string): Issue[] {
  if (parent === null || before.some(({ code }) => code === parent)) return []
  return [issueAt(at, 'unknown_criterion', `there is no criterion ${parent} before it`)]
}

/** Points are added in hundredths. */
function sumIssues (parts: readonly Part[], maximum: number, at: string): Issue[] {
  const sum = parts.reduce((sum, { criterion }) => sum + Math.round(criterion.maximum * 100), 0)
  if (sum === Math.round(maximum * 100)) return []
  return [issueAt(at, 'maximum_differs', `the criteria that it adds up have ${sum / 100} together, and not ${maximum}`)]
}

function parentContentIssues (criterion: FormCriterion, at: string): Issue[] {
  return notAllowed(criterion, ['scored_by', 'inputs', 'rate', 'points', 'counted'], at, 'it has parts, which are scored')
}

function leafIssues (criterion: FormCriterion, at: string): Issue[] {
  const { scored_by: by, points, counted, inputs } = criterion
  if (by === null) return [issueAt(`${at}/scored_by`, 'missing', 'it has no parts, and must say how it is scored')]
  if (by === 'hand') return notAllowed(criterion, ['inputs', 'rate', 'points', 'counted'], at, 'it is scored by hand')
  const noPoints = points === null
    ? [issueAt(`${at}/points`, 'missing', `what is scored by ${by} has a formula of points`)]
    : []
  if (by !== 'count') return [...noPoints, ...notAllowed(criterion, ['counted'], at, `it is scored by ${by}`)]
  return [
    ...noPoints,
    ...counted === null ? [issueAt(`${at}/counted`, 'missing', 'it must say what is counted')] : [],
    ...inputs.flatMap(({ name }, i) => ['numerator', 'denominator'].includes(name)
      ? []
      : [issueAt(`${at}/inputs/${i}/name`, 'not_allowed', 'what is counted is a numerator and a denominator')])
  ]
}

function notAllowed (
  criterion: FormCriterion, names: readonly (keyof FormCriterion)[], at: string, why: string
): Issue[] {
  const isThere = (value: unknown) => Array.isArray(value) ? value.length > 0 : value !== null
  return names.filter(name => isThere(criterion[name])).map(name => issueAt(`${at}/${name}`, 'not_allowed', why))
}
