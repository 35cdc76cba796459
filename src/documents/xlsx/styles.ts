import { XML_HEADER } from '../xml.ts'
import type { Column } from '../document.ts'
import type { Pieces } from '../package.ts'

export interface Style {
  size: number
  bold: boolean
  italic: boolean
  bordered: boolean
  align: Column['align']
  vertical: 'top' | 'center'
  format: 'general' | 'text' | 'whole' | 'decimal'
}

export const PLAIN: Style = {
  size: 12, bold: false, italic: false, bordered: false, align: 'left', vertical: 'center', format: 'general'
}

export const SPREADSHEET = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'

/** Formats that every workbook knows by these numbers: how they separate thousands is the reader's setting. */
const FORMATS: Record<Style['format'], number> = { general: 0, text: 49, whole: 3, decimal: 4 }

// A number that is wider than its column is shown as a row of #.
function isNumber (format: Style['format']): boolean {
  return format === 'whole' || format === 'decimal'
}

/** The styles of the cells of a workbook, each by its number. */
export class Styles {
  readonly #numbers = new Map<string, number>()

  constructor () {
    // What cells have that name none, and what widths of columns are measured in.
    this.numberOf(PLAIN)
  }

  numberOf (style: Style): number {
    const key = JSON.stringify(style)
    const known = this.#numbers.get(key)
    if (known !== undefined) return known
    this.#numbers.set(key, this.#numbers.size)
    return this.#numbers.size - 1
  }

  /** The part that lists them, once all cells are written. */
  * xml (): Pieces {
    const styles = [...this.#numbers.keys()].map(key => JSON.parse(key) as Style)
    const fonts = styles.map(({ size, bold, italic }) => (
      `<font>${bold ? '<b/>' : ''}${italic ? '<i/>' : ''}<sz val="${size}"/><name val="Times New Roman"/><family val="1"/></font>`))
    const formats = styles.map(({ bordered, align, vertical, format }, i) => (
      `<xf numFmtId="${FORMATS[format]}" fontId="${i}" fillId="0" borderId="${Number(bordered)}" xfId="0" applyNumberFormat="1" ` +
      'applyFont="1" applyBorder="1" applyAlignment="1">' +
      `<alignment horizontal="${align}" vertical="${vertical}" ${isNumber(format) ? 'shrinkToFit' : 'wrapText'}="1"/></xf>`))
    const sides = ['left', 'right', 'top', 'bottom']
      .map(side => `<${side} style="thin"><color rgb="FF000000"/></${side}>`).join('')
    yield `${XML_HEADER}<styleSheet xmlns="${SPREADSHEET}"><fonts count="${fonts.length}">${fonts.join('')}</fonts>` +
      '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>' +
      '<borders count="2"><border><left/><right/><top/><bottom/><diagonal/></border>' +
      `<border>${sides}<diagonal/></border></borders>` +
      '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>' +
      `<cellXfs count="${formats.length}">${formats.join('')}</cellXfs>` +
      '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
  }
}
