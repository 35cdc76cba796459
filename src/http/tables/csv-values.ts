import { unsafeText } from './csv.ts'

/** What the schema of a property says about a column. */
export interface ColumnSchema {
  type: string | string[]
}

type Value = string | number | boolean | null | string[] | undefined

const BOOLEANS = new Map([['true', true], ['false', false]])

// Groups of three digits are separated by blanks, or by the sign that cannot be the decimal one: a file with semicolons
// has decimal commas. Decimals are taken where they are `0` or `00`, since three could be a group.
const WHOLE = {
  ';': /^-?(?:\d+|\d{1,3}(?:[. \u00a0\u202f]\d{3})+)(?:,00?)?$/,
  ',': /^-?(?:\d+|\d{1,3}(?:[, \u00a0\u202f]\d{3})+)(?:\.00?)?$/
}
const DECIMALS = { ';': /,0+$/, ',': /\.0+$/ }

/** Reads the cells of a column. An empty cell is null, or absent where null is not allowed. */
export function valueReader ({ type }: ColumnSchema, delimiter: ';' | ','): (cell: string) => Value {
  const types = [type].flat()
  const empty = types.includes('null') ? null : undefined
  const read = readerOf(types[0]!, delimiter)
  return cell => cell === '' ? empty : read(cell)
}

function readerOf (type: string, delimiter: ';' | ','): (cell: string) => Value {
  switch (type) {
    case 'integer': return cell => wholeNumber(cell, delimiter)
    case 'boolean': return cell => BOOLEANS.get(cell.trim().toLowerCase()) ?? cell
    case 'array': return cell => unsafeText(cell).split(';').map(item => item.trim()).filter(item => item !== '')
    default: return unsafeText
  }
}

/** A text that is not a whole number stays as it is. */
function wholeNumber (cell: string, delimiter: ';' | ','): number | string {
  const text = cell.trim()
  return WHOLE[delimiter].test(text) ? Number(text.replace(DECIMALS[delimiter], '').replaceAll(/[^\d-]/g, '')) : cell
}
