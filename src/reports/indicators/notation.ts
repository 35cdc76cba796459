import { vietnameseNumber } from '../../documents/vietnamese-number.ts'
import type { Value, ValueType } from './schema.ts'

// A dot only separates thousands. A text such as 0.079 was probably meant as a decimal, so it is refused, not guessed.
const WHOLE = String.raw`(\d+|[1-9]\d{0,2}(?:\.\d{3})+)`
const NUMBER = new RegExp(`^${WHOLE}(?:,(\\d+))?$`)
const FRACTION = new RegExp(`^${WHOLE}/${WHOLE}$`)

const NOTHING = { number: null, numerator: null, denominator: null, choice: null }
export const NO_DATA: Value = { state: 'no_data', ...NOTHING }
export const NOT_PROVIDED: Value = { state: 'not_provided', ...NOTHING }

/**
 * Parses a value in Vietnamese notation: `2.079` is 2079, `92,41` is 92.41, `09` is 9. A whole number is a choice if
 * the value type is `choice`. Whether the value fits its indicator is not checked here.
 * @returns null if the text is not in this notation
 */
export function parsePrinted (text: string, valueType: ValueType): Value | null {
  const trimmed = text.trim()
  if (trimmed === '-') return NO_DATA
  if (trimmed === '') return NOT_PROVIDED
  const [, numerator, denominator] = FRACTION.exec(trimmed) ?? []
  if (numerator !== undefined && denominator !== undefined) {
    return { ...NOTHING, state: 'reported', numerator: wholeOf(numerator), denominator: wholeOf(denominator) }
  }
  const [, whole, decimals] = NUMBER.exec(trimmed) ?? []
  if (whole === undefined) return null
  if (decimals !== undefined) return { ...NOTHING, state: 'reported', number: Number(`${wholeOf(whole)}.${decimals}`) }
  const property = valueType === 'choice' ? 'choice' : 'number'
  return { ...NOTHING, state: 'reported', [property]: wholeOf(whole) }
}

/** Formats a value in Vietnamese notation: a dot between thousands, a comma before decimals. */
export function printedOf ({ state, number, numerator, denominator, choice }: Value): string {
  if (state === 'no_data') return '-'
  if (state === 'not_provided') return ''
  if (choice !== null) return String(choice)
  if (number !== null) return vietnameseNumber(number)
  return `${vietnameseNumber(numerator!)}/${vietnameseNumber(denominator!)}`
}

function wholeOf (text: string): number {
  return Number(text.replaceAll('.', ''))
}
