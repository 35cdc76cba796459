import { Type, type Static } from 'typebox'
import { Code, Count, Named, Nullable, OneOf, Text, UnitCode } from '../../contract/fields.ts'
import { FormatQuery } from '../../contract/formats.ts'
import { EvaluationExplainQuery, EvaluationRow } from '../scores/schema.ts'

export const NOT_SAVABLE = [
  'other_criterion', 'not_from_records', 'span_over', 'span_not_begun', 'calendar_year_missing'
] as const

const points = (description: string) => Nullable(Type.Number({ description }))
const count = (description: string) => Nullable(Count(description))
const address = (description: string) => Nullable(Type.String({ description }))
const {
  period, from, to, group, criterion, name, maximum, points_from, unknown, unknown_detail, numerator, denominator,
  counts_from, rate_percent, points_status, formula, provisional, as_of
} = EvaluationRow.properties

export const EvaluationLever = Named('EvaluationLever', 'What a criterion of the evaluation lacks of its most points, and what would give them.', {
  period,
  from,
  to,
  unit: UnitCode('Id of the unit.'),
  unit_name: Nullable(Text('Name of the unit as it is now.')),
  group,
  criterion,
  name,
  maximum,
  points: points('Points, as in `/v1/evaluation`. null: unknown, and `unknown` says why.'),
  points_from,
  unknown,
  unknown_detail,
  missing_points: points('`maximum` less `points`. null: one of them is unknown.'),
  points_to_gain: points('`missing_points`, but not more than its group lacks of its most points. Rows are sorted by it. null: unknown.'),
  numerator,
  denominator,
  counts_from,
  measure: Nullable(Code('What both count, such as `dossiers` or `procedures`, as the formula says. null: it does not.')),
  rate_percent,
  missing: count('`denominator` less `numerator`: the dossiers, or what `measure` says, that cost the points. null: a count is unknown.'),
  needed: count('How many of `missing` would be enough for all points, rounded to two decimals as they are. Less than `missing` where a ' +
    'rule gives all points from a threshold on. null: a count or the rule is unknown, or even all of them would not be enough.'),
  dossiers_url: address('Address of the list of the dossiers in `missing`; with `counts_from` `mixed` of those that records have alone, which are ' +
    'fewer. null: none are counted from records.'),
  savable: count('For progress: dossiers that are open, due today or within `due_within` working days and not overdue, as ' +
    '`savable_url` lists them. They are on time until they are late. By the due date that dossiers say, whatever else the rules of the portal ' +
    'see. Of a period that ends sooner, within the days up to its end. null: unknown, and `savable_unknown` says why.'),
  savable_points: points('The points that are lost if all of them become late. null: unknown.'),
  savable_within: Nullable(Count('Within how many working days of the calendar of the province they are due. null: not counted.')),
  savable_url: address('Address of the list of the dossiers in `savable`. null: not counted.'),
  savable_unknown: Nullable(OneOf(NOT_SAVABLE, {
    description: 'Why `savable` is null. `other_criterion`: it is not progress. `not_from_records`: no dossier records are counted. ' +
      '`span_over`: what happens now changes it no more. `span_not_begun`. `calendar_year_missing`: the calendar ends before. null: it is counted.'
  })),
  points_status,
  formula,
  provisional,
  as_of
})
export type NamedEvaluationLever = Static<typeof EvaluationLever>
/** Before names are looked up. */
export type EvaluationLever = Omit<NamedEvaluationLever, 'unit_name'>

const { criterion: _, rules: __, ...Asked } = EvaluationExplainQuery.properties

export const DEFAULT_DUE_WITHIN = '3d'

export const EvaluationLeversQuery = Type.Object({
  ...Asked,
  due_within: Type.Optional(Type.String({
    description: 'Within how many working days of the calendar of the province dossiers are due that can still be saved, today not counted.',
    pattern: '^[0-9]{1,2}d$', default: DEFAULT_DUE_WITHIN, examples: ['5d']
  })),
  ...FormatQuery
}, { additionalProperties: false })
export type EvaluationLeversQuery = Static<typeof EvaluationLeversQuery>
