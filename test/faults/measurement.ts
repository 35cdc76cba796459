/** One line of the table: what was measured under a fault, and whether what must hold held. */
export interface Measurement {
  fault: string
  rule: string
  measured: string
  /** null: it could not be measured here. */
  holds: boolean | null
  /** A clock decided: on a busy machine it fails without a fault of the service. */
  timed?: true
}

/** What a test may fail for. How long something took is for the table of `npm run test:faults` alone. */
export function broken (measurements: readonly Measurement[]): Measurement[] {
  return measurements.filter(({ holds, timed }) => holds === false && timed === undefined)
}

/** Nothing of that kind may happen at all. */
export function none (fault: string, rule: string, happened: readonly unknown[], of: string): Measurement {
  const first = happened.length === 0 ? '' : `, first: ${JSON.stringify(happened[0])}`
  return { fault, rule, measured: `${happened.length} of ${of}${first}`, holds: happened.length === 0 }
}

export function within (fault: string, rule: string, ms: number, limitMs: number): Measurement {
  return { fault, rule, measured: `${Math.round(ms)} ms at most`, holds: ms <= limitMs, timed: true }
}

export function skipped (fault: string, why: string): Measurement {
  return { fault, rule: why, measured: '', holds: null }
}

export function quantile (values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
}
