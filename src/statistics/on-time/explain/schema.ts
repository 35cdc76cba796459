import { Type, type Static } from 'typebox'
import { CHANNELS } from '../../../dossiers/schema.ts'
import { Code, Day, DossierCode, Instant, Named, Nullable, OneOf, Ref, UnitCode } from '../../../contract/fields.ts'
import { FormatQuery } from '../../../contract/formats.ts'
import { PageQuery } from '../../../contract/paging.ts'
import { DetailsQuery } from '../../../form-ii06a/detail-measures.ts'
import { UnknownQuery } from '../../../form-ii06a/unknown.ts'
import { FeedbackFilters, FeedbackOnTimeRow } from '../../feedback/schema.ts'
import { FIGURE, figureOf, OnTimeFilters } from '../schema.ts'

export const ExplainQuery = Type.Object(
  { ...OnTimeFilters, ...UnknownQuery, ...DetailsQuery }, { additionalProperties: false })
export type ExplainQuery = Static<typeof ExplainQuery>

const Cells = (description: string) => Type.Unsafe<Record<string, string | number | null>>({
  description, type: 'object', additionalProperties: true
})

const Share = (what: string) => Type.Number({
  description: `${what}: less than 1 if its unit was split, and the figure is about some of its successors.`, minimum: 0.000_000_001, maximum: 1
})

export const ExplainedRow = Named('ExplainedRow', 'A stored row that a figure is the sum of.', {
  key: Cells('The key of the row. For a rollup: a value for each name in `by`, spans of time by their first day. `before` ' +
    'instead of a time: the sum of all earlier rows, of which only the stock counts.'),
  values: Cells('The counts of the row. null: unknown.'),
  share: Share('The part of the row that the figure holds')
})
export type ExplainedRow = Static<typeof ExplainedRow>

export const ROWS_OF = ['reports', 'report_rows', 'rollup', 'dossiers'] as const
export const GRAINS = ['level', 'field', 'unit', 'procedure', 'channel', 'quarter', 'half_month', 'day'] as const

export const OnTimeExplained = Named('OnTimeExplained', 'A figure, and the rows that it is the sum of.', {
  from: Day('First day.'),
  to: Day('Last day, included.'),
  ...FIGURE,
  rows_of: OneOf(ROWS_OF, {
    description: 'What the rows are. `reports`: one row for everything that a source reported for a unit and a period. ' +
      '`report_rows`: the rows of these reports, by field and procedure. `rollup`: sums of dossier records that are kept ' +
      'up to date. `dossiers`: the figure is counted from the dossiers.'
  }),
  by: Nullable(Type.Array(OneOf(GRAINS), {
    description: 'The grain of the rollup: one row for each combination of these. `half_month`: from the 1st to the 14th of a ' +
      'month, or from the 15th to its end. `quarter`: a calendar quarter, split on the 15th of its last month, where a quarter ' +
      'of the reform calendar begins. null: not a rollup.'
  })),
  rows: Type.Array(Ref(ExplainedRow), { description: 'The rows. Empty if `rows_of` is `dossiers`, as with the method `reception`.' }),
  dossiers_url: Nullable(Type.String({ description: 'Address of the dossiers of the denominator. null: the basis is `reported`.' }))
})
export type OnTimeExplained = Static<typeof OnTimeExplained>

export const FeedbackExplainQuery = Type.Object(FeedbackFilters, { additionalProperties: false })

export const FeedbackExplained = Named('FeedbackExplained', 'A figure of feedback, and the rows that it is the sum of.', {
  from: Day('First day.'),
  to: Day('Last day, included.'),
  ...figureOf(FeedbackOnTimeRow),
  rows_of: OneOf(['reports', 'report_rows'], {
    description: 'What the rows are. `reports`: one row for everything that a source reported for a unit and a period. ' +
      '`report_rows`: the rows of these reports, of which there is one each.'
  }),
  rows: Type.Array(Ref(ExplainedRow), { description: 'The rows.' })
})

export const PARTS = ['denominator', 'numerator', 'rest'] as const

const { basis: _basis, ...RecordsFilters } = OnTimeFilters

export const ExplainDossiersQuery = Type.Object({
  ...RecordsFilters,
  part: Type.Optional(OneOf(PARTS, {
    description: '`denominator`: all dossiers that count. `numerator`: those on time, as the method counts. `rest`: the others.',
    default: 'denominator'
  })),
  ...PageQuery,
  ...FormatQuery
}, { additionalProperties: false })
export type ExplainDossiersQuery = Static<typeof ExplainDossiersQuery>

export const ExplainedDossier = Named('ExplainedDossier', 'A dossier that counts in a figure.', {
  code: DossierCode('Code of the dossier.'),
  unit: UnitCode('Id of the unit that it counts for.'),
  procedure: Code('Code of the procedure.'),
  field: Code('Code of the field.'),
  channel: OneOf(CHANNELS, { description: 'How it was received.' }),
  source: Code('The system that sent it.'),
  status: Type.Integer({ description: 'National status, as the dossier says it, whatever the counting rules. Of a dossier that has moved since: what it was then.' }),
  received_at: Nullable(Instant('When it was received. null: it waits for reception, with `reception`.')),
  due_at: Nullable(Instant('When it is due, as the dossier says it. null: no due date.')),
  ended_at: Nullable(Instant('When it ended, by the counting rules. null: it is open.')),
  counted_on: Day('Day for which it counts: the day of its end; if it is pending, the last day, or the day on which it left; ' +
    'with `due`, the day on which it fell due; with `reception`, the day on which it was received, or the last day. A dossier whose due date was missed and then moved by a supplement can fall due ' +
    'twice.'),
  in_time: Type.Boolean({ description: 'Whether it was in time on that day.' }),
  submitted_at: Nullable(Instant('When it was filed. null: another method than `reception`.')),
  waited_hours: Nullable(Type.Number({
    description: 'Working hours from filing to reception or, while it waits, to the end of the last day that is over, rounded to two ' +
      'decimals. What was filed so long before the span that it is late in any case: at least so many. null: another method than `reception`.',
    minimum: 0
  })),
  limit_hours: Nullable(Type.Number({ description: 'Working hours allowed for its reception. null: another method than `reception`.' })),
  share: Share('The part of it that the figure holds'),
  in_numerator: Type.Boolean({ description: 'Whether it counts as on time. With `received`, a pending dossier never does.' })
})
export type ExplainedDossier = Static<typeof ExplainedDossier>
