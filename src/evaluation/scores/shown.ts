import { AS_REPORTED } from '../../catalogue/hierarchy/schema.ts'
import { NO_COMPARISON } from './comparison.ts'
import type { Hundredths, UnknownPoints } from './points/criterion.ts'
import { NO_RANK } from './ranks.ts'
import { countIn } from './points/rows.ts'
import type { NamedEvaluationRow } from './schema.ts'
import type { Scored } from './points/scored.ts'

/**
 * A score as the API shows it, without names. Every column is written out: there are many rows of many columns, and
 * copies of parts of them take longest.
 */
export function rowOf (
  { span, subject, formula, score, dossiers }: Scored, hierarchy = AS_REPORTED, rank = NO_RANK,
  comparison = NO_COMPARISON
): NamedEvaluationRow {
  const { maximum, chosen, computed, imported, unknown, values, known, posted, certainty } = score
  const { coverage } = known
  const ofAll = computed !== null && computed.of === maximum && imported !== null
  const ofPosted = posted?.points ?? null
  return {
    period: span.period, from: span.from, to: span.to,
    unit: subject.unit, unit_name: null, level: subject.level, level_name: null,
    field: subject.part.field, field_name: null, procedure: subject.part.procedure, procedure_name: null,
    hierarchy, estimated: score.estimated,
    kind: score.kind, group: score.group, criterion: score.criterion, name: score.name,
    maximum: shown(maximum), points: shown(chosen?.points),
    points_of: maximum === null ? null : shown(chosen?.of), points_from: score.from,
    unknown: unknown?.code ?? null, unknown_detail: unknown === null ? null : detailOf(unknown),
    numerator: countIn(values, 'numerator'), denominator: countIn(values, 'denominator'), counts_from: score.countsFrom,
    rules: known.rules?.rules ?? null, rules_version: known.rules?.rules_version ?? null,
    known_percent: known.of === 0 ? null : percent(known.known, known.of),
    posted_units: coverage === null ? null : known.others,
    recorded_units: coverage?.reported ?? null, recordable_units: coverage?.expected ?? null,
    rate_percent: shown(score.rate), rate_status: certainty.rate_status, points_status: certainty.points_status,
    computed_points: shown(computed?.points), computed_of: shown(computed?.of), imported_points: shown(imported),
    difference: ofAll ? shown(computed.points - imported) : null,
    posted_numerator: countIn(posted?.values, 'numerator'), posted_denominator: countIn(posted?.values, 'denominator'),
    posted_points: shown(ofPosted),
    posted_difference: computed === null || ofPosted === null ? null : shown(computed.points - ofPosted),
    units_reported: score.reported.length, units_expected: subject.units.length,
    coverage_percent: percent(score.reported.length, subject.units.length), sources: [...score.sources],
    formula: formula?.code ?? null, provisional: span.provisional, as_of: span.as_of, dossiers,
    rank: rank.rank, ranked_units: rank.ranked_units, unranked: rank.unranked,
    compared_period: comparison.compared_period,
    compared_from: comparison.compared_from, compared_to: comparison.compared_to,
    compared_formula: comparison.compared_formula, compared_points: comparison.compared_points,
    points_change: comparison.points_change, compared_rate_percent: comparison.compared_rate_percent,
    rate_change: comparison.rate_change, comparable: comparison.comparable
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
  not_split: 'it is not counted from records, and what is posted is not known by field or procedure',
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
