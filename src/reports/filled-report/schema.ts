import { Type, type Static } from 'typebox'
import { DocumentQuery } from '../../contract/formats.ts'
import { Code, Example, Named, Nullable, Ref, UnitCode } from '../../contract/fields.ts'
import { AsKnownAtQuery } from '../history/schema.ts'
import { Publication } from '../revisions/schema.ts'
import { IndicatorProperties, ValueProperties } from '../indicators/schema.ts'

export const ReportRow = Named('ReportRow',
  'A row of a filled form. If no value was posted, the state is `not_provided`, and null for a heading.', {
    ...IndicatorProperties,
    ...ValueProperties,
    state: Nullable(ValueProperties.state)
  })
export type ReportRow = Static<typeof ReportRow>

export const Report = Named('Report', 'A filled form (báo cáo thống kê) with all rows in the order of the form.', {
  unit: UnitCode('Code of the unit.'),
  period: Code('Code of the period.'),
  form: Code('Code of the form.'),
  rows: Type.Array(Ref(ReportRow)),
  provisional: Type.Boolean({
    description: 'Whether the period is not over, nothing of the report is published, or a value was written since.'
  }),
  publication: Nullable(Publication)
})
export type Report = Static<typeof Report>

/** What is published of a report, and what its hash is of. */
export type FilledReport = Omit<Report, 'provisional' | 'publication'>

export const ReportPath = Type.Object({
  unit: Example(UnitCode('Code of the unit, or an alias as `source:external code`.'), 'H56'),
  period: Example(Code('Code of the period.'), '2021-H1')
})
export type ReportPath = Static<typeof ReportPath>

export const ReportQuery = Type.Object({
  form: Type.Optional(Code('Code of the form. Default: the form in force on the last day of the period.')),
  revision: Type.Optional(Type.Integer({ description: 'As it was published. Left out: as it is now.', minimum: 1, maximum: 1_000_000 })),
  ...AsKnownAtQuery,
  ...DocumentQuery
}, { additionalProperties: false })
export type ReportQuery = Static<typeof ReportQuery>
