import type { ResolvedUnit } from '../../catalogue/units/resolve.ts'
import type { Reach } from '../../contract/caller.ts'
import type { Db } from '../../database/connect.ts'
import { rationalOf, type Rational } from '../../formulas/rational.ts'
import type { Reason } from './schema.ts'

/** What a report is about. */
export interface ReportAsked {
  db: Db
  unit: Pick<ResolvedUnit, 'id' | 'path' | 'province_code'>
  period: { code: string, starts_on: string, ends_on: string }
  reach: Reach
  /** Milliseconds since 1970. */
  now: number
}

/** What a source comes to. */
export interface Counted {
  /** A percentage as a number of percent. */
  value: Rational | null
  /** What is divided, where the value is a percentage or a fraction. */
  numerator: number | null
  denominator: number | null
  /** Why there is no value; null: there is one. */
  unknown: Reason | null
  /** Of units that are added up. */
  units_reported: number | null
  /** Of them, those whose report was submitted. null: they do not report indicators. */
  units_submitted: number | null
  units_expected: number | null
  basis: 'reported' | 'records' | null
  /** Where the service shows the same, and where its dossiers are. */
  url: string | null
  dossiers_url: string | null
}

export const NOTHING: Counted = {
  value: null, numerator: null, denominator: null, unknown: null, units_reported: null, units_submitted: null,
  units_expected: null, basis: null, url: null, dossiers_url: null
}

export function countOf (count: number, beside: Partial<Counted> = {}): Counted {
  return { ...NOTHING, ...beside, value: rationalOf(count) }
}

export function unknownFor (unknown: Reason, beside: Partial<Counted> = {}): Counted {
  return { ...NOTHING, ...beside, unknown }
}

/** 100 × numerator / denominator. */
export function percentOf (numerator: number, denominator: number, beside: Partial<Counted> = {}): Counted {
  const divided = { ...beside, numerator, denominator }
  if (denominator === 0) return unknownFor('denominator_zero', divided)
  return { ...NOTHING, ...divided, value: { n: 100n * BigInt(numerator), d: BigInt(denominator) } }
}

/** An address with what of these parameters is given. */
export function addressOf (path: string, parameters: Record<string, string | readonly string[] | undefined>): string {
  const given = Object.entries(parameters).flatMap(([name, value = []]) => [value].flat().map(one => [name, one]))
  return `${path}?${new URLSearchParams(given)}`
}
