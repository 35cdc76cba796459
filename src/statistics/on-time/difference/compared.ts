// Two figures that are compared, with what the question names looked up.
import type { Reach } from '../../../contract/caller.ts'
import type { Issue } from '../../../contract/errors.ts'
import type { Db } from '../../../database/connect.ts'
import type { AskedRules } from '../../../dossiers/counting-rules/queries.ts'
import type { Choices } from '../../../dossiers/counting-rules/schema.ts'
import { isAffectedBy, stepsBetween, type RulesStep } from '../../../dossiers/counts/index.ts'
import { assertAnswerable, refuse } from '../answerable.ts'
import { withinReach } from '../queries.ts'
import { recordsPlanOf, type RecordsPlan } from '../records/plan.ts'
import { resolveQuery, rulesAsked, spansAsked, type AskedSpan, type ResolvedQuery } from '../resolve-query.ts'
import type { OnTimeQuery } from '../schema.ts'
import { isChoice, isUnreported, type DifferenceDossiersQuery, type DifferenceQuery } from './schema.ts'

export interface Compared {
  question: OnTimeQuery
  resolved: ResolvedQuery
  span: AskedSpan
  rules: [AskedRules, AskedRules | null]
}

/** @throws DomainError `invalid_request` as `onTime` does */
export function recordsQuestion (filters: Omit<OnTimeQuery, 'basis' | 'rules'>, reach: Reach): OnTimeQuery {
  const question = { ...withinReach(filters, reach), basis: 'records' } as const
  assertAnswerable(question)
  return question
}

/** @returns null: the span has not begun */
export async function comparedIn (
  db: Db, question: OnTimeQuery, codes: readonly [string, string | undefined], reach: Reach, now: number
): Promise<Compared | null> {
  const resolved = await resolveQuery(db, question, reach, now)
  const [span] = spansAsked(question, resolved.periods, now)
  const rulesOf = async (rules: string) => (await rulesAsked(db, { ...question, rules }, resolved.periods, now))!
  const rules = await rulesOf(codes[0])
  const otherRules = codes[1] === undefined ? null : await rulesOf(codes[1])
  return span === undefined ? null : { question, resolved, span, rules: [rules, otherRules] }
}

export function planBy (
  { question, resolved, span, rules: [rules] }: Compared, choices: Choices | null, keys?: OnTimeQuery['group_by']
): RecordsPlan {
  const asked = keys === undefined ? question : { ...question, group_by: keys }
  return recordsPlanOf(asked, [span], { ...resolved, rules: { ...rules, choices } })
}

/** The last figure of records, grouped by unit. */
export function lastByUnit (compared: Compared): RecordsPlan {
  const { rules: [rules, otherRules] } = compared
  return planBy(compared, (otherRules ?? rules).choices, ['unit'])
}

/** Between two rules. */
export function stepsOf ({ rules: [rules, otherRules] }: Compared): RulesStep[] {
  return stepsBetween(rules.choices, otherRules!.choices)
}

/** The plans before and after a step, about the dossiers that it can concern. */
export function plansOf (compared: Compared, { choice, before, after }: RulesStep): [RecordsPlan, RecordsPlan] {
  const inOneState = isAffectedBy(choice, compared.span.to)
  return [{ ...planBy(compared, before), inOneState }, { ...planBy(compared, after), inOneState }]
}

function issue (name: string, code: Issue['code'], detail: string): Issue {
  return { pointer: `/query/${name}`, code, detail }
}

/** @throws DomainError `invalid_request` for less or more than two figures */
export function assertComparable (
  { rules, against, published_numerator: numerator, published_denominator: denominator }: DifferenceQuery
): void {
  const published = Object.entries({ numerator, denominator })
  const isPublished = published.some(([, count]) => count !== undefined)
  refuse([
    ...isPublished
      ? published.filter(([, count]) => count === undefined).map(([name]) => (
          issue(`published_${name}`, 'missing', `a published figure needs published_${name}`)))
      : [],
    ...isPublished && against !== undefined ? [issue('against', 'not_allowed', 'against and a published figure exclude one another')] : [],
    ...numerator !== undefined && denominator !== undefined && numerator > denominator
      ? [issue('published_numerator', 'out_of_range', 'published_numerator is more than published_denominator')]
      : [],
    ...rules.length === 1 && against === undefined && !isPublished
      ? [issue('rules', 'missing', 'name two counting rules, or what else records are compared with')]
      : []
  ])
}

/** @throws DomainError `invalid_request` for a reason that there is not between what is compared */
export function assertListed ({ rules, reason, against, field }: DifferenceDossiersQuery): void {
  refuse([
    ...isChoice(reason) && rules.length === 1
      ? [issue('rules', 'missing', `${reason} is between two counting rules`)]
      : [],
    ...isChoice(reason) && against !== undefined
      ? [issue('against', 'not_allowed', `${reason} is between two counting rules, whatever else they are compared with`)]
      : [],
    ...isUnreported(reason) && against === undefined
      ? [issue('against', 'missing', `${reason} needs against=reported`)]
      : [],
    ...reason === 'units_without_field' && field === undefined
      ? [issue('field', 'missing', `${reason} is about the fields that are asked for`)]
      : []
  ])
}
