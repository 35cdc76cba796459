import { Type, type Static } from 'typebox'
import { FormatQuery } from '../../contract/formats.ts'
import { Code, Example, Instant, Named, Nullable, Text, UnitCode } from '../../contract/fields.ts'
import { PageQuery } from '../../contract/paging.ts'

const RevisionNumber = Type.Integer({ description: 'Number of the revision, from 1. A later one corrects those before.', minimum: 1 })

const HOW_TO_VERIFY = 'SHA-256, in hexadecimal, of the report in canonical JSON (RFC 8785): as `?revision=` answers it, without ' +
  '`provisional` and `publication`.'

const PublicationProperties = {
  id: Text('Id of the revision.'),
  revision: RevisionNumber,
  sha256: Text(HOW_TO_VERIFY),
  published_at: Instant('When it was published.')
}

export const Publication = Type.Object(PublicationProperties, {
  additionalProperties: false, description: 'What was published of it last, and never changes. null: nothing yet.'
})
export type Publication = Static<typeof Publication>

export const Revision = Named('Revision', 'A published report, without its rows: `GET /v1/reports/{unit}/{period}?revision=` has them.', {
  unit: UnitCode('Id of the unit.'),
  period: Code('Code of the period.'),
  form: Code('Code of the form.'),
  ...PublicationProperties,
  nothing_to_report: Type.Boolean({ description: 'Whether the unit said that it has nothing to report.' }),
  note: Nullable(Text('What the unit noted when it submitted it. null: nothing.', 4000)),
  reason: Nullable(Text('Why the report was reopened before. null: it was not.', 1000)),
  submitted_at: Instant('When it was submitted.'),
  approved_at: Instant('When it was approved.')
})
export type Revision = Static<typeof Revision>

export const RevisionPath = Type.Object({
  unit: Example(UnitCode('Code of the unit, or an alias as `source:external code`.'), 'H56-385'),
  period: Example(Code('Code of the period.'), '2021-H1')
})

export const RevisionQuery = Type.Object({
  form: Type.Optional(Code('Code of the form. Default: the form in force on the last day of the period.')),
  ...PageQuery,
  ...FormatQuery
}, { additionalProperties: false })
export type RevisionQuery = Static<typeof RevisionQuery>
