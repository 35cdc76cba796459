import type { Rational } from '../../formulas/rational.ts'
import { NO_DATA, printedOf } from '../indicators/notation.ts'
import { filledIn } from '../rules/inputs.ts'
import { EACH } from '../rules/names.ts'
import type { Breach } from './trying/compare.ts'

/** Languages of messages. */
export type MessageLanguage = 'vi' | 'en'

/** A number with four decimals, a half away from zero. */
export function fourDecimals ({ n, d }: Rational): number {
  const size = (20_000n * (n < 0n ? -n : n) + d) / (2n * d)
  return Number(n < 0n ? -size : size) / 10_000
}

/** What is found, with its figures in the notation of the language: 2.221 and 99,38 in Vietnamese. */
export function messageOf ({ rule, each, left, right, difference, inputs }: Breach, language: MessageLanguage): string {
  const texts = new Map([
    ...[...inputs].map(([name, value]) => [name, textOf(value, language)] as const),
    ['left', textOf(left, language)], ['right', textOf(right, language)],
    // The message says which way they differ.
    ['difference', textOf({ n: difference.n < 0n ? -difference.n : difference.n, d: difference.d }, language)]
  ])
  if (each !== null) texts.set(EACH, each)
  return filledIn(language === 'vi' ? rule.message_vi : rule.message_en, texts)
}

function textOf (value: number | string | Rational, language: MessageLanguage): string {
  if (typeof value === 'string') return value
  const number = typeof value === 'number' ? value : fourDecimals(value)
  const printed = printedOf({ ...NO_DATA, state: 'reported', number })
  return language === 'vi' ? printed : printed.replaceAll(/[.,]/g, mark => mark === '.' ? ',' : '.')
}
