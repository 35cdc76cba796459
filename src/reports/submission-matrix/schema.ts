import { Type, type Static } from 'typebox'
import { Code, Day, Example, ListOf, Named, Nullable, OneOf, Text, UnitCode } from '../../contract/fields.ts'
import { FormatQuery } from '../../contract/formats.ts'
import { PageQuery } from '../../contract/paging.ts'
import { STAGES, SubmissionProperties, ValueCounts } from '../submissions/schema.ts'

const STATUSES = ['on_time', 'late', 'missing', 'not_due'] as const
const STATUS_MEANING = '`on_time`, `late`: it was sent, by the day on which it was due or after it. `missing`: it was not sent, and that ' +
  'day is over. `not_due`: it was not sent, and that day is not over, or none is set.'

const OF_A_UNIT = 'null in a sum of several units.'
const count = (description: string) => Type.Integer({ description, minimum: 0 })
const { stage, locked, lock_on, sent_at, submitted_at, approved_at, published_at, reopened_until } =
  SubmissionProperties

export const SubmissionRow = Named('SubmissionRow', 'How far the report of a unit is, or the reports of all units of a level. Counts of one ' +
  'unit are 0 or 1, so that they can be added.', {
  period: Code('Code of the period.'),
  form: Code('Code of the form.'),
  level: Code('Code of the level.'),
  level_name: Nullable(Text('Its name.')),
  unit: Nullable(UnitCode(`Id of the unit. ${OF_A_UNIT}`)),
  unit_name: Nullable(Text(`Its name. ${OF_A_UNIT}`)),
  status: Nullable(OneOf(STATUSES, { description: `${STATUS_MEANING} ${OF_A_UNIT}` })),
  stage: Nullable(stage),
  locked: Nullable(locked),
  due_on: Nullable(Day(`By when it is due. null: no day is set. ${OF_A_UNIT}`)),
  lock_on,
  sent_at,
  submitted_at,
  approved_at,
  published_at,
  reopened_until,
  units: count('Number of units.'),
  on_time: count('Of them: sent on time.'),
  late: count('Of them: sent late.'),
  missing: count('Of them: not sent, and overdue.'),
  not_due: count('Of them: not sent, and not due yet.'),
  nothing_to_report: count('Of them: with nothing to report.'),
  approved: count('Of them: approved, and perhaps published.'),
  published: count('Of them: published, and not reopened.'),
  ...ValueCounts
})
/** Before names are looked up. */
export type SubmissionRow = Omit<Static<typeof SubmissionRow>, 'unit_name' | 'level_name'>

export const MatrixQuery = Type.Object({
  period: Example(Code('Code of the period.'), '2021-H1'),
  form: Type.Optional(Code('Code of the form. Default: the form in force on the last day of the period.')),
  unit: Type.Optional(UnitCode('Only this unit and all units below it. Its code or an alias.')),
  level: ListOf(Code('Code'), 'Only units of these levels.'),
  status: ListOf(OneOf(STATUSES), `Only these: ${STATUS_MEANING}`),
  stage: ListOf(OneOf(STAGES), 'Only reports at these stages.'),
  group_by: Type.Optional(OneOf(['unit', 'level'], { description: '`level`: one row for each level, with sums.', default: 'unit' })),
  ...PageQuery,
  ...FormatQuery
}, { additionalProperties: false })
export type MatrixQuery = Static<typeof MatrixQuery>
