import { NO_COMPARISON } from './comparison.ts'
import type { Hundredths, UnknownPoints } from './points/criterion.ts'
import { NO_RANK } from './ranks.ts'
import { countIn } from './points/rows.ts'
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
    numerator: countIn(score, 'numerator'), denominator: countIn(score, 'denominator'), rate_percent: shown(score.rate), ...score.certainty,
    computed_points: shown(computed?.points), computed_of: shown(computed?.of), imported_points: shown(imported),
    difference: ofAll ? shown(computed.points - imported) : null,
    units_reported: score.reported.length, units_expected: subject.units.length, sources: [...score.sources],
    formula: formula?.code ?? null, provisional, as_of, dossiers, ...rank,
    ...comparison
  }
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
