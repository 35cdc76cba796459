import { Type, type Static } from 'typebox'
import { DocumentQuery } from '../../contract/formats.ts'
import { Code, Example, Name, Named, Nullable, OneOf, Ref, Text, UnitCode } from '../../contract/fields.ts'
import { TRANSFERS, type FigureName, type Transfer } from '../../form-ii06a/measures.ts'
import { RulesColumns, RulesFilter } from '../../dossiers/counting-rules/schema.ts'
import { Estimated, HierarchyFilter, HierarchyName } from '../../catalogue/hierarchy/schema.ts'
import { BASES, BASIS_MEANING, CUT, OnTimeRow } from '../../statistics/on-time/schema.ts'
import { BesideColumns } from '../../form-ii06a/beside.ts'
import { FORM_MEASURES } from '../../form-ii06a/columns.ts'
import type { UnknownAsked } from '../../measures/unknown.ts'
import { UnknownQuery } from '../../form-ii06a/unknown.ts'

const KNOWN = [...FORM_MEASURES, ...TRANSFERS]
const WITH_UNKNOWN = [...KNOWN, ...FORM_MEASURES.map(measure => `${measure}_unknown` as const)]

/** The columns of figures. */
export function figuresAsked ({ unknown = false }: UnknownAsked): readonly (FigureName | Transfer)[] {
  return unknown ? WITH_UNKNOWN : KNOWN
}

const figures = Object.fromEntries(WITH_UNKNOWN.map(name => [name, OnTimeRow.properties[name]])) as
  Pick<typeof OnTimeRow.properties, FigureName | Transfer>

export const DossierFormRow = Named('DossierFormRow',
  'A row of form II.06a. Figures that were not reported are null. Totals are over the units that have reported; ' +
  '`units_reported` and `units_expected` show how complete they are. By records, a dossier that moved from one unit to another is in the ' +
  'rows of both and in a total once, so that `transferred_in` and `transferred_out` of a total are on balance.', {
    row_number: Nullable(Type.Integer({
      description: 'Column 1 (STT), from 1 in each section. null in totals.', minimum: 1
    })),
    section: Nullable(Code('Code of the section, the same as that of its level. null in the grand total.')),
    kind: OneOf(['unit', 'total', 'grand_total'], {
      description: '`unit`: own dossiers of a unit. `total`: sum of a section. `grand_total`: sum of all sections.'
    }),
    unit: Nullable(UnitCode('Code of the unit. null in totals.')),
    name: Text('Column 2: name of the unit or total, in Vietnamese.'),
    scope: Nullable(OneOf(['own', 'total'], {
      description: '`own`: own dossiers of a unit, or their sum. `total`: the consolidated row of the unit of the form; only in ' +
        'the grand total, and only if no unit has reported its own dossiers. null: nothing reported.'
    })),
    ...figures,
    ...BesideColumns,
    estimated: Estimated,
    units_reported: Type.Integer({ description: 'Number of the expected units in this row that have figures.', minimum: 0 }),
    units_expected: Type.Integer({
      description: 'Number of units in this row that exist in the period and are expected to report dossiers; a unit that was split is ' +
        'in the row of each of its successors. 1 for a consolidated row.',
      minimum: 0
    })
  })
export type DossierFormRow = Static<typeof DossierFormRow>

export const DossierFormSection = Named('DossierFormSection', 'A section of form II.06a: the units of one level.', {
  code: Code('Code of the level.'),
  name: Name('Name of the level in Vietnamese.'),
  rows: Type.Array(Ref(DossierFormRow)),
  total: Ref(DossierFormRow)
})
export type DossierFormSection = Static<typeof DossierFormSection>

export const DossierForm = Named('DossierForm',
  'Form II.06a (Thông tư 01/2020/TT-VPCP): dossiers of a unit and all units below it, one row for each unit.', {
    unit: UnitCode('Code of the unit.'),
    period: Code('Code of the period.'),
    basis: OneOf(BASES, { description: BASIS_MEANING }),
    hierarchy: HierarchyName,
    ...RulesColumns,
    title: Name('Title of the form in Vietnamese.'),
    sections: Type.Array(Ref(DossierFormSection)),
    grand_total: Ref(DossierFormRow),
    ...CUT
  })
export type DossierForm = Static<typeof DossierForm>

export const DossierFormPath = Type.Object({
  unit: Example(UnitCode('Code of the unit, or an alias as `source:external code`.'), 'H56'),
  period: Example(Code('Code of the period.'), '2021-Q3')
})
export type DossierFormPath = Static<typeof DossierFormPath>

export const DossierFormQuery = Type.Object({
  basis: Type.Optional(OneOf(BASES, { description: BASIS_MEANING, default: 'reported' })),
  ...UnknownQuery,
  rules: RulesFilter,
  hierarchy: HierarchyFilter,
  ...DocumentQuery
}, { additionalProperties: false })
export type DossierFormQuery = Static<typeof DossierFormQuery>
