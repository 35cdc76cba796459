import type { DayNumber } from '../../src/time/business-day.ts'

// A few units and procedures of the sample, and what the service knows of them.

export const LEVELS: Record<string, string> = {
  'H56-SNV': 'province', 'H56-380': 'district', 'H56-381': 'district', 'H56-14755': 'commune'
}

/** Each unit with those above it. */
export const PATHS: Record<string, string[]> = {
  'H56-SNV': ['H56', 'H56-SNV'], 'H56-380': ['H56', 'H56-380'], 'H56-381': ['H56', 'H56-381'],
  'H56-14755': ['H56', 'H56-380', 'H56-14755']
}

export const FIELDS: Record<string, string> = {
  1.001193: 'civil-status', 1.000894: 'civil-status', 1.001612: 'business-registration'
}

/** Writes a day as `YYYY-MM-DD`. */
export function nameOf (day: DayNumber): string {
  return new Date(day * 86_400_000).toISOString().slice(0, 10)
}
