import { Type, type Static } from 'typebox'
import { Code, Count, Example, Instant, ListOf, MAX_COUNT, Name, Named, Nullable, SourceCode, Text, UnitCode } from '../../contract/fields.ts'
import { FormatQuery } from '../../contract/formats.ts'
import { PageQuery } from '../../contract/paging.ts'

const Inputs = (description: string) => Type.Record(
  Type.String({ pattern: '^[a-z][a-z0-9_]{0,63}$' }),
  Type.Unsafe<number | string>({ type: ['integer', 'string'], minimum: 0, maximum: MAX_COUNT, maxLength: 64 }),
  { description, additionalProperties: false, maxProperties: 20 }
)

const Properties = {
  unit: UnitCode('Id of the unit.'),
  period: Code('Code of the period.'),
  criterion: Code('Code of a criterion of the formula. Of a group, or of the whole as `total`, there are points alone.'),
  source: SourceCode('The system that reports, such as the portal. An unknown one is refused.'),
  numerator: Nullable(Count('What the rate divides: at most `denominator`. null: not posted.')),
  denominator: Nullable(Count('What the rate divides by. null: not posted.')),
  inputs: Inputs('Further counts and coded answers, by the names of the formula\'s inputs.'),
  points: Nullable(Type.Number({
    description: 'Points that the national portal itself gives, with at most two decimals: at most those that a version of the formula ' +
      'has for it. null: not posted.',
    minimum: 0, maximum: 1000
  })),
  reported_at: Nullable(Instant('When the source said so. null: unknown.')),
  note: Nullable(Text('Note. null: none.'))
}

export const EvaluationInput = Named('EvaluationInput', 'Counts or points of a criterion of a unit in a period, as stored.', Properties)
export type EvaluationInput = Static<typeof EvaluationInput>

export const EvaluationInputItem = Named('EvaluationInputItem', 'Counts or points of a criterion of a unit in a period to post. At ' +
  'least one of them is there. A property that is left out is null.', {
  unit: UnitCode('Code of the unit, an alias of the source, or an alias as `source:external code`.'),
  period: Properties.period,
  criterion: Properties.criterion,
  source: Type.Optional(SourceCode('Defaults to the source of the key; any other is refused. Required if the key has none.')),
  numerator: Type.Optional(Properties.numerator),
  denominator: Type.Optional(Properties.denominator),
  inputs: Type.Optional(Properties.inputs),
  points: Type.Optional(Properties.points),
  reported_at: Type.Optional(Properties.reported_at),
  note: Type.Optional(Nullable(Name('Note.')))
})
export type EvaluationInputItem = Static<typeof EvaluationInputItem>

export const EvaluationInputQuery = Type.Object({
  unit: Example(Type.Optional(UnitCode('Only this unit and those below it. Its code or an alias.')), 'H56'),
  period: ListOf(Code('Code'), 'Only these periods.'),
  criterion: ListOf(Code('Code'), 'Only these criteria.'),
  source: Type.Optional(SourceCode('Only this source.')),
  ...PageQuery,
  ...FormatQuery
}, { additionalProperties: false })
export type EvaluationInputQuery = Static<typeof EvaluationInputQuery>
