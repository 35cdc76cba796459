import type { Hundredths } from '../../scores/points/criterion.ts'
import { countIn } from '../../scores/points/rows.ts'
import { percent } from '../../scores/shown.ts'
import type { Span } from '../../scores/points/spans.ts'
import type { Score, Sum } from './points.ts'
import type { ParIndexCriterionRow, ParIndexRow } from './schema.ts'
import type { ScoredUnit } from './scored.ts'

type Rank = Pick<ParIndexRow, 'rank' | 'ranked_units' | 'unranked'>

/** A unit as the API shows it. */
export function rowOf (one: ScoredUnit, rank: Rank, span: Span): ParIndexRow {
  const { maximum, chosen, unknown, change, changed } = one.total
  const { provisional, as_of } = span
  return {
    ...subjectOf(one, span), ...sumsOf(one.total),
    index_percent: chosen === null ? null : percent(chosen.points, chosen.of),
    known_percent: percent(chosen?.of ?? 0, maximum),
    unknown: unknown.chosen,
    appraisal_change: shown(change), changed_criteria: changed,
    ...rank, provisional, as_of
  }
}

/** A criterion, a sum or the total of a unit as the API shows it. */
export function criterionRowOf (one: ScoredUnit, score: Score, span: Span): ParIndexCriterionRow {
  const { criterion, isLeaf, computed, self, appraised, unknown, own, appraisal, survey, recorded } = score
  const difference = (sum: Sum | null) => (
    isLeaf && computed !== null && sum !== null ? shown(computed.points - sum.points) : null)
  const { provisional, as_of } = span
  return {
    ...subjectOf(one, span),
    kind: criterion === null ? 'total' : isLeaf ? 'criterion' : 'sum',
    parent: criterion?.parent ?? null,
    criterion: criterion?.code ?? null,
    name: criterion?.name ?? 'Tổng điểm',
    scored_by: criterion?.scored_by ?? null,
    ...sumsOf(score),
    points_from: score.from,
    unknown: unknown.chosen, self_unknown: unknown.self, computed_unknown: unknown.computed,
    rate_percent: shown(score.rate),
    numerator: countIn(recorded?.values, 'numerator'), denominator: countIn(recorded?.values, 'denominator'),
    known_percent: recorded === undefined ? null : percent(recorded.known, recorded.of),
    self_difference: difference(self), appraised_difference: difference(appraised),
    appraisal_change: shown(score.change),
    reason: appraisal?.note ?? null, evidence: own?.note ?? null,
    survey_source: survey?.source ?? null, survey_note: survey?.note ?? null,
    provisional, as_of
  }
}

function subjectOf ({ unit, level, form }: ScoredUnit, { period, from, to }: Span) {
  return { period: period!, from, to, unit, level, form: form.code }
}

function sumsOf ({ maximum, self, computed, appraised, chosen }: Score) {
  return {
    maximum: maximum / 100,
    self_points: shown(self?.points), self_of: shown(self?.of),
    computed_points: shown(computed?.points), computed_of: shown(computed?.of),
    appraised_points: shown(appraised?.points), appraised_of: shown(appraised?.of),
    points: shown(chosen?.points), points_of: shown(chosen?.of)
  }
}

function shown (hundredths: Hundredths | null | undefined): number | null {
  return hundredths == null ? null : hundredths / 100
}
