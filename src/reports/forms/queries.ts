import { hierarchyOf } from '../../catalogue/hierarchy/hierarchy.ts'
import { withNames } from '../../catalogue/names.ts'
import { periodByCode } from '../../catalogue/periods/queries.ts'
import { exactly, reachedUnit } from '../../catalogue/units/resolve.ts'
import type { Reach } from '../../contract/caller.ts'
import { notFound } from '../../contract/errors.ts'
import type { Db } from '../../database/connect.ts'
import { besideColumns } from '../../form-ii06a/beside.ts'
import { isDetailColumn } from '../../form-ii06a/detail-measures.ts'
import { ALL_COLUMNS, FORMS, type FormDefinition, type FormMeasure } from '../../form-ii06a/forms.ts'
import { nothingReported } from '../../statistics/on-time/empty-rows.ts'
import { onTime, rulesNamed } from '../../statistics/on-time/queries.ts'
import type { OnTimeRow } from '../../statistics/on-time/schema.ts'
import { cutAt, cutOf } from '../../time/cut.ts'
import { namesOn } from '../documents/queries.ts'
import type { FilledForm, FormPath, FormQuery, FormRow, FormSection } from './schema.ts'

/** A page limit above the number of rows of any form. */
const ALL_ROWS = 1_000_000

/**
 * A form of a unit and all units below it. Totals are counted for themselves, and not added up from rows: what is
 * reported only as a whole is in no row by field. Rows and their total are of one scope, which is never mixed: where
 * own rows count, consolidated ones are left out.
 * @param now milliseconds since 1970
 * @throws DomainError `not_found` for form, unit and period, `invalid_request` for a hierarchy of no day and for rules
 *   that are not known
 */
export async function filledForm (
  db: Db, path: FormPath, { basis = 'reported', hierarchy: asked, rules }: FormQuery, reach: Reach, now: number
): Promise<FilledForm> {
  const definition = FORMS.find(({ form }) => form === path.form)
  if (definition === undefined) throw notFound('form', path.form)
  const hierarchy = hierarchyOf(asked, reach, now)
  const days = await periodByCode(db, path.period)
  const { code: period, starts_on, ends_on } = days
  const unit = await reachedUnit(db, path.unit, reach, { day: hierarchy.unitsOf?.day ?? ends_on })
  if (unit === undefined) throw notFound('unit', path.unit)
  const { unit_name, receiving_unit, receiving_unit_name } = await namesOn(db, unit.id, ends_on)
  const head = {
    form: definition.form, number: definition.number, circular: definition.circular, title: definition.title,
    unit: unit.id, unit_name, receiving_unit, receiving_unit_name,
    period, starts_on, ends_on, basis, hierarchy: hierarchy.name,
    ...await rulesNamed(db, { basis, rules }, days, now), columns: [...definition.columns], ...cutOf(now, ends_on)
  }
  if (cutAt(now, { from: starts_on, to: ends_on }) === null) {
    return { ...head, sections: [], grand_total: rowOf(NOTHING, definition, GRAND_TOTAL) }
  }
  // Details are counted from the dossiers themselves, which takes long.
  const details = definition.columns.some(({ name }) => isDetailColumn(name))
  const question = { basis, rules, hierarchy: hierarchy.name, period: [period], unit: exactly(unit.id), details }
  const counted = async (keys: ('level' | FormDefinition['rows'])[]) => (
    (await onTime(db, { ...question, group_by: keys }, { limit: ALL_ROWS }, reach, now)).items)
  const { byLevel, rows } = definition
  const [whole] = await counted([])
  const grand_total = rowOf(whole!, definition, GRAND_TOTAL)
  const ofRows = await withNames(db, await counted(byLevel ? ['level', rows] : [rows]))
  const sections = byLevel
    ? await sectionsByLevel(db, definition, await counted(['level']), ofRows)
    : [wholeSection(numbered(definition, null, ofRows.filter(({ scope }) => scope === whole!.scope)), grand_total)]
  return { ...head, sections, grand_total }
}

function wholeSection (rows: FormRow[], total: FormRow): FormSection {
  return { code: null, name: '', rows, total: { ...total, kind: 'total', name: 'Cộng' } }
}

const GRAND_TOTAL = { row_number: null, section: null, kind: 'grand_total', code: null, name: 'Tổng cộng' } as const
const NOTHING: Counted = { ...nothingReported({ details: true }), units_reported: 0, units_expected: 0 }

type Counted = Pick<OnTimeRow, FormMeasure | 'estimated' | 'units_reported' | 'units_expected'>
type NamedRow = OnTimeRow & Record<'level_name' | 'field_name' | 'unit_name' | 'procedure_name', string | null>

async function sectionsByLevel (
  db: Db, definition: FormDefinition, totals: readonly OnTimeRow[], rows: readonly NamedRow[]
): Promise<FormSection[]> {
  const levels = await db.selectFrom('levels').select(['code', 'name']).orderBy('position').orderBy('code').execute()
  return levels.flatMap(({ code, name }) => {
    const total = totals.find(({ level }) => level === code)
    if (total === undefined) return []
    const totalName = `Cộng ${name.charAt(0).toLowerCase()}${name.slice(1)}`
    const label = { row_number: null, section: code, kind: 'total', code: null, name: totalName } as const
    const ofLevel = rows.filter(({ level }) => level === code)
    return [{ code, name, rows: numbered(definition, code, ofLevel), total: rowOf(total, definition, label) }]
  })
}

function numbered (definition: FormDefinition, section: string | null, rows: readonly NamedRow[]): FormRow[] {
  const { rows: key } = definition
  return rows.map((row, i) => rowOf(row, definition, {
    row_number: i + 1, section, kind: 'row', code: row[key], name: row[`${key}_name`]!
  }))
}

type Label = Pick<FormRow, 'row_number' | 'section' | 'kind' | 'code' | 'name'>

function rowOf (counted: Counted, { columns }: FormDefinition, label: Label): FormRow {
  const shown = new Set(columns.map(({ name }) => name))
  const figures = ALL_COLUMNS.map(name => [name, shown.has(name) ? counted[name] : null])
  const { estimated, units_reported, units_expected } = counted
  const shownFigures = Object.fromEntries(figures) as Record<FormMeasure, number | null>
  return { ...label, ...shownFigures, ...besideColumns(counted), estimated, units_reported, units_expected }
}
