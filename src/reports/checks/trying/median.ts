import type { Rational } from '../../../formulas/rational.ts'

/** Values have at most four decimals, and a median of two of them five. */
const TO_WHOLE = 10_000

/** The median, and the median distance from it (MAD), both exact. Unlike a mean, one odd figure does not move them. */
export function medianOf (values: readonly number[]): { median: Rational, mad: Rational } {
  // Halves of ten-thousandths, twice: whole numbers all the way.
  const quarters = values.map(value => Math.round(value * TO_WHOLE) * 4)
  const median = middleOf(quarters)
  const mad = middleOf(quarters.map(value => Math.abs(value - median)))
  return { median: fromQuarters(median), mad: fromQuarters(mad) }
}

function middleOf (values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const [low, high] = [sorted[Math.floor((sorted.length - 1) / 2)]!, sorted[Math.floor(sorted.length / 2)]!]
  return (low + high) / 2
}

function fromQuarters (quarters: number): Rational {
  return { n: BigInt(quarters), d: BigInt(TO_WHOLE * 4) }
}
