import { Type, type Static } from 'typebox'
import { Code, Day, Example, Named, Nullable, OneOf, Text, UnitCode } from '../../contract/fields.ts'
import { FormatQuery } from '../../contract/formats.ts'
import { Estimated, HIERARCHY_MEANING, HierarchyFilter, HierarchyName } from '../../catalogue/hierarchy/schema.ts'
import { COMPARE_MEANING, COMPARES } from '../../catalogue/periods/schema.ts'
import type { Criterion } from '../formulas/schema.ts'

export const KINDS = ['criterion', 'group', 'total'] as const
const SOURCES = ['computed', 'imported', 'mixed'] as const
const COUNTS_FROM = ['records', 'inputs', 'mixed'] as const
export const UNKNOWN = [
  'no_formula', 'not_in_scope', 'not_split', 'formula_unknown', 'nothing_posted', 'unknown_input', 'denominator_zero', 'unknown_choice'
] as const
export const UNRANKED = ['stands_above', 'points_unknown', 'dossiers_unknown', 'too_few_dossiers', 'covers_less'] as const
const CERTAINTIES = ['rule', 'found', 'unknown'] as const

const count = (description: string) => Type.Integer({ description, minimum: 0 })
/** Of dossiers. Whole unless the row is estimated. */
const counted = (description: string) => Nullable(Type.Number({ description, minimum: 0 }))
const points = (description: string) => Nullable(Type.Number({ description }))
const ON_RANK = 'null unless asked for with `rank`.'
const ON_COMPARE = 'null unless asked for with `compare`, or if there is none.'

export const EvaluationRow = Named('EvaluationRow', 'Points of a unit, or of the units of a level together, in a period: of one criterion, ' +
  'of a group of them, or of the whole.', {
  period: Nullable(Code('Code of the period. null: days were asked for.')),
  from: Day('First day.'),
  to: Day('Last day, included.'),
  unit: Nullable(UnitCode('Id of the unit. null: grouped by level.')),
  unit_name: Nullable(Text('Name of the unit as it is now. null: grouped by level.')),
  level: Nullable(Code('Code of the level of the unit, or of the units.')),
  level_name: Nullable(Text('Name of the level.')),
  field: Nullable(Code('Code of the field. null unless grouped by it.')),
  field_name: Nullable(Text('Name of the field. null unless grouped by it.')),
  procedure: Nullable(Code('Code of the procedure. null unless grouped by it.')),
  procedure_name: Nullable(Text('Name of the procedure. null unless grouped by it.')),
  hierarchy: HierarchyName,
  estimated: Estimated,
  kind: OneOf(KINDS, { description: '`criterion`, `group`: the sum of its criteria. `total`: the sum of all groups.' }),
  group: Nullable(Code('Code of the group. null: the total.')),
  criterion: Nullable(Code('Code of the criterion. null: a group or the total.')),
  name: Text('Name in Vietnamese.'),
  maximum: points('Most points. null: not known.'),
  points: points('Points, rounded half up to two decimals: those that were computed, otherwise those that the portal gives. Of a ' +
    'group and of the total a sum of rounded points, so that columns add up; if that is not of all their points, and the ' +
    'portal gives them, then those. null: unknown, and `unknown` says why; it is never 0.'),
  points_of: points('Of how many of the maximum the points are. Less than the maximum: criteria are unknown, and not 0.'),
  points_from: Nullable(OneOf(SOURCES, { description: 'Where the points come from. `mixed`: a sum of both. null: unknown.' })),
  unknown: Nullable(OneOf(UNKNOWN, {
    description: 'Why no points are computed. `no_formula`: none holds on the last day. `not_in_scope`: units of this level are not judged ' +
      'by it. `not_split`: grouped by field or procedure, and it is not counted from records. `formula_unknown`: the rule is not known. `nothing_posted`: no counts, neither posted nor in records. `unknown_input`: a count is missing. ' +
      '`denominator_zero`: there were none, and the rule does not say what counts then. `unknown_choice`. Of a sum: why its ' +
      'first unknown criterion is. null: known.'
  })),
  unknown_detail: Nullable(Text('The same for people. null: known.')),
  numerator: counted('What the rate divides; of a level the sum. null: not known, or not a criterion.'),
  denominator: counted('What the rate divides by; of a level the sum. null: not known, or not a criterion.'),
  counts_from: Nullable(OneOf(COUNTS_FROM, {
    description: 'Where the counts come from. `records`: counted live from dossier records, as `counted` of the criterion in the formula says; ' +
      'where records know them, they score, and what is posted is shown beside them. `inputs`: posted to `/v1/evaluation-inputs`. ' +
      '`mixed`: of both. To the records of a unit the posted counts are added of units below it that have none (`posted_units`), ' +
      'so that a part of a unit does not stand for the whole. null: none, or not a criterion.'
  })),
  rules: Nullable(Code('Code of the counting rules by which dossiers on time are counted. null: they are not counted from records, or the row is ' +
    'of something else.')),
  rules_version: Nullable(Type.Integer({ description: 'Version of the counting rules. null as `rules` is.', minimum: 1 })),
  known_percent: Nullable(Type.Number({
    description: 'Of counts from records, in how many percent of the dossiers it is known what is counted, rounded half up to two decimals; ' +
      'the others are in neither count. null: not counted from records.',
    minimum: 0, maximum: 100
  })),
  posted_units: Nullable(count('Units below it without records of what is counted, whose posted counts are added to those of records. null: ' +
    'not counted from records.')),
  recorded_units: Nullable(count('Units at or below it that are asked to report and send dossier records. null: not counted from records.')),
  recordable_units: Nullable(count('Units at or below it that are asked to report dossiers: where `recorded_units` and `posted_units` are ' +
    'fewer, counts are not of all of them. null: not counted from records.')),
  rate_percent: points('100 × rate, rounded half up to two decimals. It is divided once, of sums. null: unknown.'),
  rate_status: Nullable(OneOf(CERTAINTIES, { description: 'How certain the formula of the rate is. null: not a criterion.' })),
  points_status: Nullable(OneOf(CERTAINTIES, { description: 'How certain the formula of the points is. null: not a criterion.' })),
  computed_points: points('What the formula comes to. null: unknown.'),
  computed_of: points('Of how many of the maximum `computed_points` are. null: unknown.'),
  imported_points: points('What the portal itself gives, as posted. null: not posted, or grouped by level.'),
  difference: points('`computed_points` less `imported_points`, where both are of all the points. null: otherwise.'),
  posted_numerator: Nullable(count('The numerator that is posted, where records are counted. null: none, or not both.')),
  posted_denominator: Nullable(count('The denominator that is posted, where records are counted. null: none, or not both.')),
  posted_points: points('What the formula comes to of the posted counts, where records are counted. null: unknown, or not both.'),
  posted_difference: points('`computed_points` less `posted_points`. null: one of them is unknown.'),
  units_reported: count('Units with counts; of a group and of the total, with counts of any of its criteria.'),
  units_expected: count('Units that the row is about.'),
  coverage_percent: Type.Number({
    description: '100 × units_reported / units_expected, rounded half up to two decimals.', minimum: 0, maximum: 100
  }),
  sources: Type.Array(Code('Code'), { description: 'The sources of the counts and points.' }),
  formula: Nullable(Code('Code of the version of the formula. null: none holds.')),
  provisional: Type.Boolean({ description: 'Whether the span is not over, so that its points may still change.' }),
  as_of: Type.String({ description: 'The end of the span, or now if it is not over.', format: 'date-time' }),
  dossiers: counted('Dossiers of the unit, as the formula counts them for ranks. null: not known.'),
  rank: Nullable(Type.Integer({
    description: `Place within the level by points: 1, 2, 2, 4. Only among points of the same criteria. null: not ranked, or ${ON_RANK}`, minimum: 1
  })),
  ranked_units: Nullable(count(`Units that are ranked in this level. ${ON_RANK}`)),
  unranked: Nullable(OneOf(UNRANKED, {
    description: 'Why it has no rank. `stands_above`: the unit that was asked for is not one of its children. `too_few_dossiers`: fewer ' +
      'than `least_dossiers`. `covers_less`: its points are of fewer criteria than those of others. null: it has one, or no rank was asked for.'
  })),
  compared_period: Nullable(Code(`Code of the period that it is compared with. null: days are compared, or ${ON_COMPARE}`)),
  compared_from: Nullable(Day(`First day of what it is compared with. ${ON_COMPARE}`)),
  compared_to: Nullable(Day(`Last day of what it is compared with. ${ON_COMPARE}`)),
  compared_formula: Nullable(Code(`The version of the formula there. ${ON_COMPARE}`)),
  compared_points: points(`Points there. ${ON_COMPARE}`),
  points_change: points('`points` less `compared_points`. null: one of them is unknown, or they may not be compared.'),
  compared_rate_percent: points(`Rate there. ${ON_COMPARE}`),
  rate_change: points('Change of the rate in percentage points. null: one of them is unknown, or they may not be compared.'),
  comparable: Nullable(Type.Boolean({
    description: `Whether both are by the same version of the formula and of as many points. ${ON_COMPARE}`
  }))
})
export type NamedEvaluationRow = Static<typeof EvaluationRow>
/** Before names are looked up. */
export type EvaluationRow = Omit<NamedEvaluationRow, 'unit_name' | 'level_name' | 'field_name' | 'procedure_name'>

const Asked = {
  period: Type.Optional(Type.Array(Code('Code'), {
    description: 'One or several periods, each with rows of its own: points are never added over periods. Or `from` and `to`.',
    minItems: 1, maxItems: 12, uniqueItems: true, examples: [['cal-2026-Q3']]
  })),
  from: Type.Optional(Day('First day. Counts are posted for periods: those of a period with the same days count.')),
  to: Type.Optional(Day('Last day, included.')),
  unit: Example(Type.Optional(UnitCode('This unit. Left out: that of the key, otherwise every province. Its code or an alias.')), 'H56-STC'),
  formula: Type.Optional(Code('Code of the version of the formula to use, also where it does not hold. Default: the one that holds on the ' +
    'last day, by precedence.')),
  rules: Example(Type.Optional(Code('Code of the counting rules (`/v1/counting-rules`) by which dossiers on time count where they are counted ' +
    'from records. The version of the last day answers, or, where that is over later, of today. Default: the rules of what the ' +
    'criterion counts, such as `portal-766` for `progress`. Points by other rules are not those of the portal.')), 'portal-766')
}

// Names are looked up for the rows that are answered.
const UNSORTED = /^(sources|hierarchy|estimated|unknown_detail|as_of|provisional|\w+_name)$/
const Columns = Object.keys(EvaluationRow.properties).filter(name => !UNSORTED.test(name))

export const EvaluationQuery = Type.Object({
  ...Asked,
  children: Type.Optional(Type.Boolean({
    description: 'Also the units directly below it, as they stand at the end of the span.', default: false
  })),
  group_by: Type.Optional(Type.Array(OneOf(['unit', 'level', 'field', 'procedure', 'period']), {
    description: 'Default: `unit`. `field`, `procedure`: each unit, or level, once for each field or procedure of which records count ' +
      'anything. Only criteria that are counted from records have points then; others are null, as is what is posted. `level`: the counts of the units of a level are summed, and the formula applied once; with ' +
      '`children` without the unit itself. Periods are always apart.',
    minItems: 1, maxItems: 5, uniqueItems: true, examples: [['unit']]
  })),
  hierarchy: { ...HierarchyFilter, description: `${HIERARCHY_MEANING} Counts of records follow it; what is posted stays with its unit.` },
  level: Type.Optional(Type.Array(Code('Code'), {
    description: 'Only units of these levels.', minItems: 1, maxItems: 20, uniqueItems: true
  })),
  kind: Type.Optional(Type.Array(OneOf(KINDS), {
    description: 'Only these rows.', minItems: 1, maxItems: 3, uniqueItems: true, examples: [['group', 'total']]
  })),
  criterion: Type.Optional(Type.Array(Code('Code'), {
    description: 'Only rows of these criteria or groups, or `total`.', minItems: 1, maxItems: 100, uniqueItems: true
  })),
  rank: Type.Optional(Type.Boolean({
    description: 'Ranks units within their level, among those that are answered: with `children` the units directly below the unit. Refused ' +
      'of one unit alone, which a key for one unit asks about where it names none. Not with `group_by=level`.',
    default: false
  })),
  least_dossiers: Type.Optional(Type.Integer({
    description: 'Units with fewer dossiers in the span are listed and not ranked.', minimum: 0, maximum: 1_000_000, default: 1
  })),
  compare: Type.Optional(OneOf(COMPARES, {
    description: COMPARE_MEANING
  })),
  across_formulas: Type.Optional(Type.Boolean({
    description: 'Compares also what two versions of the formula come to, or sums of other criteria.', default: false
  })),
  sort: Type.Optional(Type.Array(OneOf(Columns.flatMap(name => [name, `-${name}`])), {
    description: 'Columns to sort by, with `-` for descending, such as `-points`. null comes last. Default: unit by unit, from the top ' +
      'down, in the order of the formula.',
    maxItems: 5, uniqueItems: true
  })),
  ...FormatQuery
}, { additionalProperties: false })
export type EvaluationQuery = Static<typeof EvaluationQuery>

export const EvaluationExplainQuery = Type.Object({
  ...Asked,
  period: Type.Optional(Type.Array(Code('Code'), {
    description: 'The period. Or `from` and `to`.', minItems: 1, maxItems: 1, examples: [['cal-2026-Q3']]
  })),
  criterion: Example(Code('Code of the criterion.'), 'PROGRESS_ON_TIME')
}, { additionalProperties: false })
export type EvaluationExplainQuery = Static<typeof EvaluationExplainQuery>

export const Step = Type.Object({
  pointer: Type.String({ description: 'JSON Pointer into the criterion: `/rate/numerator`.' }),
  op: Type.String({ description: 'The operator.' }),
  value: Nullable(Type.Number({ description: 'What it comes to, rounded to six decimals; it is exact within. null: unknown.' })),
  unknown: Nullable(OneOf(UNKNOWN, { description: 'Why it is unknown. null: known.' })),
  input: Nullable(Type.String({ description: 'The input that makes it unknown. null: none.' }))
}, { additionalProperties: false })

export const EvaluationExplained = Named('EvaluationExplained', 'How the points of a criterion come about.', {
  row: Type.Unsafe<NamedEvaluationRow>({ $ref: 'EvaluationRow#' }),
  criterion: Type.Unsafe<Criterion>({
    type: 'object', additionalProperties: true, description: 'The criterion with its formulas, as in `EvaluationFormula`.'
  }),
  inputs: Type.Unsafe<Record<string, number | string>>({
    type: 'object', additionalProperties: { type: ['integer', 'string'] }, description: 'What the formulas were given, by name.'
  }),
  explain_url: Nullable(Type.String({
    description: 'Address of the explanation of the counts, which names the address of their dossiers. null: they are not dossiers on ' +
      'time counted from records.'
  })),
  dossiers_url: Nullable(Type.String({
    description: 'Address of the dossiers that cost the points: those of the denominator that are not in the numerator; with `counts_from` ' +
      '`mixed` those that records have. null: not counted from records.'
  })),
  steps: Type.Array(Step, { description: 'Every node of the formulas, those within before the node itself; first of the rate.' })
})
export type EvaluationExplained = Static<typeof EvaluationExplained>
