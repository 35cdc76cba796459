import { Type, type Static } from 'typebox'
import { FormatQuery } from '../../contract/formats.ts'
import { Code, Example, Named, Nullable, OneOf, SourceCode } from '../../contract/fields.ts'
import { MEASURES } from '../../form-ii06a/measures.ts'
import { ROW_SCOPES } from '../reported/schema.ts'

const SCOPE_MEANING = '`own`: the unit\'s own desk. `total`: its consolidated row, and its records with those of all below it.'
const dossiers = (description: string) => Nullable(Type.Integer({ description, minimum: 0 }))

export const ReconciliationRow = Named('ReconciliationRow',
  'One measure of form II.06a: what a unit reported beside what its dossier records add up to.', {
    unit: Code('Code of the unit.'),
    period: Code('Code of the period.'),
    scope: OneOf(ROW_SCOPES, { description: SCOPE_MEANING }),
    measure: OneOf(MEASURES),
    column: Nullable(Type.Integer({
      description: 'The column of the form; null: none of its own (8 + 9, and the part of 5 that came by post).',
      minimum: 3, maximum: 13
    })),
    reported: dossiers('What was reported. null: unknown in at least one row, or nothing reported.'),
    source: Nullable(SourceCode('Who reported it; null: nobody did.')),
    from_records: dossiers('What the records add up to. null: there are none.'),
    difference: Nullable(Type.Integer({ description: '`reported` − `from_records`; null when one of them is unknown.' })),
    agrees: Nullable(Type.Boolean({ description: 'Whether there is no difference; null when it is unknown.' })),
    units_recorded: Type.Integer({ description: 'Units that send records, among those expected.', minimum: 0 }),
    units_expected: Type.Integer({
      description: 'Units whose records belong here: valid in the period and asked to report dossiers.', minimum: 0
    })
  })
export type ReconciliationRow = Static<typeof ReconciliationRow>

export const ReconciliationQuery = Type.Object({
  unit: Example(Code('Code of the unit, or an alias of it.'), 'H56-380'),
  period: Example(Code('Code of the period.'), '2021-Q3'),
  scope: Type.Optional(OneOf(ROW_SCOPES, { description: SCOPE_MEANING, default: 'own' })),
  source: Type.Optional(Code('What this source reported; left out: the source that counts.')),
  differing: Type.Optional(Type.Boolean({ description: 'Only measures that do not agree.', default: false })),
  ...FormatQuery
}, { additionalProperties: false })
export type ReconciliationQuery = Static<typeof ReconciliationQuery>
