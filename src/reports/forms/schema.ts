import { Type, type Static } from 'typebox'
import { DocumentQuery } from '../../contract/formats.ts'
import { Code, Day, Example, Name, Named, Nullable, OneOf, Ref, Text, UnitCode } from '../../contract/fields.ts'
import { BesideColumns } from '../../form-ii06a/beside.ts'
import { ALL_COLUMNS, FORM_CODES, type FormMeasure } from '../../form-ii06a/forms.ts'
import { RulesColumns, RulesFilter } from '../../dossiers/counting-rules/schema.ts'
import { Estimated, HierarchyFilter, HierarchyName } from '../../catalogue/hierarchy/schema.ts'
import { BASES, BASIS_MEANING, CUT, OnTimeRow } from '../../statistics/on-time/schema.ts'

const FORM_MEANING = '`ii-06a-fields`: II.06a by field within each level. `ii-06b`: by procedure within each level. `ii-07a`: by field. ' +
  '`07a-btp`: by unit within each level, with the columns of form 07a/BTP; `07a-btp-fields`: the same by field. II.06a by unit ' +
  'is `/v1/forms/ii-06a/{unit}/{period}`.'

const figure = (name: FormMeasure) => {
  const { description } = OnTimeRow.properties[name] as unknown as { description: string }
  const always = description.replace(' Only with `details=true`.', '')
  return Nullable(Type.Number({ description: always, format: 'double', minimum: 0 }))
}
const figures = Object.fromEntries(ALL_COLUMNS.map(name => [name, figure(name)])) as
  Record<FormMeasure, ReturnType<typeof figure>>

export const FormRow = Named('FormRow', 'A row of a form. What cannot be known from what was sent is null, not 0. A form has ' +
  'the columns that it names; those of other forms are null.', {
  row_number: Nullable(Type.Integer({ description: 'STT, from 1 in each section. null in totals.', minimum: 1 })),
  section: Nullable(Code('Code of the level. null in the grand total, and in a form without levels.')),
  kind: OneOf(['row', 'total', 'grand_total'], { description: '`total`: of a section. `grand_total`: of all.' }),
  code: Nullable(UnitCode('Code of the field, the procedure or the unit. null in totals.')),
  name: Text('Its name, in Vietnamese.'),
  ...figures,
  ...BesideColumns,
  estimated: Estimated,
  units_reported: Type.Integer({ description: 'Number of units that have figures of the level, or of all levels; not in this row alone.', minimum: 0 }),
  units_expected: Type.Integer({ description: 'Number of units that are expected to report dossiers.', minimum: 0 })
})
export type FormRow = Static<typeof FormRow>

export const FormSection = Named('FormSection', 'The rows of one level, or of a form without levels all.', {
  code: Nullable(Code('Code of the level.')),
  name: Text('Name of the level in Vietnamese.'),
  rows: Type.Array(Ref(FormRow)),
  total: Ref(FormRow)
})
export type FormSection = Static<typeof FormSection>

const Column = Type.Object({
  name: OneOf(ALL_COLUMNS, { description: 'The property of the rows.' }),
  number: Nullable(Type.Integer({ description: 'Its number on paper. null: it has none, or the number is not known.' })),
  title: Name('What it counts, in Vietnamese.')
}, { additionalProperties: false })

export const FilledForm = Named('FilledForm', 'A form that is filled for a unit and all units below it, with its head.', {
  form: OneOf(FORM_CODES, { description: FORM_MEANING }),
  number: Name('Number of the form, such as `II.06b/VPCP/KSTT`.'),
  circular: Nullable(Name('The circular that it belongs to. null: not known.')),
  title: Name('Title of the form in Vietnamese.'),
  unit: UnitCode('Id of the reporting unit.'),
  unit_name: Name('Name of the reporting unit (đơn vị báo cáo).'),
  receiving_unit: Nullable(UnitCode('Id of the unit that receives the report: the one above. null: it is outside of the catalogue.')),
  receiving_unit_name: Nullable(Name('Its name (đơn vị nhận báo cáo).')),
  period: Code('Code of the period.'),
  starts_on: Day('First day of the period.'),
  ends_on: Day('Last day, included.'),
  basis: OneOf(BASES, { description: BASIS_MEANING }),
  hierarchy: HierarchyName,
  ...RulesColumns,
  columns: Type.Array(Column, { description: 'The columns of figures, in the order of the form.' }),
  sections: Type.Array(Ref(FormSection)),
  grand_total: Ref(FormRow),
  ...CUT
})
export type FilledForm = Static<typeof FilledForm>

export const FormPath = Type.Object({
  form: Example(Code(`Code of the form. ${FORM_MEANING}`), '07a-btp'),
  unit: Example(UnitCode('Code of the unit, or an alias as `source:external code`.'), 'H56'),
  period: Example(Code('Code of the period.'), '2021-Q3')
})
export type FormPath = Static<typeof FormPath>

export const FormQuery = Type.Object({
  basis: Type.Optional(OneOf(BASES, { description: BASIS_MEANING, default: 'reported' })),
  rules: RulesFilter,
  hierarchy: HierarchyFilter,
  ...DocumentQuery
}, { additionalProperties: false })
export type FormQuery = Static<typeof FormQuery>

/** The columns of a table: those of the form between what names a row and what it lacks. */
export function tableOf (columns: readonly FormMeasure[]) {
  const {
    row_number, section, kind, code, name, neither_resolved_nor_pending, estimated, units_reported, units_expected,
    ...measures
  } = FormRow.properties
  const figures = Object.fromEntries(columns.map(name => [name, measures[name]]))
  return Type.Object({
    row_number, section, kind, code, name, ...figures, neither_resolved_nor_pending, estimated, units_reported,
    units_expected
  })
}
