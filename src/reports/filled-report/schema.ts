import { Type, type Static } from 'typebox'
import { DocumentQuery } from '../../contract/formats.ts'
import { Code, Example, Named, Nullable, OneOf, Ref, UnitCode } from '../../contract/fields.ts'
import { AsKnownAtQuery } from '../history/schema.ts'
import { Publication } from '../revisions/schema.ts'
import { REASONS, type Derivation, type Reason } from '../derivations/schema.ts'
import { IndicatorProperties, OriginProperties, ValueProperties } from '../indicators/schema.ts'

const SOURCES = ['reported', 'computed', 'aggregated'] as const

const number = (description: string) => Nullable(Type.Number({ description }))
const count = (description: string) => Nullable(Type.Integer({ description, minimum: 0 }))

/** What the service derives of an indicator, beside what is reported. */
export const DerivedProperties = {
  source: Nullable(OneOf(SOURCES, {
    description: 'Which value counts. `reported`: the one that is reported, which may be `-`. `computed`: nothing is reported, and ' +
      '`computed_number` is computed from dossiers, procedures or other indicators. `aggregated`: it is added up from what units below ' +
      'report. null: there is no value.'
  })),
  computed_number: number('What the service itself comes to, computed or aggregated. null: the indicator is reported by hand, or it is unknown.'),
  computed_numerator: number('What is divided, where a percentage or a fraction is derived. null: nothing, or it is unknown.'),
  computed_denominator: number('What it is divided by. null: nothing, or it is unknown.'),
  computed_unknown: Nullable(OneOf(Object.keys(REASONS) as Reason[], {
    description: `Why nothing comes out. null: something does, or the indicator is reported by hand. ${
      Object.entries(REASONS).map(([reason, meaning]) => `\`${reason}\`: ${meaning}.`).join(' ')}`
  })),
  difference: number('The reported number less the derived one. null: one of them is unknown.'),
  units_reported: count('Units whose reports or records are in the derived value. Of a formula summed over its inputs. ' +
    'null: it is not made of those of units.'),
  units_expected: count('Units that would have to be in it.')
}

export const ReportRow = Named('ReportRow',
  'A row of a filled form. If no value was posted, the state is `not_provided`, and null for a heading. What the service derives itself ' +
  'stands beside it.', {
    ...IndicatorProperties,
    ...ValueProperties,
    state: Nullable(ValueProperties.state),
    ...DerivedProperties
  })
export type ReportRow = Static<typeof ReportRow>

const Key = {
  unit: UnitCode('Code of the unit.'),
  period: Code('Code of the period.'),
  form: Code('Code of the form.')
}

export const Report = Named('Report', 'A filled form (báo cáo thống kê) with all rows in the order of the form.', {
  ...Key,
  rows: Type.Array(Ref(ReportRow)),
  provisional: Type.Boolean({
    description: 'Whether the period is not over, nothing of the report is published, or it is no longer what was published: a value, also one ' +
      'that is derived, is another. With `as_known_at`, where nothing is derived: whether a value was written since.'
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

const FormQuery = {
  form: Type.Optional(Code('Code of the form. Default: the form in force on the last day of the period.'))
}

export const ReportQuery = Type.Object({
  ...FormQuery,
  revision: Type.Optional(Type.Integer({ description: 'As it was published. Left out: as it is now.', minimum: 1, maximum: 1_000_000 })),
  ...AsKnownAtQuery,
  ...DocumentQuery
}, { additionalProperties: false })
export type ReportQuery = Static<typeof ReportQuery>

const address = (description: string) => Nullable(Type.String({ description }))

const ExplainedPart = Type.Object({
  pointer: Type.String({ description: 'JSON Pointer into the derivation: the operator that this is. Empty: the derivation itself.' }),
  op: Type.String({ description: 'The operator.' }),
  value: number('What it comes to, with at most six decimals. null: unknown.'),
  numerator: number('What is divided. null: nothing, or it is unknown.'),
  denominator: number('What it is divided by. null: nothing, or it is unknown.'),
  unknown: DerivedProperties.computed_unknown,
  basis: Nullable(OneOf(['reported', 'records'], { description: 'From which dossiers are counted. null: none are.' })),
  units_reported: DerivedProperties.units_reported,
  units_submitted: count('Of the units in the value of `units`, those whose report was submitted, approved or published. Those of the ' +
    'others are drafts, which count too: while there are any, the value is provisional. null: it is not made of what units report.'),
  units_expected: DerivedProperties.units_expected,
  url: address('Where the service shows the same, or what it is made of. null: nowhere.'),
  dossiers_url: address('Where the dossiers are that are not on time. null: it is not counted from records, or is no percentage on time.')
}, { additionalProperties: false })

const ExplainedStep = Type.Object({
  pointer: Type.String({ description: 'JSON Pointer into the formula. Empty: the formula itself.' }),
  op: Type.String({ description: 'The operator of the node.' }),
  value: number('What it comes to, with at most six decimals. null: unknown.'),
  input: Nullable(Type.String({ description: 'The input for which it is unknown. null: it is known, or unknown for another reason.' }))
}, { additionalProperties: false })

export const ReportExplained = Named('ReportExplained', 'How a value of a report comes about, down to its parts.', {
  ...Key,
  row: Ref(ReportRow),
  derivation: Type.Unsafe<Derivation | null>(OriginProperties.derivation),
  reason: Nullable(Type.String({ description: 'What `computed_unknown` means. null: nothing is unknown, or the indicator is reported by hand.' })),
  parts: Type.Array(ExplainedPart, { description: 'What it is derived from, in the order of the derivation. Empty: it is reported by hand.' }),
  steps: Type.Array(ExplainedStep, { description: 'Of a formula: its nodes, those within before the node itself.' })
})
export type ReportExplained = Static<typeof ReportExplained>

export const ExplainPath = Type.Object({
  ...ReportPath.properties,
  indicator: Example(Code('Code of the indicator.'), '3.1.3')
})
export type ExplainPath = Static<typeof ExplainPath>

export const ExplainQuery = Type.Object(FormQuery, { additionalProperties: false })
export type ExplainQuery = Static<typeof ExplainQuery>
