/**
 * An exact number: a fraction whose denominator is above 0. It is not reduced: formulas are short, and their fractions
 * stay small enough.
 */
export interface Rational {
  n: bigint
  d: bigint
}

export const ZERO: Rational = { n: 0n, d: 1n }

/** A finite number as it is printed: 2.5 is 25/10, not the binary fraction next to it. */
export function rationalOf (value: number): Rational {
  if (Number.isSafeInteger(value)) return { n: BigInt(value), d: 1n }
  const [, whole, decimals = '', exponent = '0'] = /^(-?\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(value))!
  const digits = BigInt(`${whole}${decimals}`)
  const places = decimals.length - Number(exponent)
  return places < 0 ? { n: digits * 10n ** BigInt(-places), d: 1n } : { n: digits, d: 10n ** BigInt(places) }
}

export function add (a: Rational, b: Rational): Rational {
  return { n: a.n * b.d + b.n * a.d, d: a.d * b.d }
}

export function subtract (a: Rational, b: Rational): Rational {
  return { n: a.n * b.d - b.n * a.d, d: a.d * b.d }
}

export function multiply (a: Rational, b: Rational): Rational {
  return { n: a.n * b.n, d: a.d * b.d }
}

/** @param b not 0 */
export function divide (a: Rational, b: Rational): Rational {
  return b.n < 0n ? { n: -a.n * b.d, d: -a.d * b.n } : { n: a.n * b.d, d: a.d * b.n }
}

export function isLess (a: Rational, b: Rational): boolean {
  return a.n * b.d < b.n * a.d
}

/**
 * The number in hundredths, a half away from zero: 0.125 is 13, and -0.125 is -13, as PostgreSQL rounds. Hundredths add
 * up without error.
 */
export function hundredthsOf ({ n, d }: Rational): bigint {
  const size = (200n * (n < 0n ? -n : n) + d) / (2n * d)
  return n < 0n ? -size : size
}

/** Hundredths as a number with two decimals. */
export function fromHundredths (hundredths: bigint): number {
  return Number(hundredths) / 100
}
