/** By what the counts of a unit are split. */
export const PART_KEYS = ['field', 'procedure'] as const
export type PartKey = typeof PART_KEYS[number]

/** A part of the counts of a unit: of a field, a procedure, or both. null: of all. */
export type Part = Record<PartKey, string | null>

export const NO_PART: Part = { field: null, procedure: null }

/** The same for the same part. */
export function keyOfPart ({ field, procedure }: Part): string {
  return `${field ?? ''} ${procedure ?? ''}`
}
