import type { FigureName } from '../../form-ii06a/measures.ts'
import { NOTHING_REPORTED, type Figures } from '../../statistics/on-time/empty-rows.ts'
import { FORM_MEASURES } from '../../form-ii06a/columns.ts'
import { FIGURES, type DossierForm, type DossierFormRow, type DossierFormSection } from './schema.ts'

/** A unit that has a line. */
export interface Line {
  unit: string
  name: string
  level: string
  level_name: string
  is_expected: boolean
}

/**
 * @param lines in the order of the form, those of one level in a row
 * @param own what each desk counts itself, by unit
 * @param total the consolidated row, which is never added: it stands for the whole where no desk counts
 */
export function filledForm (
  lines: Line[], own: Map<string, Figures>, total: Figures | null
): Pick<DossierForm, 'sections' | 'grand_total'> {
  const sections = [...Map.groupBy(lines, ({ level }) => level).values()].map(ofLevel => sectionOf(ofLevel, own))
  const rows = sections.flatMap(section => section.rows)
  const whole = { row_number: null, section: null, kind: 'grand_total', unit: null, name: 'Tổng cộng' } as const
  const grand_total = own.size === 0 && total !== null
    ? { ...whole, ...shown(total), units_reported: 1, units_expected: 1 }
    : { ...whole, ...sumOf(rows) }
  return { sections, grand_total }
}

function sectionOf (lines: Line[], own: Map<string, Figures>): DossierFormSection {
  const { level: code, level_name: name } = lines[0]!
  const rows = lines.map(({ unit, name, is_expected }, i): DossierFormRow => ({
    row_number: i + 1,
    section: code,
    kind: 'unit',
    unit,
    name,
    ...shown(own.get(unit) ?? NOTHING_REPORTED),
    units_reported: Number(own.has(unit)),
    units_expected: Number(is_expected)
  }))
  const total = { row_number: null, section: code, kind: 'total', unit: null, name: `Cộng ${lowered(name)}` } as const
  return { code, name, rows, total: { ...total, ...sumOf(rows) } }
}

/** The sum of those who have reported; a measure that one of them does not know is unknown. */
function sumOf (rows: DossierFormRow[]): Omit<DossierFormRow, 'row_number' | 'section' | 'kind' | 'unit' | 'name'> {
  const add = (column: keyof DossierFormRow, among: DossierFormRow[]) => (
    among.reduce((sum, row) => sum + Number(row[column]), 0))
  const reported = rows.filter(({ scope }) => scope !== null)
  const sums: Figures = { ...NOTHING_REPORTED, scope: reported.length === 0 ? null : 'own' }
  for (const measure of FORM_MEASURES) {
    const unknown = add(`${measure}_unknown`, reported)
    sums[`${measure}_unknown`] = unknown
    sums[measure] = reported.length === 0 || unknown > 0 ? null : add(measure, reported)
  }
  return { ...shown(sums), units_reported: add('units_reported', rows), units_expected: add('units_expected', rows) }
}

function shown (figures: Figures): Pick<DossierFormRow, 'scope' | FigureName> {
  return Object.fromEntries(['scope' as const, ...FIGURES].map(name => [name, figures[name]])) as Figures
}

function lowered (name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1)
}
