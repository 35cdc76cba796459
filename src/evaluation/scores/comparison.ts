import type { EvaluationRow } from './schema.ts'
import { keyOfPart } from './points/parts.ts'
import type { Scored } from './points/scored.ts'
import type { Span } from './points/spans.ts'

type Comparison = Pick<EvaluationRow,
  'compared_period' | 'compared_from' | 'compared_to' | 'compared_formula' | 'compared_points' | 'points_change' |
  'compared_rate_percent' | 'rate_change' | 'comparable'>

export const NO_COMPARISON: Comparison = {
  compared_period: null, compared_from: null, compared_to: null, compared_formula: null, compared_points: null,
  points_change: null, compared_rate_percent: null, rate_change: null, comparable: null
}

/** By what a score of another span is found again. */
export function comparedKey (span: Span, { subject, score: { kind, group, criterion } }: Scored): string {
  return [span.period, span.from, span.to, keyOfPart(subject.part), subject.unit, subject.level, kind, group, criterion].join(' ')
}

/**
 * A score beside the one of an earlier span. What two versions of a formula come to, or sums of more points than
 * others, are compared only when asked for.
 */
export function compared (now: Scored, then: Scored, acrossFormulas: boolean): Comparison {
  const [is, was] = [now.score, then.score]
  const comparable = now.formula?.code === then.formula?.code && is.chosen?.of === was.chosen?.of
  const change = (a: number | undefined | null, b: number | undefined | null) => (
    a == null || b == null || !(comparable || acrossFormulas) ? null : (a - b) / 100)
  return {
    compared_period: then.span.period,
    compared_from: then.span.from,
    compared_to: then.span.to,
    compared_formula: then.formula?.code ?? null,
    compared_points: was.chosen === null ? null : was.chosen.points / 100,
    points_change: change(is.chosen?.points, was.chosen?.points),
    compared_rate_percent: was.rate === null ? null : was.rate / 100,
    rate_change: change(is.rate, was.rate),
    comparable
  }
}
