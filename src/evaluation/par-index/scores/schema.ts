import { Type, type Static } from 'typebox'
import { Code, Example, ListOf, MAX_COUNT, Name, Named, Nullable, OneOf, SourceCode, Text, UnitCode } from '../../../contract/fields.ts'
import { FormatQuery } from '../../../contract/formats.ts'
import { PageQuery } from '../../../contract/paging.ts'

const STAGES = ['self', 'survey', 'appraised'] as const
export type Stage = typeof STAGES[number]
const STAGE = '`self`: what the unit gives itself. `survey`: what a survey found. `appraised`: what it is given when it is appraised.'

const Inputs = Type.Record(
  Type.String({ pattern: '^[a-z][a-z0-9_]{0,63}$' }),
  Type.Unsafe<number | string>({ type: ['number', 'string'], minimum: 0, maximum: MAX_COUNT, maxLength: 64 }),
  {
    description: 'Counts and coded answers, by the names of the inputs of the criterion; a number has at most six decimals. Empty: points ' +
      'are given.',
    additionalProperties: false, maxProperties: 20
  }
)
const Points = Nullable(Type.Number({
  description: 'Points up to the maximum, with at most two decimals. null: they follow from the inputs.', minimum: 0, maximum: 1000
}))

const Key = {
  unit: UnitCode('Id of the unit.'),
  period: Code('Code of the period.'),
  form: Code('Code of the form.'),
  criterion: Code('Code of the criterion.')
}

export const ParIndexScore = Named('ParIndexScore', 'What is posted of a criterion of a unit in a period, as stored.', {
  ...Key,
  stage: OneOf(STAGES, { description: STAGE }),
  source: Nullable(SourceCode('Where the results of a survey come from. null: not of a survey.')),
  points: Points,
  inputs: Inputs,
  note: Nullable(Text('What proves a score of its own, a note on a survey, or the reason of an appraisal. null: none.', 4_000))
})
export type ParIndexScore = Static<typeof ParIndexScore>

const ItemKey = {
  ...Key,
  unit: UnitCode('Code of the unit, an alias of the source of the key, or an alias as `source:external code`.'),
  form: Code('Code of the form. It holds on the last day of the period, and is for the unit.'),
  criterion: Code('Code of the criterion. It has no parts.')
}
const Given = { points: Type.Optional(Points), inputs: Type.Optional(Inputs) }

export const ParIndexSelfScoreItem = Named('ParIndexSelfScoreItem', 'What a unit gives itself for a criterion: points where it is scored by ' +
  'hand, otherwise inputs.', {
  ...ItemKey, ...Given, evidence: Type.Optional(Nullable(Name('What proves it, such as numbers of documents. null: nothing.', 4_000)))
})
export type ParIndexSelfScoreItem = Static<typeof ParIndexSelfScoreItem>

export const ParIndexSurveyResultItem = Named('ParIndexSurveyResultItem', 'What a survey found of a unit for a criterion that is scored by it.', {
  ...ItemKey,
  source: Type.Optional(SourceCode('Where it comes from. Defaults to the source of the key; any other is refused. Required if the key has none.')),
  inputs: Inputs,
  note: Type.Optional(Nullable(Name('Note. null: none.', 4_000)))
})
export type ParIndexSurveyResultItem = Static<typeof ParIndexSurveyResultItem>

export const ParIndexAppraisalItem = Named('ParIndexAppraisalItem', 'What a unit is given for a criterion: points, or where the criterion has ' +
  'inputs, those.', {
  ...ItemKey,
  ...Given,
  reason: Type.Optional(Nullable(Name('Why. It is needed unless the points are those that the unit gives itself. null: none.', 4_000)))
})
export type ParIndexAppraisalItem = Static<typeof ParIndexAppraisalItem>

export const ParIndexScoreQuery = Type.Object({
  unit: Example(Type.Optional(UnitCode('Only this unit and those below it. Its code or an alias.')), 'H56'),
  period: ListOf(Code('Code'), 'Only these periods.'),
  form: ListOf(Code('Code'), 'Only by these forms.'),
  criterion: ListOf(Code('Code'), 'Only these criteria.'),
  stage: ListOf(OneOf(STAGES), `Only these. ${STAGE}`),
  ...PageQuery,
  ...FormatQuery
}, { additionalProperties: false })
export type ParIndexScoreQuery = Static<typeof ParIndexScoreQuery>
