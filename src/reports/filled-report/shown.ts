import type { Step } from '../../formulas/evaluate.ts'
import type { Rational } from '../../formulas/rational.ts'
import type { Part } from '../derivations/derive.ts'
import type { ReportExplained } from './schema.ts'

export function shownPart ({ pointer, source: { op }, counted }: Part): ReportExplained['parts'][number] {
  const { value, numerator, denominator, unknown, basis, units_reported, units_submitted, units_expected } = counted
  const { url, dossiers_url } = counted
  return {
    pointer, op, value: decimalOf(value), numerator, denominator, unknown, basis, units_reported, units_submitted,
    units_expected, url, dossiers_url
  }
}

export function shownStep ({ pointer, op, value: { known, unknown } }: Step): ReportExplained['steps'][number] {
  return { pointer, op, value: decimalOf(known), input: unknown?.input ?? null }
}

function decimalOf (value: Rational | null): number | null {
  return value === null ? null : Number((Number(value.n) / Number(value.d)).toFixed(6))
}
