import type { Issue } from '../../contract/errors.ts'
import { checkFormula } from '../../formulas/check.ts'
import { POINTS, type DeclaredInput, type Measure } from '../../formulas/formula.ts'
import { issueAt } from '../../writes/row-issues.ts'
import type { Criterion, EvaluationFormula } from './schema.ts'

/** The name by which a formula of points means what the rate comes to. */
export const RATE = 'rate'
/** What stands for the sum of all groups. */
export const TOTAL = 'total'

/** What is wrong with a version of the formula, at the place where it was posted. */
export function issuesOfFormula (formula: EvaluationFormula, levels: ReadonlySet<string>): Issue[] {
  const { valid_from: from, valid_to: to, volume, groups } = formula
  const codes = groups.flatMap(({ code, criteria }, i) => [
    { at: `groups/${i}/code`, code },
    ...criteria.map((criterion, j) => ({ at: `groups/${i}/criteria/${j}/code`, code: criterion.code }))
  ])
  const criteria = groups.flatMap(({ criteria }, i) => criteria.map((criterion, j) => (
    { criterion, at: `groups/${i}/criteria/${j}` })))
  return [
    ...to === null || from <= to ? [] : [issueAt('valid_to', 'out_of_range', `valid_to (${to}) is before valid_from (${from})`)],
    ...repeated([{ at: '', code: TOTAL }, ...codes], 'code'),
    ...groups.flatMap(({ maximum }, i) => decimalsIssues(maximum, `groups/${i}/maximum`)),
    ...volumeIssues(volume, criteria.map(({ criterion }) => criterion)),
    ...criteria.flatMap(({ criterion, at }) => issuesOfCriterion(criterion, at, levels))
  ]
}

/** Points are added in hundredths. */
export function decimalsIssues (maximum: number | null, at: string): Issue[] {
  if (maximum === null || Number(maximum.toFixed(2)) === maximum) return []
  return [issueAt(at, 'out_of_range', 'points have at most two decimals')]
}

function volumeIssues (volume: string | null, criteria: readonly Criterion[]): Issue[] {
  if (volume === null) return []
  const criterion = criteria.find(({ code }) => code === volume)
  if (criterion?.inputs.some(({ name }) => name === 'denominator')) return []
  return [issueAt('volume', 'unknown_criterion', `there is no criterion ${volume} with an input denominator`)]
}

/** What can be wrong with a criterion by itself. */
type CheckedCriterion = Pick<Criterion, 'inputs' | 'levels' | 'maximum' | 'rate' | 'points' | 'counted'>

export function issuesOfCriterion (
  { inputs, levels, maximum, rate, points, counted }: CheckedCriterion, at: string, known: ReadonlySet<string>
): Issue[] {
  const declared = inputs.map(declaredOf)
  const ofPoints: DeclaredInput[] = rate === null ? declared : [...declared, { name: RATE, type: 'number', measure: null }]
  return [
    ...repeated([...inputs.map(({ name }, i) => ({ at: `${at}/inputs/${i}/name`, code: name })), { at: '', code: RATE }], 'name'),
    ...inputs.flatMap((input, i) => issuesOfInput(input, `${at}/inputs/${i}`)),
    ...(levels ?? []).flatMap((level, i) => (
      known.has(level) ? [] : [issueAt(`${at}/levels/${i}`, 'unknown_level', `there is no level ${level}`)])),
    ...rate === null ? [] : formulaIssues(rate, declared, null, `${at}/rate`),
    ...points === null ? [] : formulaIssues(points, ofPoints, POINTS, `${at}/points`),
    ...decimalsIssues(maximum, `${at}/maximum`),
    ...countedIssues(counted, inputs, at),
    ...points !== null && maximum === null ? [issueAt(`${at}/maximum`, 'missing', 'points need a maximum')] : []
  ]
}

/** Records say how many, and of how many. */
function countedIssues (counted: Criterion['counted'], inputs: Criterion['inputs'], at: string): Issue[] {
  const hasBoth = ['numerator', 'denominator'].every(name => inputs.some(input => input.name === name))
  if (counted == null || hasBoth) return []
  return [issueAt(`${at}/counted`, 'not_allowed', 'records give a numerator and a denominator, which are not among the inputs')]
}

function issuesOfInput ({ name, type, measure, choices }: Criterion['inputs'][number], at: string): Issue[] {
  const isChoice = type === 'choice'
  return [
    ...isChoice === (choices !== null) ? [] : [issueAt(`${at}/choices`, 'not_allowed', 'choices are of a choice, which has some')],
    ...isChoice && measure !== null ? [issueAt(`${at}/measure`, 'not_allowed', 'a choice has no measure')] : [],
    ...isChoice && isColumn(name) ? [issueAt(`${at}/type`, 'not_allowed', `${name} is a number`)] : []
  ]
}

/** Whether an input is posted as a property of its own. */
export function isColumn (name: string): boolean {
  return name === 'numerator' || name === 'denominator'
}

function declaredOf ({ name, type, measure, choices }: Criterion['inputs'][number]): DeclaredInput {
  return type === 'number' ? { name, type, measure } : { name, type, choices: choices ?? [] }
}

function formulaIssues (formula: unknown, inputs: readonly DeclaredInput[], expected: Measure, at: string): Issue[] {
  const { issues, measure } = checkFormula(formula, inputs)
  if (measure === undefined) return issues.map(issue => ({ ...issue, pointer: `/${at}${issue.pointer}` }))
  if (measure === expected) return []
  const [is, should] = [measure ?? 'a number without a measure', expected ?? 'a number without a measure, such as a ratio']
  return [issueAt(at, 'measures_differ', `it is ${is}, and should be ${should}`)]
}

export function repeated (named: readonly { at: string, code: string }[], what: string): Issue[] {
  return named.flatMap(({ at, code }, i) => (
    at === '' || named.findIndex((other, j) => j !== i && other.code === code && (j < i || other.at === '')) === -1
      ? []
      : [issueAt(at, 'duplicate_key', `the ${what} ${code} is taken`)]))
}
