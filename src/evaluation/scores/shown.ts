import { NO_COMPARISON } from './comparison.ts'
import type { Hundredths, UnknownPoints } from './points/criterion.ts'
import { NO_RANK } from './ranks.ts'
import { countIn, type Score } from './points/rows.ts'
import type { EvaluationRow } from './schema.ts'
import type { Scored } from './points/scored.ts'

/** A score as the API shows it. */
export function rowOf (
  { span, subject, formula, score, dossiers }: Scored, rank = NO_RANK, comparison = NO_COMPARISON
): EvaluationRow {
  const { period, from, to, provisional, as_of } = span
  const { maximum, chosen, computed, imported, unknown } = score
  const ofAll = computed !== null && computed.of === maximum && imported !== null
  return {
    period, from, to, unit: subject.unit, level: subject.level, kind: score.kind, group: score.group,
    criterion: score.criterion, name: score.name, maximum: shown(maximum), points: shown(chosen?.points),
    points_of: maximum === null ? null : shown(chosen?.of), points_from: score.from,
    unknown: unknown?.code ?? null, unknown_detail: unknown === null ? null : detailOf(unknown),
    numerator: countIn(score.values, 'numerator'), denominator: countIn(score.values, 'denominator'), counts_from: score.countsFrom,
    known_percent: score.known.of === 0 ? null : percent(score.known.known, score.known.of),
    rate_percent: shown(score.rate), ...score.certainty,
    computed_points: shown(computed?.points), computed_of: shown(computed?.of), imported_points: shown(imported),
    difference: ofAll ? shown(computed.points - imported) : null,
    ...postedOf(score),
    units_reported: score.reported.length, units_expected: subject.units.length,
    coverage_percent: percent(score.reported.length, subject.units.length), sources: [...score.sources],
    formula: formula?.code ?? null, provisional, as_of, dossiers, ...rank,
    ...comparison
  }
}

function postedOf (
  { posted, computed }: Score
): Pick<EvaluationRow, 'posted_numerator' | 'posted_denominator' | 'posted_points' | 'posted_difference'> {
  const points = posted?.points ?? null
  return {
    posted_numerator: countIn(posted?.values, 'numerator'), posted_denominator: countIn(posted?.values, 'denominator'),
    posted_points: shown(points),
    posted_difference: computed === null || points === null ? null : shown(computed.points - points)
  }
}

/** Rounded half up to two decimals. */
export function percent (part: number, whole: number): number {
  return Math.round(10_000 * part / whole) / 100
}

function shown (hundredths: Hundredths | null | undefined): number | null {
  return hundredths == null ? null : hundredths / 100
}

const DETAILS: Record<UnknownPoints['code'], string> = {
  no_formula: 'no version of the formula holds on the last day',
  not_in_scope: 'units of this level are not judged by it',
  formula_unknown: 'how points follow from the rate is not known',
  nothing_posted: 'no counts are posted',
  unknown_input: 'a count is missing',
  denominator_zero: 'the denominator is 0, and the rule does not say what counts then',
  unknown_choice: 'the formula has no points for this answer'
}

function detailOf ({ code, input }: UnknownPoints): string {
  return input === null ? DETAILS[code] : `${DETAILS[code]}: ${input}`
}
