import type { FieldFrom } from '../schema.ts'

/** The fields of a procedure by day. What is received before it begins is in its first field. */
export function fieldsOf (versions: readonly { valid_from: string, field: string }[]): FieldFrom[] {
  const fields: FieldFrom[] = []
  for (const { valid_from: from, field } of versions) {
    if (fields.at(-1)?.field !== field) fields.push({ from: fields.length === 0 ? null : from, field })
  }
  return fields
}
