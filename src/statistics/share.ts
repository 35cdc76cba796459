import type { Counts } from '../dossiers/counts.ts'

export type Method = 'resolved' | 'handled' | 'received' | 'due'

interface Share {
  numerator: number
  denominator: number
  /** From 0 to 100, two decimals, half up; null when the denominator is 0. */
  on_time_percent: number | null
}

/** Form II.06a's columns: 8 + 9 over 7; QĐ 766/QĐ-TTg's 8 + 9 + 12 over 3; 8 + 9 over 3; in time over due. */
const PARTS: Record<Method, (counts: Counts) => [numerator: number, denominator: number]> = {
  resolved: ({ resolved_in_time, resolved }) => [resolved_in_time, resolved],
  handled: ({ resolved_in_time, pending_in_time, received }) => [resolved_in_time + pending_in_time, received],
  received: ({ resolved_in_time, received }) => [resolved_in_time, received],
  due: ({ due_in_time, due }) => [due_in_time, due]
}

/** The share of dossiers on time, of what their records add up to. */
export function shareOf (counts: Counts, method: Method): Share {
  const [numerator, denominator] = PARTS[method](counts)
  const on_time_percent = denominator === 0 ? null : percent(BigInt(numerator), BigInt(denominator))
  return { numerator, denominator, on_time_percent }
}

/** In whole numbers: a quotient that is cut off before it is rounded can fall on the wrong side. */
function percent (numerator: bigint, denominator: bigint): number {
  return Number((20_000n * numerator + denominator) / (2n * denominator)) / 100
}
