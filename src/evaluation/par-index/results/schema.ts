import { Type, type Static } from 'typebox'
import { Code, Day, Example, ListOf, Named, Nullable, OneOf, SourceCode, Text, UnitCode } from '../../../contract/fields.ts'
import { FormatQuery } from '../../../contract/formats.ts'
import { Step } from '../../scores/schema.ts'
import type { FormCriterion } from '../forms/schema.ts'

export const REASONS = [
  'nothing_posted', 'nothing_counted', 'not_appraised', 'not_self_scored', 'not_computed', 'unknown_input', 'denominator_zero',
  'unknown_choice'
] as const
export type Reason = typeof REASONS[number]
const UNRANKED = ['points_unknown', 'covers_less'] as const
const KINDS = ['criterion', 'sum', 'total'] as const
const FROM = ['appraised', 'computed', 'mixed'] as const

const REASONS_MEANING = '`nothing_posted`: nothing, by nobody. `nothing_counted`: records know nothing of it. `not_appraised`: only the unit ' +
  'gives itself points. `not_self_scored`: a survey scores it. `not_computed`: only people score it. `unknown_input`: a count or an answer is ' +
  'missing. `denominator_zero`: there were none, and the form does not say what counts then. `unknown_choice`. Of a sum: why the first of ' +
  'its criteria that is unknown is. null: all of it is known.'

const points = (description: string) => Nullable(Type.Number({ description }))
const count = (description: string) => Type.Integer({ description, minimum: 0 })
const percent = (description: string) => Nullable(Type.Number({ description }))
const reason = (description: string) => Nullable(OneOf(REASONS, { description: `${description} ${REASONS_MEANING}` }))

const Subject = {
  period: Code('Code of the period.'),
  from: Day('First day.'),
  to: Day('Last day, included.'),
  unit: UnitCode('Id of the unit.'),
  unit_name: Nullable(Text('Name of the unit as it is now.')),
  level: Code('Code of the level of the unit.'),
  level_name: Nullable(Text('Name of the level.')),
  form: Code('Code of the form.')
}
const Sums = {
  maximum: Type.Number({ description: 'Most points.' }),
  self_points: points('What the unit gives itself. null: nothing.'),
  self_of: points('Of how many of the maximum these are. null: none.'),
  computed_points: points('What the service computes, from records live and from surveys. null: nothing.'),
  computed_of: points('Of how many of the maximum these are. null: none.'),
  appraised_points: points('What appraisal gives. null: nothing.'),
  appraised_of: points('Of how many of the maximum these are. null: none.'),
  points: points('The points that count: those of appraisal, otherwise for what is counted or surveyed the computed ones. Points have two ' +
    'decimals, rounded half up, and sums are of rounded ones. null: unknown, never 0.'),
  points_of: points('Of how many of the maximum these are. Less than the maximum: criteria are unknown, and not 0.')
}
const Cut = {
  provisional: Type.Boolean({ description: 'Whether the period is not over, so that what is counted may still change.' }),
  as_of: Type.String({ description: 'The end of the period, or now if it is not over.', format: 'date-time' })
}

export const ParIndexRow = Named('ParIndexRow', 'The PAR index (Chỉ số cải cách hành chính) of a unit in a period.', {
  ...Subject,
  ...Sums,
  index_percent: percent('100 × `points` / `points_of`, rounded half up to two decimals. It is the index where `known_percent` is 100, and ' +
    'otherwise that of what is known. null: nothing is known.'),
  known_percent: Type.Number({ description: '100 × `points_of` / `maximum`, rounded half up to two decimals.', minimum: 0, maximum: 100 }),
  unknown: reason('Why it is not of all the points.'),
  appraisal_change: points('Points that appraisal gave more than the unit itself, of criteria that have both; negative: less. null: none.'),
  changed_criteria: count('Criteria to which appraisal gave other points than the unit itself; the rows of its criteria say why.'),
  rank: Nullable(Type.Integer({
    description: 'Place by points: 1, 2, 2, 4, among all units of the level, or of the form if it says so, whatever else is asked for. ' +
      'null: `unranked` says why.',
    minimum: 1
  })),
  ranked_units: count('Units with a place among them.'),
  unranked: Nullable(OneOf(UNRANKED, {
    description: 'Why it has no place. `covers_less`: its points are of fewer criteria than those of others. null: it has one.'
  })),
  ...Cut
})
export type NamedParIndexRow = Static<typeof ParIndexRow>
/** Before names are looked up. */
export type ParIndexRow = Omit<NamedParIndexRow, 'unit_name' | 'level_name'>

export const ParIndexCriterionRow = Named('ParIndexCriterionRow', 'Points of a unit in a period: for a criterion, for one with its parts, or in ' +
  'total.', {
  ...Subject,
  kind: OneOf(KINDS, { description: '`sum`: of a criterion with parts. `total`: of the whole form.' }),
  parent: Nullable(Code('Code of the criterion that it is a part of. null: none.')),
  criterion: Nullable(Code('Code of the criterion. null: the total.')),
  name: Text('Name in Vietnamese.'),
  scored_by: Nullable(OneOf(['hand', 'formula', 'count', 'survey'], { description: 'How it is scored. null: a sum.' })),
  ...Sums,
  points_from: Nullable(OneOf(FROM, { description: 'Where `points` come from. `mixed`: a sum of both. null: unknown.' })),
  unknown: reason('Why `points` are unknown, or not of all.'),
  self_unknown: reason('Why `self_points` are.'),
  computed_unknown: reason('Why `computed_points` are.'),
  rate_percent: percent('100 × the rate that `points` follow from, rounded half up to two decimals. null: none, or a sum.'),
  numerator: Nullable(count('Counted from records. null: nothing.')),
  denominator: Nullable(count('Counted from records. null: nothing.')),
  known_percent: percent('In how many percent of the dossiers records know what is counted. null: not counted from records.'),
  self_difference: points('`computed_points` less `self_points` of a criterion. null: one of them is unknown, or a sum.'),
  appraised_difference: points('`computed_points` less `appraised_points` of a criterion. null: one of them is unknown, or a sum.'),
  appraisal_change: points('`appraised_points` less `self_points`; of a sum, of criteria that have both. null: one of them is unknown.'),
  reason: Nullable(Text('Why appraisal gives these points. null: none is given.')),
  evidence: Nullable(Text('What proves the points that the unit gives itself. null: nothing.')),
  survey_source: Nullable(SourceCode('Where the results of the survey come from. null: none.')),
  survey_note: Nullable(Text('Note on the survey. null: none.')),
  ...Cut
})
export type NamedParIndexCriterionRow = Static<typeof ParIndexCriterionRow>
export type ParIndexCriterionRow = Omit<NamedParIndexCriterionRow, 'unit_name' | 'level_name'>

const Asked = {
  period: Example(Code('Code of the period, such as a year.'), 'cal-2025'),
  form: Type.Optional(Code('Only units that this form is for, by it alone. Default: of the forms that hold on the last day and are for a ' +
    'unit, the one that holds since the latest day.')),
  unit: Example(Type.Optional(UnitCode('Only this unit and those below it. Left out: that of the key, otherwise all. Its code or an alias.')), 'H56-STC')
}
const level = ListOf(Code('Code'), 'Only units of these levels.')

export const ParIndexQuery = Type.Object({
  ...Asked,
  level,
  sort: Type.Optional(OneOf(['unit', 'rank', '-points'], {
    description: 'The order: by level and code, by place, or by points from the most on; what is null comes last.', default: 'unit'
  })),
  ...FormatQuery
}, { additionalProperties: false })
export type ParIndexQuery = Static<typeof ParIndexQuery>

export const ParIndexCriterionQuery = Type.Object({
  ...Asked,
  level,
  criterion: ListOf(Code('Code'), 'Only these criteria.'),
  kind: ListOf(OneOf(KINDS), 'Only rows of these kinds.'),
  changed: Type.Optional(Type.Boolean({
    description: 'Only criteria to which appraisal gave other points than the unit itself.', default: false
  })),
  ...FormatQuery
}, { additionalProperties: false })
export type ParIndexCriterionQuery = Static<typeof ParIndexCriterionQuery>

export const ParIndexExplainQuery = Type.Object({
  ...Asked,
  unit: Example(UnitCode('The unit. Its code or an alias.'), 'H56-STC'),
  criterion: Example(Code('Code of the criterion.'), '1.2')
}, { additionalProperties: false })
export type ParIndexExplainQuery = Static<typeof ParIndexExplainQuery>

const Given = Type.Object({
  inputs: Type.Unsafe<Record<string, number | string>>({
    type: 'object', additionalProperties: { type: ['number', 'string'] }, description: 'What the formulas were given, by name.'
  }),
  steps: Type.Array(Step, { description: 'Every node of the formulas, those within before the node itself. Empty: points were given.' })
}, { additionalProperties: false })
const GivenOf = (description: string) => Type.Unsafe<Static<typeof Given> | null>({ ...Given, type: ['object', 'null'], description })

export const ParIndexExplained = Named('ParIndexExplained', 'How the points of a criterion come about.', {
  row: Type.Unsafe<NamedParIndexCriterionRow>({ $ref: 'ParIndexCriterionRow#' }),
  parts: Type.Array(Type.Unsafe<NamedParIndexCriterionRow>({ $ref: 'ParIndexCriterionRow#' }), {
    description: 'The rows that it adds up. Empty: it has no parts.'
  }),
  criterion: Type.Unsafe<FormCriterion>({
    type: 'object', additionalProperties: true, description: 'The criterion with its formulas, as in `ParIndexForm`.'
  }),
  self: GivenOf('What the unit gives itself. null: nothing.'),
  computed: GivenOf('What the service counts, or a survey found. null: nothing.'),
  appraised: GivenOf('What appraisal gives. null: nothing.'),
  explain_url: Nullable(Type.String({
    description: 'Address of the explanation of dossiers on time, which names the address of their dossiers. null: they are not counted.'
  })),
  dossiers_url: Nullable(Type.String({ description: 'Address of the dossiers that cost the points. null: as before.' }))
})
export type ParIndexExplained = Static<typeof ParIndexExplained>
