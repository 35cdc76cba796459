/** What `onTimeOf` follows from. Each can be added, over whatever units, and taken by shares. */
export const ON_TIME_SUMS = [
  'received_online', 'received_direct', 'resolved_early', 'resolved_on_time', 'resolved_overdue', 'cancelled',
  'carried_over', 'pending_overdue', 'moved', 'moved_overdue'
] as const
export type OnTimeSums = Record<typeof ON_TIME_SUMS[number], number>

interface OnTime {
  numerator: number
  denominator: number
}

/**
 * Dossiers on time by methods of `/v1/on-time`, as it counts them. What moved within the units that are added cancels
 * out, so sums come first.
 */
export function onTimeOf (method: 'resolved' | 'handled', sums: OnTimeSums): OnTime {
  const inTime = sums.resolved_early + sums.resolved_on_time
  const resolved = inTime + sums.resolved_overdue
  if (method === 'resolved') return { numerator: inTime, denominator: resolved }
  const received = sums.carried_over + Math.max(sums.moved, 0) + sums.received_online + sums.received_direct
  const handled = received - sums.cancelled
  const overdue = sums.pending_overdue + Math.min(Math.max(-sums.moved_overdue, 0), Math.max(-sums.moved, 0))
  return { numerator: inTime + handled - resolved - overdue, denominator: handled }
}
