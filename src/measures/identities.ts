import type { IssueCode } from '../contract/errors.ts'
import { MAX_COUNT } from '../contract/fields.ts'

/** A measure that is the sum of others. */
export interface Identity<M extends string> {
  code: IssueCode
  total: M
  parts: readonly M[]
  /** What is in the total and in no part. */
  beside?: { name: string, count: number }
  /** What to say where the total is more than its parts. */
  ifMore?: string
}

/** A measure that is a part of another one, whose rest is no measure. */
export interface PartOf<M extends string> {
  code: IssueCode
  part: M
  whole: M
}

/** Counts by measure; null: unknown, which is never the same as 0. */
export type CountsOf<M extends string> = Record<M, number | null>

/** The measures of a kind of statistics, and how they follow from one another. */
export interface Rules<M extends string> {
  measures: readonly M[]
  identities: readonly Identity<M>[]
  partsOf: readonly PartOf<M>[]
  /** All measures of a row; those that it has not are unknown. */
  measuresOf: (row: Partial<CountsOf<M>>) => CountsOf<M>
}

export interface MeasureIssue {
  measure: string
  code: IssueCode
  detail: string
}

/**
 * Derives the measures that follow from the known ones, and leaves the others unknown.
 * @param given counts from 0 to `MAX_COUNT`; null or left out: unknown
 * @returns all measures, and the identities that do not hold. If there are any, the measures must not be stored.
 */
export function completedBy<M extends string> (
  rules: Rules<M>, given: Partial<CountsOf<M>>
): { measures: CountsOf<M>, issues: MeasureIssue[] } {
  const { identities, partsOf } = rules
  const measures = rules.measuresOf(given)
  while (identities.some(identity => derive(measures, identity)));
  for (const { part, whole } of partsOf) {
    if (measures[whole] === 0) measures[part] ??= 0
  }
  const issues = identities.filter(identity => !holds(measures, identity, rules))
    .map(identity => issueOf(measures, identity, rules))
  issues.push(
    ...partIssues(measures, rules), ...tooLarge(rules.measures, measures, given), ...nothingReported(measures, rules))
  return { measures, issues }
}

/** @returns whether it derived a measure */
function derive<M extends string> (measures: CountsOf<M>, { total, parts, beside }: Identity<M>): boolean {
  let unknown = 0
  let sum = countOf(beside)
  for (const part of parts) {
    if (measures[part] === null) unknown++
    else sum += measures[part]
  }
  if (measures[total] === null) {
    if (unknown > 0) return false
    measures[total] = sum
    return true
  }
  const rest = measures[total] - sum
  // One unknown part equals the rest. Several are known only if the rest is 0: no count is negative, so all are 0.
  if (unknown === 0 || rest < 0 || (unknown > 1 && rest > 0)) return false
  for (const part of parts) measures[part] ??= rest
  return true
}

function countOf (beside: Identity<string>['beside']): number {
  return beside?.count ?? 0
}

function holds<M extends string> (
  measures: CountsOf<M>, { total, parts, beside }: Identity<M>, rules: Rules<M>
): boolean {
  const all = measures[total]
  if (all === null) return true
  let sum = countOf(beside)
  let complete = true
  for (const part of parts) {
    if (measures[part] === null) complete = false
    sum += leastOf(measures, part, rules)
  }
  return complete ? all === sum : all >= sum
}

/** Of an identity that does not hold. */
function issueOf<M extends string> (
  measures: CountsOf<M>, { code, total, parts, beside, ifMore }: Identity<M>, rules: Rules<M>
): MeasureIssue {
  const complete = parts.every(part => measures[part] !== null)
  const sum = parts.reduce((least, part) => least + leastOf(measures, part, rules), countOf(beside))
  const addends = [...parts, ...beside !== undefined && beside.count > 0 ? [beside.name] : []].join(' + ')
  const relation = complete ? `is not ${addends} (${sum})` : `is less than what is known of ${addends} (${sum})`
  const hint = ifMore !== undefined && measures[total]! > sum ? `; ${ifMore}` : ''
  return { measure: total, code, detail: `${total} (${measures[total]}) ${relation}${hint}` }
}

/** The lower bound of a measure: an unknown total is at least the sum of its known parts. */
function leastOf<M extends string> (measures: CountsOf<M>, measure: M, rules: Rules<M>): number {
  const known = measures[measure]
  if (known !== null) return known
  let least = 0
  for (const { part, whole } of rules.partsOf) {
    if (whole === measure) least = measures[part] ?? 0
  }
  for (const { total, parts, beside } of rules.identities) {
    if (total !== measure) continue
    least = Math.max(least, parts.reduce((sum, part) => sum + leastOf(measures, part, rules), countOf(beside)))
  }
  return least
}

function partIssues<M extends string> (measures: CountsOf<M>, { partsOf }: Rules<M>): MeasureIssue[] {
  return partsOf.flatMap(({ code, part, whole }) => {
    const [some, all] = [measures[part], measures[whole]]
    if (some === null || all === null || some <= all) return []
    return [{ measure: part, code, detail: `${part} (${some}) is a part of ${whole} (${all}) and cannot be more` }]
  })
}

/** What is derived must be a count that could be given. */
export function tooLarge<M extends string> (
  names: readonly M[], measures: CountsOf<M>, given: Partial<CountsOf<M>>
): MeasureIssue[] {
  return names.filter(measure => measures[measure]! > MAX_COUNT && given[measure] == null)
    .map(measure => ({ measure, code: 'out_of_range', detail: `${measure} would be ${measures[measure]}, over ${MAX_COUNT}` }))
}

function nothingReported<M extends string> (measures: CountsOf<M>, rules: Rules<M>): MeasureIssue[] {
  if (rules.measures.some(measure => measures[measure] !== null)) return []
  return [{ measure: 'received', code: 'nothing_reported', detail: 'at least one measure must be known' }]
}
