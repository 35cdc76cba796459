import { Type, type Static } from 'typebox'
import { Code, Example, Instant, Named, Nullable, Ref, Text, UnitCode } from '../../contract/fields.ts'
import { FormatQuery } from '../../contract/formats.ts'
import { ReportRow } from '../filled-report/schema.ts'

const { code, name, value_type, state, note, number, source, computed_number } = ReportRow.properties
const NO_ROW = 'null as well where the indicator is not in that report.'

export const ReportDifference = Named('ReportDifference', 'An indicator that differs between two states of a report.', {
  code,
  name,
  value_type,
  differing: Text('The properties that differ, separated by blanks.'),
  from_state: state,
  from_printed: Nullable(Text(`The value as printed before. ${NO_ROW}`)),
  from_number: number,
  from_note: note,
  from_source: source,
  from_computed_number: computed_number,
  to_state: state,
  to_printed: Nullable(Text(`The value as printed afterwards. ${NO_ROW}`)),
  to_number: number,
  to_note: note,
  to_source: source,
  to_computed_number: computed_number,
  number_change: Nullable(Type.Number({ description: 'The later value less the earlier one, of those that count as their source says. null: one of them is not known.' }))
})
export type ReportDifference = Static<typeof ReportDifference>

const Side = Type.Object({
  revision: Nullable(Type.Integer({ description: 'Number of the revision. null: as it is now.', minimum: 1 })),
  sha256: Nullable(Text('Its hash. null: as it is now.')),
  published_at: Nullable(Instant('When it was published. null: as it is now.'))
}, { additionalProperties: false })

export const ReportDiff = Named('ReportDiff', 'How two states of a report differ.', {
  unit: UnitCode('Id of the unit.'),
  period: Code('Code of the period.'),
  form: Code('Code of the form.'),
  from: Side,
  to: Side,
  items: Type.Array(Ref(ReportDifference), { description: 'In the order of the form. Empty: both say the same.' })
})
export type ReportDiff = Static<typeof ReportDiff>

const side = (description: string) => (
  Type.Optional(Type.String({ description, pattern: '^(current|[1-9][0-9]{0,5})$' })))

export const DiffQuery = Type.Object({
  from: Example(side('Number of a revision, or `current`. Default: the last that was published.'), '1'),
  to: Example(side('Number of a revision, or `current`: as the report is now. Default: `current`.'), 'current'),
  form: Type.Optional(Code('Code of the form. Default: the form in force on the last day of the period.')),
  ...FormatQuery
}, { additionalProperties: false })
export type DiffQuery = Static<typeof DiffQuery>
