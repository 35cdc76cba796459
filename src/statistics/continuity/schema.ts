import { Type, type Static } from 'typebox'
import { FormatQuery } from '../../contract/formats.ts'
import { PageQuery } from '../../contract/paging.ts'
import { Code, Count, Example, ListOf, Named, Nullable, OneOf, UnitCode } from '../../contract/fields.ts'

export const Discontinuity = Named('Discontinuity',
  'Dossiers that a unit carried over into a period, and does not have as pending at the end of the period before.', {
    period: Code('Code of the period.'),
    unit: UnitCode('Code of the unit.'),
    scope: OneOf(['own', 'total'], { description: 'The scope of the rows.' }),
    source: Code('The system that reported both periods.'),
    field: Nullable(Code('Code of the field. null: compared as a whole.')),
    procedure: Nullable(Code('Code of the procedure. null: not compared by procedure.')),
    carried_over: Count('`carried_over` of the period.'),
    period_before: Code('Code of the period of the same calendar that ended on the day before.'),
    pending_before: Count('`pending` of the period before.'),
    difference: Type.Integer({ description: '`carried_over` - `pending_before`.' })
  })
export type Discontinuity = Static<typeof Discontinuity>

const { field: _field, procedure: _procedure, ...compared } = Discontinuity.properties

export const FeedbackDiscontinuity = Named('FeedbackDiscontinuity',
  'Feedback that a unit carried over into a period, and does not have as pending at the end of the period before.', compared)

export const ContinuityQuery = Type.Object({
  period: Example(Type.Array(Code('Code'), {
    description: 'Periods to compare with those before.', minItems: 1, maxItems: 100, uniqueItems: true
  }), ['2021-Q4']),
  unit: Type.Optional(UnitCode('Only this unit and all units below it. Its code or an alias.')),
  level: ListOf(Code('Code'), 'Only units of these levels.'),
  source: Type.Optional(Code('Only figures of this source.')),
  ...PageQuery,
  ...FormatQuery
}, { additionalProperties: false })
export type ContinuityQuery = Static<typeof ContinuityQuery>
