import { Type, type Static } from 'typebox'
import { FormatQuery } from '../../contract/formats.ts'
import { Code, Example, Named, Nullable, OneOf, SourceCode, UnitCode } from '../../contract/fields.ts'
import { RulesColumns } from '../../dossiers/counting-rules/schema.ts'
import { Estimated, HierarchyFilter, HierarchyName } from '../../catalogue/hierarchy/schema.ts'
import { MEASURES, TRANSFERS } from '../../form-ii06a/measures.ts'
import { CUT } from '../on-time/schema.ts'
import { ROW_SCOPES } from '../reported/schema.ts'

const SCOPE_MEANING = '`own`: the unit\'s own dossiers. `total`: its consolidated row, compared with the records of the unit and of ' +
  'all units below it.'
const dossiers = (description: string) => Nullable(Type.Number({ description, format: 'double', minimum: 0 }))

export const ReconciliationRow = Named('ReconciliationRow',
  'One measure of form II.06a: what a unit reported, compared with the count of its dossier records.', {
    unit: UnitCode('Id of the unit.'),
    unit_name: Type.String({ description: 'Name of the unit as it is now.' }),
    period: Code('Code of the period.'),
    scope: OneOf(ROW_SCOPES, { description: SCOPE_MEANING }),
    measure: OneOf([...MEASURES, ...TRANSFERS], {
      description: 'Measure of form II.06a; then what came and left, which only records know.'
    }),
    column: Nullable(Type.Integer({
      description: 'Column of the form. null: the measure has no column (8 + 9, the postal part of 5, and what came and left).',
      minimum: 3, maximum: 13
    })),
    reported: dossiers('Count that was reported. null: unknown in at least one row, or nothing reported.'),
    source: Nullable(SourceCode('Source that reported it. null: nothing reported, or several sources count beside one another.')),
    sources_used: Type.Array(Code('Code'), { description: 'The sources that are compared.' }),
    sources_left_out: Type.Array(Code('Code'), { description: 'The sources with rows that do not count. Empty with `source`.' }),
    from_records: dossiers('Count of the records. null: there are no records.'),
    difference: Nullable(Type.Number({ format: 'double', description: '`reported` − `from_records`. null: one of them is unknown.' })),
    agrees: Nullable(Type.Boolean({ description: 'Whether the difference is 0. null: unknown.' })),
    units_recorded: Type.Integer({ description: 'Number of expected units that send records.', minimum: 0 }),
    units_expected: Type.Integer({
      description: 'Number of units in this scope that exist in the period and are expected to report dossiers.', minimum: 0
    }),
    hierarchy: HierarchyName,
    ...RulesColumns,
    estimated: Estimated,
    ...CUT
  })
export type NamedReconciliationRow = Static<typeof ReconciliationRow>
/** As it is counted, before names are looked up. */
export type ReconciliationRow = Omit<NamedReconciliationRow, 'unit_name'>

export const ReconciliationQuery = Type.Object({
  unit: Example(UnitCode('Code of the unit, or an alias.'), 'H56-380'),
  period: Example(Code('Code of the period.'), '2021-Q3'),
  scope: Type.Optional(OneOf(ROW_SCOPES, { description: SCOPE_MEANING, default: 'own' })),
  source: Type.Optional(Code('Source whose report is compared. Default: what counts of all sources.')),
  differing: Type.Optional(Type.Boolean({ description: 'Only measures whose difference is known and not 0.', default: false })),
  rules: Type.Optional(Code('Code of the counting rules (`/v1/counting-rules`) by which records count, in the version of the last day of ' +
    'the period, or of today if that is not over. Reports are by the rules of those who report. Default: `default`.')),
  hierarchy: HierarchyFilter,
  ...FormatQuery
}, { additionalProperties: false })
export type ReconciliationQuery = Static<typeof ReconciliationQuery>
