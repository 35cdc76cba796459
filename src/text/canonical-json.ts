/**
 * JSON in its canonical form (RFC 8785): sorted keys, no blanks, numbers as JavaScript writes them. Two values that are
 * the same have the same text in every program, so that anybody can compute its hash.
 * @param value of JSON alone: no undefined, no numbers that JSON has not
 */
export function canonicalJson (value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  // By units of UTF-16, as the RFC asks.
  const entries = Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1)
  return `{${entries.map(([key, one]) => `${JSON.stringify(key)}:${canonicalJson(one)}`).join(',')}}`
}
