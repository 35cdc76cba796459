import type { FigureName } from '../../form-ii06a/measures.ts'
import { NOTHING_REPORTED, type Figures } from '../../statistics/on-time/empty-rows.ts'
import { FORM_MEASURES } from '../../form-ii06a/columns.ts'
import { FIGURES, type DossierForm, type DossierFormRow, type DossierFormSection } from './schema.ts'

/** A unit that has a row in the form. */
export interface FormUnit {
  unit: string
  name: string
  level: string
  level_name: string
  is_expected: boolean
}

/**
 * @param units in the order of the form: by level, then by code
 * @param own figures of own dossiers, by unit
 * @param total the consolidated row. It is never added to others; it is the grand total if no unit has own figures.
 */
export function filledForm (
  units: FormUnit[], own: Map<string, Figures>, total: Figures | null
): Pick<DossierForm, 'sections' | 'grand_total'> {
  const byLevel = Map.groupBy(units, ({ level }) => level)
  const sections = [...byLevel.values()].map(unitsOfLevel => sectionOf(unitsOfLevel, own))
  const rows = sections.flatMap(section => section.rows)
  const label = { row_number: null, section: null, kind: 'grand_total', unit: null, name: 'Tổng cộng' } as const
  const grand_total = own.size === 0 && total !== null
    ? { ...label, ...figuresOf(total), units_reported: 1, units_expected: 1 }
    : { ...label, ...sumOf(rows) }
  return { sections, grand_total }
}

function sectionOf (units: FormUnit[], own: Map<string, Figures>): DossierFormSection {
  const { level: code, level_name: name } = units[0]!
  const rows = units.map(({ unit, name, is_expected }, i): DossierFormRow => ({
    row_number: i + 1,
    section: code,
    kind: 'unit',
    unit,
    name,
    ...figuresOf(own.get(unit) ?? NOTHING_REPORTED),
    units_reported: Number(is_expected && own.has(unit)),
    units_expected: Number(is_expected)
  }))
  const label = { row_number: null, section: code, kind: 'total', unit: null, name: `Cộng ${withLowerFirst(name)}` } as const
  return { code, name, rows, total: { ...label, ...sumOf(rows) } }
}

/** Sums the rows of units that have reported. A measure that is unknown in one of them is unknown in the sum. */
function sumOf (rows: DossierFormRow[]): Omit<DossierFormRow, 'row_number' | 'section' | 'kind' | 'unit' | 'name'> {
  const add = (column: keyof DossierFormRow, addends: DossierFormRow[]) => (
    addends.reduce((sum, row) => sum + Number(row[column]), 0))
  const reported = rows.filter(({ scope }) => scope !== null)
  const sums: Figures = { ...NOTHING_REPORTED, scope: reported.length === 0 ? null : 'own' }
  for (const measure of FORM_MEASURES) {
    const unknown = add(`${measure}_unknown`, reported)
    sums[`${measure}_unknown`] = unknown
    sums[measure] = reported.length === 0 || unknown > 0 ? null : add(measure, reported)
  }
  return { ...figuresOf(sums), units_reported: add('units_reported', rows), units_expected: add('units_expected', rows) }
}

function figuresOf (figures: Figures): Pick<DossierFormRow, 'scope' | FigureName> {
  return Object.fromEntries(['scope' as const, ...FIGURES].map(name => [name, figures[name]])) as Figures
}

function withLowerFirst (name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1)
}
