import { Type, type Static } from 'typebox'
import { Code, Day, Example, Instant, Named, Nullable, OneOf, Text, UnitCode } from '../../contract/fields.ts'
import { FormatQuery } from '../../contract/formats.ts'
import { PageQuery } from '../../contract/paging.ts'
import { EvaluationRow } from '../scores/schema.ts'

/** Of the periods that snapshots are taken of. */
export const PERIOD_KINDS = ['month', 'quarter', 'year'] as const

const points = (description: string) => Nullable(Type.Number({ description }))
const { maximum, points_from, unknown } = EvaluationRow.properties
const ON_DAY_BEFORE = 'null: there is no snapshot of the day before.'

export const EvaluationHistoryRow = Named('EvaluationHistoryRow', 'Points of a unit as they were on a day: of a group, or in total.', {
  day: Day('Day of the snapshot, in Vietnam.'),
  taken_at: Instant('When it was taken: what was known then.'),
  period: Code('Code of the period.'),
  period_kind: OneOf(PERIOD_KINDS, { description: 'A month, quarter or year of the calendar.' }),
  unit: UnitCode('Id of the unit.'),
  unit_name: Nullable(Text('Name of the unit as it is now. null: the unit does not exist any more.')),
  level: Code('Code of the level of the unit, as it was on the day.'),
  level_name: Nullable(Text('Name of the level.')),
  group: Code('Code of the group, which `/v1/evaluation-formulas` names. `total`: all groups.'),
  maximum,
  points: points('Points, as in `/v1/evaluation` on the day. null: unknown, and `unknown` says why; it is never 0.'),
  points_of: points('Of how many of the maximum the points are. Less than the maximum: criteria were unknown, and not 0.'),
  points_from,
  unknown,
  formula: Nullable(Code('Code of the version of the formula. null: none held.')),
  provisional: Type.Boolean({ description: 'Whether the period was not over.' }),
  compared_formula: Nullable(Code(`The version of the formula the day before. null: none held, or ${ON_DAY_BEFORE.slice(6)}`)),
  compared_points: points(`Points of the same period the day before. null: unknown, or ${ON_DAY_BEFORE.slice(6)}`),
  comparable: Nullable(Type.Boolean({
    description: `Whether both are by the same version of the formula and of as many points. ${ON_DAY_BEFORE}`
  })),
  points_change: points('`points` less `compared_points`. null: one of them is unknown, or they are not comparable.')
})
/** Before names are looked up. */
export type EvaluationHistoryRow = Omit<Static<typeof EvaluationHistoryRow>, 'unit_name' | 'level_name'>

export const EvaluationHistoryQuery = Type.Object({
  unit: Example(Type.Optional(UnitCode('This unit. Left out: that of the key, otherwise every province. Its code or an alias.')), 'H56-STC'),
  children: Type.Optional(Type.Boolean({
    description: 'Also the units directly below it, as they stood on each day.', default: false
  })),
  group: Type.Optional(Type.Array(Code('Code'), {
    description: 'Only these groups, or `total`.', minItems: 1, maxItems: 50, uniqueItems: true, examples: [['total']]
  })),
  period_kind: Type.Optional(Type.Array(OneOf(PERIOD_KINDS), {
    description: 'Only periods of these kinds.', minItems: 1, maxItems: 3, uniqueItems: true
  })),
  from: Example(Type.Optional(Day('First day. Default: 30 days before the last.')), '2026-10-01'),
  to: Example(Type.Optional(Day('Last day, included. Default: today.')), '2026-10-01'),
  ...PageQuery,
  ...FormatQuery
}, { additionalProperties: false })
export type EvaluationHistoryQuery = Static<typeof EvaluationHistoryQuery>
