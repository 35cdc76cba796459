import { besideColumns, type Beside } from '../../form-ii06a/beside.ts'
import { roundedCount, type FigureName, type Transfer } from '../../form-ii06a/measures.ts'
import type { UnknownAsked } from '../../measures/unknown.ts'
import { nothingReported, type Figures } from '../../statistics/on-time/empty-rows.ts'
import { figuresAsked, type DossierForm, type DossierFormRow, type DossierFormSection } from './schema.ts'

/** A unit that has a row in the form. */
export interface FormUnit {
  unit: string
  name: string
  level: string
  level_name: string
  /** The units whose figures are in the row, and those of them that have reported. */
  expected: number
  reported: number
}

/** What is counted for all units of a level, and for all of the form: a dossier that moved between two of them once. */
export interface Balanced {
  levels: ReadonlyMap<string, Figures>
  whole: Figures
}

/**
 * @param units in the order of the form: by level, then by code
 * @param own figures of own dossiers, by unit
 * @param total the consolidated row. It is never added to others; it is the grand total if no unit has own figures.
 * @param asked which columns of figures there are; `own` and `total` have at least those
 * @param balanced the totals, where they are not the sums of their rows
 */
export function filledForm (
  units: FormUnit[], own: Map<string, Figures>, total: Figures | null, asked: UnknownAsked, balanced?: Balanced
): Pick<DossierForm, 'sections' | 'grand_total'> {
  const byLevel = Map.groupBy(units, ({ level }) => level)
  const sections = [...byLevel.values()].map(unitsOfLevel => sectionOf(unitsOfLevel, own, asked, balanced))
  const rows = sections.flatMap(section => section.rows)
  const label = { row_number: null, section: null, kind: 'grand_total', unit: null, name: 'Tổng cộng' } as const
  const grand_total = own.size === 0 && total !== null
    ? { ...label, ...figuresOf(total, asked), units_reported: 1, units_expected: 1 }
    : { ...label, ...sumOf(rows, asked), ...balancedOf(balanced?.whole, asked) }
  return { sections, grand_total }
}

function sectionOf (
  units: FormUnit[], own: Map<string, Figures>, asked: UnknownAsked, balanced?: Balanced
): DossierFormSection {
  const { level: code, level_name: name } = units[0]!
  const rows = units.map(({ unit, name, expected, reported }, i): DossierFormRow => ({
    row_number: i + 1,
    section: code,
    kind: 'unit',
    unit,
    name,
    ...figuresOf(own.get(unit) ?? nothingReported(asked), asked),
    units_reported: reported,
    units_expected: expected
  }))
  const label = { row_number: null, section: code, kind: 'total', unit: null, name: `Cộng ${withLowerFirst(name)}` } as const
  const total = { ...label, ...sumOf(rows, asked), ...balancedOf(balanced?.levels.get(code), asked) }
  return { code, name, rows, total }
}

function balancedOf (figures: Figures | undefined, asked: UnknownAsked): Partial<DossierFormRow> {
  return figures === undefined ? {} : figuresOf(figures, asked)
}

/** Sums the rows of units that have reported. A measure that is unknown in one of them is unknown in the sum. */
function sumOf (
  rows: DossierFormRow[], asked: UnknownAsked
): Omit<DossierFormRow, 'row_number' | 'section' | 'kind' | 'unit' | 'name'> {
  const add = (column: keyof DossierFormRow, addends: DossierFormRow[]) => (
    addends.reduce((sum, row) => sum + Number(row[column]), 0))
  const reported = rows.filter(({ scope }) => scope !== null)
  const sums = figuresAsked(asked).map(name => (
    [name, reported.some(row => row[name] === null) ? null : roundedCount(add(name, reported))]))
  const figures = reported.length === 0
    ? nothingReported(asked)
    : { scope: 'own', ...Object.fromEntries(sums), estimated: reported.some(({ estimated }) => estimated) } as Figures
  return {
    ...figuresOf(figures, asked), units_reported: add('units_reported', rows), units_expected: add('units_expected', rows)
  }
}

function figuresOf (
  figures: Figures, asked: UnknownAsked
): Pick<DossierFormRow, 'scope' | 'estimated' | FigureName | Transfer | keyof Beside> {
  const names = ['scope' as const, ...figuresAsked(asked)]
  const shown = Object.fromEntries(names.map(name => [name, figures[name]])) as unknown as Figures
  return { ...shown, ...besideColumns(figures), estimated: figures.estimated }
}

function withLowerFirst (name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1)
}
